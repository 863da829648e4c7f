"""The office's boxes: announcing, extending and voiding, counting, setting apart, publishing. Two people where two are asked."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from evalapp.ballots import polling
from evalapp.ballots.models import ActKind
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import announcing, two_people
from evalapp.console.forms.boxes import (
    ActForm,
    AnnounceForm,
    ExtendForm,
    SetApartForm,
    VoidForm,
    moment,
)
from evalapp.console.queries import boxes
from evalapp.core.permissions import Permission
from evalapp.results.services import approving, counting, publishing
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, language
from evalapp.web.links import go_to

blueprint = Blueprint("office_boxes", __name__)


@blueprint.get("/desk/office/boxes")
@requires(Permission.RUN_BOXES)
def index() -> str:
    return render_template("console/boxes/index.html", rows=boxes.box_rows(db.session))


@blueprint.get("/desk/office/boxes/<int(max=999999):number>")
@requires(Permission.RUN_BOXES)
def show(number: int) -> str:
    return _page(number)


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/announce")
@requires(Permission.RUN_BOXES)
def announce(number: int) -> Response | tuple[str, int]:
    form = AnnounceForm(prefix="announce")
    kept = polling.polling()
    return _do(
        number,
        "announce",
        form,
        _("规则已经公布，票箱按时打开。"),
        lambda: announcing.announce(
            db.session,
            gradings.episode(db.session, number),
            keepers=kept.keepers,
            receipts=kept.signer.verifier,
            actor=current_actor(),
            opens_at=moment(form.opens_at.data),
            closes_at=moment(form.closes_at.data),
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/extend")
@requires(Permission.RUN_BOXES)
def extend(number: int) -> Response | tuple[str, int]:
    form = ExtendForm(prefix="extend")
    return _do(
        number,
        "extend",
        form,
        _("已提出延长，等另一人确认。"),
        lambda: announcing.propose_extension(
            db.session,
            _grading(number),
            closes_at=_required(form.closes_at.data),
            reason=form.reason.data or "",
            actor=current_actor(),
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/void")
@requires(Permission.RUN_BOXES)
def void(number: int) -> Response | tuple[str, int]:
    form = VoidForm(prefix="void")
    return _do(
        number,
        "void",
        form,
        _("已提出作废，等另一人确认。"),
        lambda: announcing.propose_voiding(
            db.session, _grading(number), reason=form.reason.data or "", actor=current_actor()
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/count")
@requires(Permission.RUN_BOXES)
def count(number: int) -> Response | tuple[str, int]:
    return _do(
        number,
        "count",
        ActForm(prefix="count"),
        _("已开箱计票。请先看提醒，再准备结果。"),
        lambda: counting.count(
            db.session, _grading(number), keepers=polling.polling().keepers, actor=current_actor()
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/prepare")
@requires(Permission.RUN_BOXES)
def prepare(number: int) -> Response | tuple[str, int]:
    return _do(
        number,
        "prepare",
        ActForm(prefix="prepare"),
        _("结果已经准备好，核对后请提出公布。"),
        lambda: counting.prepare(
            db.session, _grading(number), keepers=polling.polling().keepers, actor=current_actor()
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/flags/<uuid:flag_id>/set-apart")
@requires(Permission.RUN_BOXES)
def set_apart(number: int, flag_id: uuid.UUID) -> Response | tuple[str, int]:
    form = SetApartForm(prefix=f"flag-{flag_id}")
    return _do(
        number,
        f"flag-{flag_id}",
        form,
        _("已提出剔除，等另一人核实确认。"),
        lambda: counting.propose_setting_apart(
            db.session,
            _grading(number),
            ballots=boxes.flagged_ballots(db.session, flag_id, number=number),
            reason=form.listed.data or "",
            note=form.note.data or "",
            actor=current_actor(),
        ),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/publish")
@requires(Permission.APPROVE_RESULTS)
def publish(number: int) -> Response | tuple[str, int]:
    return _do(
        number,
        "publish",
        ActForm(prefix="publish"),
        _("已提出公布，等另一人确认。"),
        lambda: publishing.propose_publication(db.session, _grading(number), actor=current_actor()),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/acts/<uuid:act_id>/confirm")
@requires(Permission.APPROVE_RESULTS)
def confirm(number: int, act_id: uuid.UUID) -> Response | tuple[str, int]:
    return _do(
        number,
        f"confirm-{act_id}",
        ActForm(prefix=f"confirm-{act_id}"),
        _("已由两人办成。"),
        lambda: approving.approve(db.session, act_id, number=number, actor=current_actor()),
    )


@blueprint.post("/desk/office/boxes/<int(max=999999):number>/acts/<uuid:act_id>/drop")
@requires(Permission.RUN_BOXES)
def drop(number: int, act_id: uuid.UUID) -> Response | tuple[str, int]:
    return _do(
        number,
        f"drop-{act_id}",
        ActForm(prefix=f"drop-{act_id}"),
        _("已撤回，没有办。"),
        lambda: two_people.drop(
            db.session, gradings.act(db.session, act_id, number=number).id, actor=current_actor()
        ),
    )


def _grading(number: int) -> Any:
    return gradings.graded_episode(db.session, number).grading


def _required(value: Any) -> Any:
    found = moment(value)
    assert found is not None  # the form asked for it
    return found


def _do(
    number: int, name: str, form: Form, done: str, act: Callable[[], object]
) -> Response | tuple[str, int]:
    """Act in one transaction and go back to the page; a refusal shows the page again with what was typed."""
    if status := refusal_of(form, act):
        return _page(number, refused=(name, form)), status
    flash(done, "ok")
    return go_to(url_for(".show", number=number))


def _page(number: int, *, refused: tuple[str, Form] | None = None) -> str:
    page = boxes.box_page(db.session, number)
    forms: dict[str, Form] = {
        "announce": AnnounceForm(None, prefix="announce"),
        "extend": ExtendForm(None, prefix="extend"),
        "void": VoidForm(None, prefix="void"),
        "count": ActForm(None, prefix="count"),
        "prepare": ActForm(None, prefix="prepare"),
        "publish": ActForm(None, prefix="publish"),
    }
    for row in page.flags:
        forms[f"flag-{row.flag.id}"] = SetApartForm(None, prefix=f"flag-{row.flag.id}")
    for waiting in page.waiting:
        for what in ("confirm", "drop"):
            forms[f"{what}-{waiting.id}"] = ActForm(None, prefix=f"{what}-{waiting.id}")
    if refused is not None:
        forms[refused[0]] = refused[1]
    reasons = [
        SelectChoice(value=reason.code, label=reason.en if language() == "en" else reason.zh)
        for reason in page.profile.exclusion_reasons
    ]
    for form in forms.values():
        if isinstance(form, SetApartForm):
            form.listed.choices = reasons
    return render_template(
        "console/boxes/show.html",
        page=page,
        forms=forms,
        refused=refused and refused[1],
        act_names=boxes.ACT_NAMES,
        kinds=ActKind,
    )
