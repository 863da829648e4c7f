"""The office's matters: clocks of all units, checks, rulings by two people, notices, points."""

import uuid

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.asked import asked_about_line, card_of, said_of_case
from evalapp.console.forms import matters as forms
from evalapp.console.staff_views.doings import Doing, doing_of
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.supervision import services
from evalapp.supervision.models import SupervisionNotice
from evalapp.supervision.queries import lists, matters, notices, pages, profiles, rates
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.queries.pages import MatterPage
from evalapp.supervision.reading import chosen, facts, page_number, words
from evalapp.supervision.rules import states
from evalapp.supervision.rules.profile import SupervisionProfile
from evalapp.supervision.rules.states import Act, MatterKind, Phase
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, gettext, sentence
from evalapp.web.kept import kept_a_minute
from evalapp.web.links import go_to

blueprint = Blueprint("office_matters", __name__, url_prefix="/desk/office")

_CHOICES = {
    Which.RUNNING: N_("单位在办"),
    Which.LATE: N_("逾期"),
    Which.OFFICE: N_("等我们核查、复核"),
    Which.DONE: N_("已办"),
}


DOINGS: dict[str, Doing] = {
    "check": Doing(
        form=forms.CheckForm,
        act=Act.CHECKED,
        done=N_("核查结论已公开。"),
        do=lambda form, who: services.check(
            db.session, has_passed=form.has_passed, note=form.note.data, **who
        ),
    ),
    "rule": Doing(
        form=forms.RulingForm,
        act=Act.RULING_PROPOSED,
        done=N_("已提出，等另一人确认。"),
        do=lambda form, who: services.propose_ruling(
            db.session, is_upheld=form.is_upheld, reason=form.reason.data, **who
        ),
    ),
    "notice": Doing(
        form=forms.NoticeForm,
        act=Act.NOTICE_ISSUED,
        done=N_("督办单已发出。"),
        do=lambda form, who: services.issue_notice(
            db.session, colour=form.colour.data, reason=form.reason.data, **who
        ),
    ),
    "classify": Doing(
        form=forms.ClassForm,
        act=Act.CLASSIFIED,
        done=N_("类别已改，期限从原来那天起重算。"),
        do=lambda form, who: services.classify(db.session, weight=form.weight.data, **who),
    ),
    "pause": Doing(
        form=forms.ReasonForm,
        act=Act.PAUSED,
        done=N_("期限从明天起暂停，理由已公开。"),
        do=lambda form, who: services.pause(db.session, reason=form.reason.data, **who),
    ),
    "resume": Doing(
        form=forms.SeenForm,
        act=Act.RESUMED,
        done=N_("期限从明天起恢复。"),
        do=lambda _form, who: services.resume(db.session, **who),
    ),
    "note": Doing(
        form=forms.NoteForm,
        act=Act.NOTED,
        done=N_("备注已记下。"),
        do=lambda form, who: services.add_note(
            db.session, note=form.text.data, matter_id=who["matter_id"], actor=who["actor"]
        ),
    ),
    "close": Doing(
        form=forms.ReasonForm,
        act=Act.CLOSED,
        done=N_("已办结，理由已公开。"),
        do=lambda form, who: services.close_matter(db.session, reason=form.reason.data, **who),
    ),
    "withdraw": Doing(
        form=forms.ReasonForm,
        act=Act.WITHDRAWN,
        done=N_("已撤下，公众和单位都看不到了。"),
        do=lambda form, who: services.withdraw_matter(
            db.session, reason=form.reason.data, matter_id=who["matter_id"], actor=who["actor"]
        ),
    ),
}


@blueprint.get("/matters")
@requires(Permission.SUPERVISE)
def index() -> str:
    slug, which = request.args.get("unit", ""), chosen(request.args.get("which"))
    unit_id = units.unit(db.session, slug).id if slug else None
    return render_template(
        "console/matters/office_list.html",
        matters=lists.office_page(db.session, which=which, page=page_number(), unit_id=unit_id),
        counts=lists.counts(db.session),
        most=lists.MOST_COUNTED,
        talks=kept_a_minute("suggested_talks", lambda: rates.suggested_talks(db.session))
        if page_number() == 1 and not slug
        else [],
        choices=[
            (gettext(name), url_for(".index", which=each.value, unit=slug or None), each is which)
            for each, name in _CHOICES.items()
        ],
        page_href=lambda n: url_for(".index", which=which.value, unit=slug or None, page=n),
    )


@blueprint.get("/matters/<reference>")
@requires(Permission.SUPERVISE)
def show(reference: str) -> str:
    return _page(reference)


