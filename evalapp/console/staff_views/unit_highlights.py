"""The unit's highlights: setting, rewording, reporting progress, withdrawing."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_pledges import HighlightForm, ProgressForm, WithdrawForm
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.pledges import queries, services
from evalapp.pledges.models import Highlight
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_highlights", __name__, url_prefix="/desk/unit/highlights")


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def highlights() -> str:
    unit = _own_unit()
    return render_template(
        "console/highlights/list.html",
        unit=unit,
        highlights=queries.unit_highlight_history(db.session, unit.id),
    )


@blueprint.get("/new")
@requires(Permission.KEEP_UNIT)
def new() -> str:
    return _new_page(HighlightForm())


@blueprint.post("/new")
@requires(Permission.KEEP_UNIT)
def make() -> Response | tuple[str, int]:
    unit, form = _own_unit(), HighlightForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            made = services.make_highlight(
                db.session, unit_id=unit.id, wording=form.wording(), actor=current_actor()
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("亮点工作 %(reference)s 已公开。", reference=made.reference), "ok")
    return go_to(url_for(".highlights"))


@blueprint.get("/<reference>")
@requires(Permission.KEEP_UNIT)
def highlight(reference: str) -> str:
    return _page(_own_highlight(reference))


@blueprint.post("/<reference>")
@requires(Permission.KEEP_UNIT)
def reword(reference: str) -> Response | tuple[str, int]:
    found, form = _own_highlight(reference), HighlightForm()
    if status := refusal_of(
        form,
        lambda: services.reword_highlight(
            db.session,
            highlight_id=found.id,
            wording=form.wording(),
            reason=form.reason.data or "",
            actor=current_actor(),
            seen_version=form.seen.data,
        ),
    ):
        return _page(_own_highlight(reference), form), status
    flash(_("新的写法已公开，原来的写法留在历史里。"), "ok")
    return go_to(url_for(".highlight", reference=reference))


@blueprint.post("/<reference>/progress")
@requires(Permission.KEEP_UNIT)
def report(reference: str) -> Response | tuple[str, int]:
    found, form = _own_highlight(reference), ProgressForm(prefix="progress-")
    if status := refusal_of(
        form,
        lambda: services.report_progress(
            db.session,
            highlight_id=found.id,
            percent=form.percent.data,
            reached_on=form.reached_on.data,
            done=form.done.data or "",
            proof=form.proof.data or "",
            proof_path=form.proof_path.data or "",
            actor=current_actor(),
        ),
    ):
        return _page(_own_highlight(reference), reporting=form), status
    flash(_("进度已公开。"), "ok")
    return go_to(url_for(".highlight", reference=reference, _anchor="progress"))


@blueprint.post("/<reference>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(reference: str) -> Response | tuple[str, int]:
    found, form = _own_highlight(reference), WithdrawForm(prefix="withdraw-")
    if status := refusal_of(
        form,
        lambda: services.withdraw_highlight(
            db.session, highlight_id=found.id, reason=form.reason.data, actor=current_actor()
        ),
    ):
        return _page(_own_highlight(reference), withdrawing=form), status
    flash(_("亮点工作已撤回，内容和原因仍可查看。"), "ok")
    return go_to(url_for(".highlights"))


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own_highlight(reference: str) -> Highlight:
    return queries.highlight_of_unit(db.session, reference, unit_id=_own_unit().id)


def _new_page(form: HighlightForm) -> str:
    return render_template(
        "console/highlights/new.html", unit=_own_unit(), form=form, year=clock.today().year
    )


def _page(
    found: Highlight,
    form: HighlightForm | None = None,
    *,
    reporting: ProgressForm | None = None,
    withdrawing: WithdrawForm | None = None,
) -> str:
    versions = queries.highlight_versions(db.session, found.id)
    return render_template(
        "console/highlights/edit.html",
        unit=_own_unit(),
        highlight=found,
        versions=versions,
        reports=queries.progress_reports(db.session, found.id),
        form=form or HighlightForm.of(versions[0]),
        reporting=reporting or ProgressForm(formdata=None, prefix="progress-", reached_on=clock.today()),
        withdrawing=withdrawing or WithdrawForm(formdata=None, prefix="withdraw-"),
    )
