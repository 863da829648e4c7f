"""The unit's matters: its clocks, answers, plans and notices. Another unit's matter does not exist here."""

import uuid
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.asked import asked_about_line, card_of, said_of_case
from evalapp.console.forms import matters as forms
from evalapp.console.queries.unit_inbox import Named
from evalapp.console.staff_views.doings import Doing, doing_of
from evalapp.core.errors import DomainError, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import taking_back, transaction
from evalapp.supervision import evidence, services
from evalapp.supervision.models import FileKind
from evalapp.supervision.queries import files, lists, matters, notices, pages
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.queries.pages import MatterPage
from evalapp.supervision.reading import chosen, facts, page_number, rate_of, words
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act, MatterKind
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import FORM_PREFIX, takes
from evalapp.web.context import db, platform
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, gettext
from evalapp.web.links import go_to

blueprint = Blueprint("unit_matters", __name__, url_prefix="/desk/unit/matters")

EVIDENCE = "evidence"
_MOST_UPLOAD = evidence.MOST_BYTES + 1024**2  # with the form around it
_CHOICES = {
    Which.RUNNING: N_("在办"),
    Which.LATE: N_("逾期"),
    Which.OFFICE: N_("等评议办"),
    Which.DONE: N_("已办"),
}


# A matter that begins with its notice is answered by answering that; a card is contested where it is shown.
_NOT_OF_A_NOTICE = {Act.ANSWERED, Act.EXPLAINED, Act.CONTESTED}

DOINGS: dict[str, Doing] = {
    "answer": Doing(
        form=forms.AnswerForm,
        act=Act.ANSWERED,
        done=N_("答复已公开，期限已停。"),
        done_inside=N_("已答复，期限已停。"),
        do=lambda form, who: services.answer(db.session, text=form.text.data, **who),
    ),
    "fix": Doing(
        form=forms.FixForm,
        act=Act.PLANNED,
        done=N_("已报告当场改好，等待核查。"),
        do=lambda form, who: services.fix_at_once(
            db.session, text=form.text.data, post=form.post.data, **who
        ),
    ),
    "plan": Doing(
        form=forms.PlanForm,
        act=Act.PLANNED,
        done=N_("整改方案已公开。"),
        done_inside=N_("整改方案已记下。"),
        do=lambda form, who: services.plan(
            db.session,
            text=form.text.data,
            steps=_steps(form),
            longer_because=form.longer_because.data or "",
            **who,
        ),
    ),
    "explain": Doing(
        form=forms.ExplainForm,
        act=Act.EXPLAINED,
        done=N_("理由已公开，期限已停。"),
        done_inside=N_("理由已说明，期限已停。"),
        do=lambda form, who: services.explain(db.session, text=form.text.data, **who),
    ),
    "contest": Doing(
        form=forms.ContestForm,
        act=Act.CONTESTED,
        done=N_("异议已提出，由评议办两人复核。"),
        do=lambda form, who: services.contest(db.session, text=form.text.data, **who),
    ),
    "step": Doing(
        form=forms.StepDoneForm,
        act=Act.STEP_DONE,
        done=N_("这一步已报完成。"),
        do=lambda form, who: services.finish_step(
            db.session, number=form.number.data, outcome=form.outcome.data, **_unseen(who)
        ),
    ),
    "claim": Doing(
        form=forms.ClaimForm,
        act=Act.CLAIMED,
        done=N_("已报告整改完成，等待核查。"),
        do=lambda form, who: services.claim_mended(db.session, text=form.text.data, **who),
    ),
    "hand-over": Doing(
        form=forms.HandOverForm,
        act=Act.HANDED_OVER,
        done=N_("已交办，期限照走。"),
        do=lambda form, who: services.hand_over(
            db.session,
            handler=form.handler.data,
            section_id=form.section_id,
            note=form.note.data or "",
            **who,
        ),
    ),
    "note": Doing(
        form=forms.NoteForm,
        act=Act.NOTED,
        done=N_("备注已记下。"),
        do=lambda form, who: services.add_note(db.session, note=form.text.data, **_unseen(who)),
    ),
}


@blueprint.get("")
@requires(Permission.ANSWER_MATTERS)
def index() -> str:
    unit, which = _own_unit(), chosen(request.args.get("which"))
    counts = lists.counts(db.session, unit_id=unit.id)
    return render_template(
        "console/matters/unit_list.html",
        unit=unit,
        matters=lists.unit_page(db.session, unit.id, which=which, page=page_number()),
        counts=counts,
        most=lists.MOST_COUNTED,
        on_time=rate_of(unit.id),
        choices=[
            (gettext(name), url_for(".index", which=each.value), each is which)
            for each, name in _CHOICES.items()
        ],
        page_href=lambda n: url_for(".index", which=which.value, page=n),
    )


@blueprint.get("/<reference>")
@requires(Permission.ANSWER_MATTERS)
def show(reference: str) -> str:
    return _page(reference)


