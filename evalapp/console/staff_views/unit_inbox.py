"""The unit's inbox: questions of its own threads, one beside the list, and the reply to it."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.queries import InboxFilter, InboxItem
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.rules.wording import signature
from evalapp.console.forms.inbox import ReplyForm
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_inbox", __name__)


@blueprint.get("/desk/unit/inbox")
@requires(Permission.REPLY_TO_COMMENTS)
def inbox() -> str:
    return _page(units.unit_of(db.session, current_actor()), None)


@blueprint.get("/desk/unit/inbox/<reference>")
@requires(Permission.REPLY_TO_COMMENTS)
def show(reference: str) -> str:
    unit = units.unit_of(db.session, current_actor())
    return _page(unit, queries.inbox_item(db.session, unit.id, reference))


@blueprint.post("/desk/unit/inbox/<reference>")
@requires(Permission.REPLY_TO_COMMENTS)
def reply(reference: str) -> Response | tuple[str, int]:
    actor = current_actor()
    unit = units.unit_of(db.session, actor)
    item = queries.inbox_item(db.session, unit.id, reference)
    form = ReplyForm()
    if not form.validate_on_submit():
        return _page(unit, item, form), 422
    try:
        with transaction(db.session):
            _write(reference, unit, form)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _page(unit, queries.inbox_item(db.session, unit.id, reference), form), refusal.status
    flash(
        _("回复已公开，提问的居民会收到通知。")
        if item.reply is None
        else _("回复已改，原来的写法仍可查看。"),
        "ok",
    )
    return go_to(url_for(".show", reference=reference, show=InboxFilter.ANSWERED.value))


def _write(reference: str, unit: Unit, form: ReplyForm) -> None:
    actor = current_actor()
    if form.seen.data:
        services.edit_reply(
            db.session,
            reference=reference,
            unit_id=unit.id,
            actor=actor,
            text=form.text.data,
            seen_version=form.seen.data,
        )
        return
    services.reply(
        db.session,
        reference=reference,
        unit_id=unit.id,
        actor=actor,
        text=form.text.data,
        keys=CommentKeys.of(platform().keys),
    )


def _page(unit: Unit, item: InboxItem | None, form: ReplyForm | None = None) -> str:
    shown = queries.inbox(db.session, unit.id, only=_show(), page=_page_number())
    if item is None and shown.items:
        item = queries.inbox_item(db.session, unit.id, shown.items[0].reference)
    if form is None:
        form = ReplyForm(formdata=None, text=item.reply.current.text if item and item.reply else "")
    form.seen.data = item.reply.version if item and item.reply else 0
    form.seen.raw_data = None
    return render_template(
        "console/inbox/show.html",
        unit=unit,
        inbox=shown,
        item=item,
        form=form,
        show=_show(),
        filters=InboxFilter,
        today=clock.today(),
        signature=signature(unit.name, current_actor().name),
    )


def _show() -> InboxFilter:
    try:
        return InboxFilter(request.args.get("show", InboxFilter.WAITING))
    except ValueError:
        return InboxFilter.WAITING


def _page_number() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 100_000))