@blueprint.post("/matters/<reference>/<doing>")
@requires(Permission.SUPERVISE)
def act(reference: str, doing: str) -> Response | tuple[str, int]:
    """Do one of the acts of this page; a refusal shows the page again with what was typed."""
    matter_id, known = matters.shown(db.session, reference).matter.id, doing_of(DOINGS, doing)
    form = known.form(prefix=doing)
    who = {"matter_id": matter_id, "actor": current_actor(), "seen_version": form.seen.data}
    if status := refusal_of(form, lambda: known.do(form, who)):
        return _page(reference, refused=(doing, form)), status
    return _done(reference, gettext(known.done))


@blueprint.post("/matters/<reference>/rulings/<uuid:ruling_id>/<verb>")
@requires(Permission.SUPERVISE)
def rule(reference: str, ruling_id: uuid.UUID, verb: str) -> Response | tuple[str, int]:
    """Confirm what a colleague proposed, or drop it."""
    said = {"confirm": N_("已由两人办成。"), "drop": N_("已撤回，没有办。")}
    if verb not in said:
        raise NotFound(N_("没有找到你要的内容。"))
    matters.shown(db.session, reference)
    service = services.confirm_ruling if verb == "confirm" else services.drop_ruling
    try:
        with transaction(db.session):
            service(db.session, ruling_id=ruling_id, actor=current_actor())
    except DomainError as refusal:
        return _page(reference, conflict=refusal), refusal.status
    return _done(reference, gettext(said[verb]))


@blueprint.post("/supervision-notices/<number>/withdraw")
@requires(Permission.SUPERVISE)
def withdraw_notice(number: str) -> Response | tuple[str, int]:
    found = notices.notice(db.session, number)
    reference, notice_id = found.matter.reference, found.shown.notice.id
    form = forms.ReasonForm(prefix=number)
    if status := refusal_of(
        form,
        lambda: services.withdraw_notice(
            db.session, notice_id=notice_id, reason=form.reason.data, actor=current_actor()
        ),
    ):
        return _page(reference, refused=(number, form)), status
    return _done(reference, _("督办单已撤回，编号和理由还在。"))


def _done(reference: str, said: str) -> Response:
    flash(said, "ok")
    return go_to(url_for(".show", reference=reference))


def _offered(page: MatterPage, profile: SupervisionProfile) -> dict[str, Doing]:
    """What can be done to the matter now: a ruling needs something to rule on, a class a question, a notice its turn."""
    matter = page.shown.matter
    if matter.withdrawn_at is not None:
        return {}
    found = {name: doing for name, doing in DOINGS.items() if states.may(doing.act, matter.phase)}
    if matter.kind not in {MatterKind.QUESTION, MatterKind.COMPLAINT}:
        found.pop("classify", None)
    if matter.kind in states.RULED:
        found = {name: doing for name, doing in found.items() if name in {"rule", "note"}}
    elif matter.kind in states.KEPT:
        found = {name: doing for name, doing in found.items() if name not in {"close", "withdraw", "pause"}}
    is_to_rule = matter.phase is Phase.CONTESTED or matter.kind in states.RULED
    if not is_to_rule or page.ruling is not None:
        found.pop("rule", None)
    if pages.colour_now(page, profile) is None:
        found.pop("notice", None)
    running = page.shown.running
    is_held = running is not None and running.due_at is None
    for name in ("pause",) if is_held or running is None or running.fixed_on else ("resume",):
        found.pop(name, None)
    if running is None:
        found.pop("resume", None)
    return found


def _page(
    reference: str, *, refused: tuple[str, Form] | None = None, conflict: DomainError | None = None
) -> str:
    page = pages.matter_page(db.session, matters.shown(db.session, reference), with_internal=True)
    profile = profiles.profile_of(db.session, page.shown.matter.profile_id)
    shown: dict[str, Form] = {
        name: doing.form(formdata=None, prefix=name) for name, doing in _offered(page, profile).items()
    }
    if "notice" in shown and (colour := pages.colour_now(page, profile)):
        shown["notice"] = forms.NoticeForm.of(colour)
    open_notices: list[SupervisionNotice] = [
        one.notice
        for one in page.notices
        if one.notice.answered_at is None and one.notice.withdrawn_at is None
    ]
    for notice in open_notices if page.shown.matter.kind not in states.KEPT else ():
        shown[notice.number] = forms.ReasonForm(formdata=None, prefix=notice.number)
    if refused is not None:
        shown[refused[0]] = refused[1]
    verdicts = states.verdict_words(page.shown.matter.kind)
    if isinstance(ruling := shown.get("rule"), forms.RulingForm):
        ruling.name_verdicts(verdicts)
    for form in shown.values():
        form.seen.data, form.seen.raw_data = page.shown.matter.version, None
    return render_template(
        "console/matters/office_matter.html",
        page=page,
        question=asked_about_line(page),
        card_id=card_of(page),
        verdicts=verdicts,
        said=said_of_case(page),
        forms=shown,
        refused=refused and refused[0],
        conflict=sentence(conflict) if conflict else "",
        profile=profile,
        facts=facts(page.shown),
        **words(),
    )
