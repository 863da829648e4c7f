"""Tracing one's own case: found by number and code, or because one is signed in with the number that it is kept under.

No number and no code stands in an address: both are posted, and a signed cookie opens the case for half an hour.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, flash, make_response, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.accounts.browser import origin, signed_in_resident
from evalapp.accounts.forms import StopForm
from evalapp.approvals.forms import ComplaintForm, FindForm, GradeForm, JudgeForm, OwnForm, unsent
from evalapp.approvals.queries import applicants, files, voices
from evalapp.approvals.queries.files import CaseFile
from evalapp.approvals.queries.shown import ShownEvent
from evalapp.approvals.queries.voices import CaseVoices
from evalapp.approvals.rules import rating
from evalapp.approvals.rules.kinds import CaseState, EventKind, Trigger
from evalapp.approvals.services import telling, tracing
from evalapp.approvals.services import voices as services
from evalapp.approvals.views.granted import open_case, opened, shut
from evalapp.core import calendar, clock
from evalapp.core.errors import Conflict, DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.supervision.models import Matter
from evalapp.web.access import current_actor, public, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db, platform
from evalapp.web.formbase import Form
from evalapp.web.i18n import gettext, language
from evalapp.web.links import go_to

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

Answer = str | Response | tuple[str, int]
View = TypeVar("View", bound=Callable[..., Any])
_TELLS = {
    CaseState.AWAITING_PAPERS: EventKind.PAPERS_ASKED,
    CaseState.PAUSED: EventKind.PAUSED,
    CaseState.REFUSED: EventKind.REFUSED,
    CaseState.DECIDED: EventKind.DECIDED,
    CaseState.DELIVERED: EventKind.DECIDED,
}
_HANDLING = (Trigger.PROMISE, Trigger.STATUTORY)
_GRADE, _JUDGE = "grade", "judge"


def unkept(view: View) -> View:
    """Nothing of this page stays in a cache, of the browser's neither."""

    @wraps(view)
    def answered(*args: Any, **values: Any) -> Response:
        answer = make_response(view(*args, **values))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return answered  # type: ignore[return-value]  # the same but for its answer


@blueprint.route("", methods=["GET", "POST"])
@public
@unkept
def index() -> Answer:
    """Ask for number and code; whoever is signed in sees the cases under their number."""
    form = FindForm()
    if not form.validate_on_submit():
        return _index_page(form, status=422 if form.is_submitted() else 200)
    try:
        reference = _found(form)
    except DomainError as error:
        form.refuse(error)
        return _index_page(form, status=error.status)
    open_case(reference)
    return go_to(url_for(".show"))


@blueprint.post("/own")
@requires(Permission.SEE_OWN_PAGE)
def open_own() -> Response:
    """Open a case under the number of whoever is signed in: no code is needed."""
    form = OwnForm()
    own = {one.reference for one in applicants.own_cases(db.session, signed_in_resident().person_id)}
    if not form.validate_on_submit() or form.reference.data not in own:
        raise NotFound(N_("没有找到这个办件。"))
    open_case(form.reference.data)
    return go_to(url_for(".show"))


@blueprint.get("/mine")
@public
@unkept
def show() -> Answer:
    """The case that this browser has opened."""
    reference = opened()
    return go_to(url_for(".index")) if reference is None else _case_page(reference)


@blueprint.post("/mine/grade")
@public
@unkept
def grade() -> Answer:
    """Grade a case that is over, once."""
    reference, form = _opened(), GradeForm(prefix=_GRADE)
    if status := refusal_of(form, lambda: _grade(form, reference)):
        return _case_page(reference, refused=form), status
    flash(gettext("谢谢，评价已经记下。"), "ok")
    return go_to(url_for(".show"))


@blueprint.get("/mine/complaint")
@public
@unkept
def complaint() -> Answer:
    """The form of a complaint about the case that this browser has opened."""
    reference = opened()
    if reference is None:
        return go_to(url_for(".index"))
    return _complaint_page(reference, ComplaintForm())


@blueprint.post("/mine/complaint")
@public
@unkept
def complain() -> Answer:
    """Complain about the case: the unit answers within its term. Whoever wrote until the case was shut keeps the words."""
    reference, form, made = opened(), ComplaintForm(), list[Matter]()
    if reference is None:
        form.refuse(Conflict(N_("这个办件已经收起。请在另一页重新填编号和查询码，再回到这里提交。")))
        return _complaint_page(None, form), 409
    if status := refusal_of(form, lambda: made.append(_complain(form, reference))):
        return _complaint_page(reference, form), status
    flash(
        gettext("投诉已经交给单位，编号 %(reference)s。答复会显示在这里。", reference=made[0].reference), "ok"
    )
    return go_to(url_for(".show"))


@blueprint.post("/mine/answer")
@public
@unkept
def judge() -> Answer:
    """Say what the unit's answer is worth, or have it answer again."""
    reference, form = _opened(), JudgeForm(prefix=_JUDGE)
    if status := refusal_of(
        form,
        lambda: services.judge_answer(
            db.session,
            reference=reference,
            matter_reference=form.matter.data,
            grade=form.grade.data,
            opens_again=form.again.data,
        ),
    ):
        return _case_page(reference, refused=form), status
    flash(gettext("已经记下。"), "ok")
    return go_to(url_for(".show"))


