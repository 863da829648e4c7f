"""The unit's inbox: what is due first, one question beside the list with what helps to answer it, and the way to its reply."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.queries import InboxFilter
from evalapp.comments.queries.units import MOST_COUNTED
from evalapp.comments.rules.wording import signature
from evalapp.console.forms.inbox import (
    InboxHandOverForm,
    InboxNoteForm,
    ReplyForm,
    SendBackForm,
    SignForm,
)
from evalapp.console.queries.unit_inbox import InboxPage, inbox_page
from evalapp.core import clock
from evalapp.core.errors import DomainError, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.supervision import services as supervision
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import gettext
from evalapp.web.links import go_to

blueprint = Blueprint("unit_inbox", __name__)

_REPLY = "reply"
_FILTERS = {
    InboxFilter.WAITING: N_("待回复"),
    InboxFilter.SIGN: N_("待签发"),
    InboxFilter.FREE: N_("不计时"),
    InboxFilter.ANSWERED: N_("已回复"),
}


@dataclass(frozen=True, kw_only=True)
class Doing:
    """What else is done with a comment: its form, the act, and what is said then."""

    form: type[Form]
    do: Callable[[InboxPage, Any, Unit], object]
    done: str


DOINGS = {
    "sign": Doing(
        form=SignForm,
        done=N_("已签发，回复已公开，提问的居民会收到通知。"),
        do=lambda page, form, unit: services.sign_draft(
            db.session,
            reference=page.item.reference,
            unit_id=unit.id,
            head=current_actor(),
            seen_draft=form.seen_draft.data,
            seen_matter=form.seen_matter.data,
        ),
    ),
    "send-back": Doing(
        form=SendBackForm,
        done=N_("草稿已退回起草的同事。"),
        do=lambda page, form, unit: services.send_back(
            db.session,
            reference=page.item.reference,
            unit_id=unit.id,
            head=current_actor(),
            note=form.note.data,
            seen_draft=form.seen_draft.data,
        ),
    ),
    "note": Doing(
        form=InboxNoteForm,
        done=N_("备注已记下。"),
        do=lambda page, form, unit: supervision.add_note(
            db.session, note=form.text.data, **_of_matter(page, unit)
        ),
    ),
    "hand-over": Doing(
        form=InboxHandOverForm,
        done=N_("已交办，期限照走。"),
        do=lambda page, form, unit: supervision.hand_over(
            db.session,
            handler=form.handler.data,
            section_id=form.section_id,
            note=form.note.data or "",
            seen_version=form.seen_matter.data,
            **_of_matter(page, unit),
        ),
    ),
}


@blueprint.get("/desk/unit/inbox")
@requires(Permission.REPLY_TO_COMMENTS)
def inbox() -> str:
    return _page(_own_unit(), None)


@blueprint.get("/desk/unit/inbox/<reference>")
@requires(Permission.REPLY_TO_COMMENTS)
def show(reference: str) -> str:
    unit = _own_unit()
    return _page(unit, _of(unit, reference))


@blueprint.post("/desk/unit/inbox/<reference>")
@requires(Permission.REPLY_TO_COMMENTS)
def reply(reference: str) -> Response | tuple[str, int]:
    """Publish a reply or a new wording, keep its draft, or send it to the head: the button says which."""
    unit = _own_unit()
    page, form = _of(unit, reference), ReplyForm()
    if not form.validate_on_submit():
        return _page(unit, page, refused=(_REPLY, form)), 422
    try:
        with transaction(db.session):
            done = _write(reference, unit, form)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        again = _of(unit, reference)
        return _page(unit, again, refused=(_REPLY, form)), refusal.status
    flash(gettext(done), "ok")
    return go_to(url_for(".show", reference=reference, show=_show().value))


@blueprint.post("/desk/unit/inbox/<reference>/<doing>")
@requires(Permission.REPLY_TO_COMMENTS)
def act(reference: str, doing: str) -> Response | tuple[str, int]:
    """Do what else there is to do here; a refusal shows the page again with what was typed."""
    unit = _own_unit()
    page, known = _of(unit, reference), DOINGS.get(doing)
    if known is None:
        raise NotFound(N_("没有找到你要的内容。"))
    form = known.form(prefix=doing)
    if not form.validate_on_submit():
        return _page(unit, page, refused=(doing, form)), 422
    try:
        with transaction(db.session):
            known.do(page, form, unit)
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        again = _of(unit, reference)
        return _page(unit, again, refused=(doing, form)), refusal.status
    flash(gettext(known.done), "ok")
    return go_to(url_for(".show", reference=reference, show=_show().value))


def _of(unit: Unit, reference: str) -> InboxPage:
    return inbox_page(db.session, unit.id, reference, staff_id=current_actor().id)


def _write(reference: str, unit: Unit, form: ReplyForm) -> str:
    """Do what the button says; return what is said then."""
    who: dict[str, Any] = {"reference": reference, "unit_id": unit.id, "actor": current_actor()}
    draft, wish = form.seen_draft.data or 0, request.form.get("act", "publish")
    if wish == "save":
        services.save_draft(db.session, text=form.text.data, seen_draft=draft, **who)
        return N_("草稿已存，同事也看得到。")
    if wish == "submit":
        services.submit_draft(
            db.session, text=form.text.data, seen_draft=draft, seen_matter=form.seen_matter.data, **who
        )
        return N_("已送负责人签发，期限照走。")
    if wish == "edit":
        services.edit_reply(db.session, text=form.text.data, seen_version=form.seen.data, **who)
        return N_("回复已改，原来的写法仍可查看。")
    services.reply(db.session, text=form.text.data, seen_matter=form.seen_matter.data, **who)
    return N_("回复已公开，提问的居民会收到通知。")


def _of_matter(page: InboxPage, unit: Unit) -> dict[str, Any]:
    if page.item.asked is None:
        raise NotFound(N_("这条留言没有计时，不能交办或备注。"))
    return {"matter_id": page.item.asked.matter.id, "unit_id": unit.id, "actor": current_actor()}


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _page(unit: Unit, page: InboxPage | None, *, refused: tuple[str, Form] | None = None) -> str:
    shown = queries.inbox(db.session, unit.id, only=_show(), page=_page_number())
    waiting = {InboxFilter.WAITING: shown.counts.waiting, InboxFilter.SIGN: shown.counts.to_sign}
    return render_template(
        "console/inbox/show.html",
        unit=unit,
        inbox=shown,
        most=MOST_COUNTED,
        page=page,
        item=page.item if page else None,
        forms=_forms(page, refused) if page else {},
        refused=refused[0] if refused else "",
        is_head=page is not None and page.needs_sign_off and page.is_head,
        show=_show(),
        filters=[
            (
                _counted(gettext(words), waiting.get(each, 0)),
                url_for(".inbox", show=each.value),
                each is _show(),
            )
            for each, words in _FILTERS.items()
        ],
        today=clock.today(),
        signature=signature(unit.name, current_actor().name),
    )


def _counted(words: str, number: int) -> str:
    """A label with how many wait behind it, as far as they were counted."""
    if not number:
        return words
    return f"{words} {MOST_COUNTED - 1}+" if number >= MOST_COUNTED else f"{words} {number}"


def _forms(page: InboxPage, refused: tuple[str, Form] | None) -> dict[str, Any]:
    """The forms of a comment as it stands now; a refused one keeps what was typed."""
    item = page.item
    offered = {"note", "hand-over"} if item.asked else set()
    if page.is_head and item.draft is not None and item.draft.submitted_at is not None:
        offered |= {"sign", "send-back"}
    forms: dict[str, Any] = {name: DOINGS[name].form(formdata=None, prefix=name) for name in offered}
    forms[_REPLY] = ReplyForm(formdata=None, text=_beginning(page))
    if refused is not None:
        forms[refused[0]] = refused[1]
    now = {
        "seen": item.reply.version if item.reply else 0,
        "seen_draft": item.draft.version if item.draft else 0,
        "seen_matter": item.asked.matter.version if item.asked else None,
    }
    for form in forms.values():
        for name, value in now.items():
            if name in form:
                form[name].data, form[name].raw_data = value, None
    if "hand-over" in forms:
        forms["hand-over"].offer(page.sections)
    return forms


def _beginning(page: InboxPage) -> str:
    """What stands in the field at first: the chosen template, else the draft, else the reply."""
    template = page.template(request.args.get("template", type=uuid.UUID))
    if template is not None:
        return template.text
    if page.item.draft is not None:
        return page.item.draft.text
    return page.item.reply.current.text if page.item.reply else ""


def _show() -> InboxFilter:
    try:
        return InboxFilter(request.args.get("show", InboxFilter.WAITING))
    except ValueError:
        return InboxFilter.WAITING


def _page_number() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 100_000))
