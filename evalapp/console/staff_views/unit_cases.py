"""The unit's cases: the list by lamp, a case with the acts that fit now, and the window that has no system of its own."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.accounts.vault_applicants import Known
from evalapp.approvals.queries import lamps, lists, profiles
from evalapp.approvals.queries.files import CaseFile, case_file
from evalapp.approvals.rules.kinds import STATE_WORDS, EventKind
from evalapp.approvals.services import entering, tracing
from evalapp.approvals.services.entering import Act, NewCase
from evalapp.console import case_lists
from evalapp.console.forms import cases as forms
from evalapp.console.staff_views.case_doings import DOINGS, form_of, kind_of, name_of, offered
from evalapp.core import clock
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web import qr
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("unit_cases", __name__, url_prefix="/desk/unit/cases")


@blueprint.get("")
@requires(Permission.HANDLE_CASES)
def index() -> str:
    unit, now = _own_unit(), clock.now()
    asked = case_lists.asked(unit_id=unit.id)
    return render_template(
        "console/cases/unit_list.html",
        unit=unit,
        asked=asked,
        page=case_lists.page_of(asked, now=now),
        counts=lamps.unit_counts(db.session, unit.id, now=now),
        items=lists.items_of(db.session, unit.id),
        states=STATE_WORDS,
    )


@blueprint.get("/new")
@requires(Permission.HANDLE_CASES)
def new() -> str:
    form = forms.NewCaseForm()
    form.renewed()
    return _new_page(_own_unit(), form)


@blueprint.post("/new")
@requires(Permission.HANDLE_CASES)
def enter() -> str | tuple[str, int]:
    """Write down a new case and show the receipt; handed in again it shows the same receipt again."""
    unit, form = _own_unit(), forms.NewCaseForm()
    form.offer(lists.items_of(db.session, unit.id, only_published=True))
    unit_id, made = unit.id, list[str]()
    status = refusal_of(form, lambda: made.append(_enter(form, unit_id)))
    if status:
        form.renewed()
        return _new_page(_own_unit(), form), status
    return _receipt(case_file(db.session, made[0], unit_id=unit_id))


@blueprint.get("/<reference>")
@requires(Permission.HANDLE_CASES)
def show(reference: str) -> str:
    return _page(reference)


@blueprint.post("/<reference>/receipt")
@requires(Permission.HANDLE_CASES)
def print_receipt(reference: str) -> str:
    """Show the receipt again, with its code: that it was shown is on record."""
    unit = _own_unit()
    with transaction(db.session):
        entering.note_receipt(db.session, unit_id=unit.id, reference=reference, actor=current_actor())
    return _receipt(case_file(db.session, reference, unit_id=_own_unit().id))


@blueprint.post("/<reference>/applicant")
@requires(Permission.HANDLE_CASES)
def open_applicant(reference: str) -> str:
    """Show who applied, once: that it was opened, and by whom, is on record before anything is shown."""
    unit = _own_unit()
    with transaction(db.session):
        known = entering.open_applicant(
            db.session, platform().keys, unit_id=unit.id, reference=reference, actor=current_actor()
        )
    return _page(reference, applicant=known)


@blueprint.post("/<reference>/<doing>")
@requires(Permission.HANDLE_CASES)
def act(reference: str, doing: str) -> Response | tuple[str, int]:
    """Write down what was done; a refusal shows the page again with what was typed."""
    unit_id, kind = _own_unit().id, kind_of(doing)
    form = form_of(kind, case_file(db.session, reference, unit_id=unit_id), is_blank=False)
    done = list[CaseFile]()
    if status := refusal_of(form, lambda: done.append(_act(form, kind, unit_id, reference))):
        form.renewed()
        return _page(reference, refused=(kind, form)), status
    flash(gettext(DOINGS[kind].done), "ok")
    if entering.is_late(done[0], form.token.data):
        flash(_("填的时间太早，按现在算，并标明“补录”。"), "warn")
    return go_to(url_for(".show", reference=done[0].facts.reference))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _enter(form: forms.NewCaseForm, unit_id: uuid.UUID) -> str:
    new = NewCase(
        token=form.token.data,
        item=form.item.data,
        number=form.number.data or "",
        name=form.name.data,
        phone=form.phone.data or "",
        came_by=form.came_by.data or "",
        window=form.window.data or "",
        occurred_at=form.moment,
    )
    return entering.enter_case(db.session, platform().keys, unit_id=unit_id, new=new, actor=current_actor())


def _act(form: forms.ActForm, kind: EventKind, unit_id: uuid.UUID, reference: str) -> CaseFile:
    done = Act(token=form.token.data, kind=kind, occurred_at=form.moment, detail=form.detail)
    return entering.enter_act(
        db.session, platform().keys, unit_id=unit_id, reference=reference, act=done, actor=current_actor()
    )


def _new_page(unit: Unit, form: forms.NewCaseForm) -> str:
    items = lists.items_of(db.session, unit.id, only_published=True)
    form.offer(items)
    return render_template(
        "console/cases/new.html", unit=unit, form=form, has_items=bool(items), grace=_grace()
    )


def _grace() -> int:
    return profiles.in_force(db.session).own.grace.desk_minutes


def _receipt(file: CaseFile) -> str:
    code = tracing.code_of(platform().keys, file.facts.reference)
    half = len(code) // 2
    return render_template(
        "console/cases/receipt.html",
        file=file,
        code=f"{code[:half]} {code[half:]}",
        drawn=qr.draw(f"{platform().settings.public_url}/cases", title=_("查办件的网页")),
    )


def _page(
    reference: str, *, refused: tuple[EventKind, forms.ActForm] | None = None, applicant: Known | None = None
) -> str:
    unit = _own_unit()
    file = case_file(db.session, reference, unit_id=unit.id)
    shown = dict(offered(file))
    if refused is not None:
        shown[refused[0]] = refused[1]
    return render_template(
        "console/cases/unit_case.html",
        unit=unit,
        file=file,
        forms=shown,
        doings=DOINGS,
        name_of=name_of,
        refused=refused and refused[0],
        applicant=applicant,
        grace=_grace(),
    )