@blueprint.post("/<reference>/<doing>")
@requires(Permission.ANSWER_MATTERS)
def act(reference: str, doing: str) -> Response | tuple[str, int]:
    """Do one of the acts of this page; a refusal shows the page again with what was typed."""
    page, known = _load(reference), doing_of(DOINGS, doing)
    form = known.form(prefix=doing)
    who, said = _who(page, form), known.said_of(is_public=page.shown.matter.is_public)
    if status := refusal_of(form, lambda: known.do(form, who)):
        return _page(reference, refused=(doing, form)), status
    flash(gettext(said), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.post("/<reference>/evidence")
@requires(Permission.ANSWER_MATTERS)
@takes(lambda _settings: _MOST_UPLOAD, to_disk=True)
def add_evidence(reference: str) -> Response | tuple[str, int]:
    page, form = _load(reference), forms.EvidenceForm(prefix=EVIDENCE)
    if not form.validate_on_submit():
        return _page(reference, refused=(EVIDENCE, form)), 422
    who = _unseen(_who(page, form))
    try:
        _add_file(form, who)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(reference, refused=(EVIDENCE, form)), refusal.status
    flash(_("佐证已公开。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.post("/<reference>/notices/<number>")
@requires(Permission.ANSWER_MATTERS)
def answer_notice(reference: str, number: str) -> Response | tuple[str, int]:
    unit = _own_unit()
    found = notices.notice(db.session, number, unit_id=unit.id)
    form = forms.NoticeAnswerForm(prefix=number)
    if found.matter.reference != reference:
        raise NotFound(N_("没有找到这张督办单。"))
    notice_id = found.shown.notice.id
    if status := refusal_of(
        form,
        lambda: services.answer_notice(
            db.session,
            notice_id=notice_id,
            text=form.text.data,
            actor=current_actor(),
            unit_id=unit.id,
        ),
    ):
        return _page(reference, refused=(number, form)), status
    flash(_("督办单已答复。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.post("/<reference>/files/<uuid:file_id>/withdraw")
@requires(Permission.ANSWER_MATTERS)
def withdraw_file(reference: str, file_id: uuid.UUID) -> Response:
    shown = matters.shown_to_unit(db.session, reference, unit_id=_own_unit().id)
    matter_id, unit_id = shown.matter.id, shown.unit.id
    with transaction(db.session):
        services.withdraw_file(
            db.session, file_id=file_id, matter_id=matter_id, unit_id=unit_id, actor=current_actor()
        )
    flash(_("文件已撤下，经过里还有它的名字。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.get("/<reference>/notices/<number>")
@requires(Permission.ANSWER_MATTERS)
def print_notice(reference: str, number: str) -> str:
    found = notices.notice(db.session, number, unit_id=_own_unit().id)
    if found.matter.reference != reference:
        raise NotFound(N_("没有找到这张督办单。"))
    return render_template("console/matters/notice.html", one=found, stages=states.STAGE_WORDS)


def _is_offered(page: MatterPage, act: Act) -> bool:
    """Whether the unit can do it now. What two people of the office decide is not the unit's."""
    matter = page.shown.matter
    if matter.kind in states.RULED:
        return act is Act.NOTED
    if matter.kind is MatterKind.MONITORING and page.notices and act in _NOT_OF_A_NOTICE:
        return False
    return states.may(act, matter.phase)


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _load(reference: str) -> MatterPage:
    shown = matters.shown_to_unit(db.session, reference, unit_id=_own_unit().id)
    return pages.matter_page(db.session, shown, with_internal=True)


def _who(page: MatterPage, form: Form) -> dict[str, Any]:
    seen = getattr(form, "seen", None)
    return {
        "matter_id": page.shown.matter.id,
        "unit_id": page.shown.unit.id,
        "actor": current_actor(),
        "seen_version": None if seen is None else seen.data,
    }


def _unseen(who: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in who.items() if name != "seen_version"}


def _steps(form: forms.PlanForm) -> list[services.Step]:
    if form.half_filled:
        raise Invalid(N_("每一步都要写做什么、哪个岗位、哪天前。"), field="steps")
    return form.listed()


def _add_file(form: forms.EvidenceForm, who: dict[str, Any]) -> None:
    """Make the file fit to keep outside the transaction, store it, then tell of it; refused, it is not left behind."""
    token, kind, name = services.new_token(), form.kind.data, form.file.data.filename or ""
    stored = files.stored_name_of(token)
    source = platform().settings.uploads_dir / f"{FORM_PREFIX}{token}"
    try:
        form.file.data.save(source)
        is_document = kind is FileKind.DOCUMENT
        made = evidence.prepare_document(source, name) if is_document else evidence.prepare_picture(source)
        platform().storage.put(stored, made.path)
    finally:
        source.unlink(missing_ok=True)
    with taking_back(lambda: platform().storage.remove(stored)), transaction(db.session):
        services.add_file(
            db.session,
            token=token,
            kind=kind,
            file=made,
            file_name=name,
            caption=form.caption.data or "",
            **who,
        )


def _page(reference: str, *, refused: tuple[str, Form] | None = None) -> str:
    page = _load(reference)
    shown: dict[str, Form] = {
        name: doing.form(formdata=None, prefix=name)
        for name, doing in DOINGS.items()
        if _is_offered(page, doing.act)
    }
    if states.may(Act.FILE_ADDED, page.shown.matter.phase):
        shown[EVIDENCE] = forms.EvidenceForm(formdata=None, prefix=EVIDENCE)
    for notice in page.notices:
        number = notice.notice.number
        shown[number] = forms.NoticeAnswerForm(formdata=None, prefix=number)
    if refused is not None:
        shown[refused[0]] = refused[1]
    if "answer" in shown and not page.shown.matter.is_public:
        shown["answer"].text.label.text = _("答复")
    for form in shown.values():
        if hasattr(form, "seen"):
            form.seen.data, form.seen.raw_data = page.shown.matter.version, None
        if isinstance(form, forms.HandOverForm):
            below = units.profile(db.session, page.shown.unit).below
            form.offer(Named(id=unit.id, title=unit.name) for unit in below)
    return render_template(
        "console/matters/unit_matter.html",
        page=page,
        question=asked_about_line(page),
        card_id=card_of(page),
        said=said_of_case(page),
        forms=shown,
        refused=refused and refused[0],
        facts=facts(page.shown),
        **words(),
    )