@blueprint.post("/mine/messages/<wish>")
@public
@unkept
def messages(wish: str) -> Answer:
    """Have messages about one's cases stop, or come again."""
    person = files.case_file(db.session, _opened()).facts.person_id
    if not person:
        raise NotFound(N_("这个办件没有留手机号。"))
    with transaction(db.session):
        (telling.allow if wish == "on" else telling.stop)(db.session, person)
    flash(gettext("已经改好。"), "ok")
    return go_to(url_for(".show"))


@blueprint.route("/stop/<token>", methods=["GET", "POST"])
@public
def stop(token: str) -> Answer:
    """Stop the messages in one of which this address stands, or let them come again: opening shows, the button does."""
    person = telling.person_behind(db.session, platform(), token)
    is_stopped = telling.is_quiet(db.session, person)
    form = StopForm()
    if form.validate_on_submit():
        with transaction(db.session):
            (telling.allow if is_stopped else telling.stop)(db.session, person)
        return go_to(url_for(".stop", token=token))
    return render_template("approvals/stop.html", form=form, is_stopped=is_stopped)


@blueprint.post("/close")
@public
def close() -> Response:
    """Forget the case in this browser."""
    shut()
    return go_to(url_for(".index"))


def _found(form: FindForm) -> str:
    """Count the try, keep that, and only then look whether the code is right."""
    keys, number = platform().keys, form.number.data
    with transaction(db.session):
        attempt = tracing.count_try(db.session, keys, number=number, origin=origin())
    with transaction(db.session):
        return tracing.find(db.session, keys, attempt, number=number, code=form.code.data).reference


def _opened() -> str:
    """The case that a form is about. Raises `NotFound` when it is not open any more."""
    reference = opened()
    if reference is None:
        raise NotFound(N_("这个办件已经收起，请重新填编号和查询码。"))
    return reference


def _index_page(form: FindForm, *, status: int) -> tuple[str, int]:
    own = (
        applicants.own_cases(db.session, signed_in_resident().person_id)
        if current_actor().is_resident
        else ()
    )
    return render_template("approvals/index.html", form=form, own=own, has_case=opened() is not None), status


def _grade(form: GradeForm, reference: str) -> None:
    file = files.case_file(db.session, reference)
    own = file.known.profile.own.rated
    place = rating.place_of(file.facts.came_by, own)
    codes = form.ticked({one.code for one in rating.offered(own, place, form.chosen)})
    services.grade(db.session, reference=reference, grade=form.chosen, codes=codes)


def _complain(form: ComplaintForm, reference: str) -> Matter:
    return services.complain(
        db.session, platform().keys, reference=reference, topic=form.topic.data, words=form.words.data
    )


def _complaint_page(reference: str | None, form: ComplaintForm) -> str:
    return render_template(
        "approvals/complaint.html",
        facts=files.case_facts(db.session, reference) if reference else None,
        is_waiting=reference is not None and voices.voices_of(db.session, reference).is_waiting,
        form=form,
    )


def _case_page(reference: str, *, refused: Form | None = None) -> str:
    """The page of a case; a form that was refused stays on it with what was typed, also where it is offered no more."""
    file = files.case_file(db.session, reference)
    said = voices.voices_of(db.session, reference) if file.facts.is_spoken_of else voices.NOTHING_SAID
    judged = any(each.may_judge for each in said.all)
    return render_template(
        "approvals/case.html",
        file=file,
        telling=_telling(file),
        said=said,
        ticked=_ticked(said),
        grading=_grading(file, said, refused),
        judging=refused if isinstance(refused, JudgeForm) else unsent(JudgeForm, _JUDGE) if judged else None,
        clock=file.leading or next((each for each in file.clocks if each.clock.trigger in _HANDLING), None),
        is_quiet=telling.is_quiet(db.session, file.facts.person_id) if file.facts.person_id else None,
        is_turn=True,
    )


def _telling(file: CaseFile) -> ShownEvent | None:
    """The event whose words matter now: which papers are asked for, why a clock is held, why the answer is no."""
    kind = _TELLS.get(file.state)
    found = (one for one in reversed(file.events) if one.event.kind is kind and not one.misfit)
    return next(found, None) if kind else None


def _ticked(said: CaseVoices) -> Sequence[str]:
    """What was ticked with the grade, in the reader's language."""
    if said.grade is None:
        return ()
    return said.grade.en if language() == "en" else said.grade.zh


def _graded_until(file: CaseFile, said: CaseVoices) -> date | None:
    """The last day for a grade; none where there is nothing to grade, or no more."""
    if said.grade or file.course.closed_at is None or file.state not in voices.GRADED:
        return None
    read = file.clocks[0].counter.calendar if file.clocks else calendar.load(db.session)
    until = voices.graded_until(read, file.course.closed_at, file.known.profile.own.rated)
    return until if clock.local(file.now).date() <= until else None


def _grading(file: CaseFile, said: CaseVoices, refused: Form | None) -> dict[str, Any] | None:
    """What the form of grading needs; none before the case is over, when it is graded, and after the term: but then if refused."""
    own, form, until = file.known.profile.own.rated, refused, _graded_until(file, said)
    if not isinstance(form, GradeForm):
        if until is None:
            return None
        form = unsent(GradeForm, _GRADE)
    place = rating.place_of(file.facts.came_by, own)
    bands: dict[tuple[int, ...], list[Any]] = {}
    for one in own.indicators:
        if one.place == place.value:
            text = one.en if language() == "en" else one.zh
            bands.setdefault(tuple(one.grades), []).append({"code": one.code, "text": text})
    return {
        "form": form,
        "bands": bands,
        "most": own.most,
        "until": until,
    }
