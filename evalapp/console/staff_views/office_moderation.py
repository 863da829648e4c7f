"""The office's queue of comments: approve, refuse with a reason, mask by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.queries import Queued, QueueFilter
from evalapp.comments.rules.moderation import REASONS, CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.console.forms.moderation import DecisionForm, MaskForm, RefusalForm
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications.queries import letters as notices
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, sentence
from evalapp.web.links import go_to

blueprint = Blueprint("office_moderation", __name__)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A comment in the queue with its three forms."""

    item: Queued
    approve: DecisionForm
    refuse: RefusalForm
    mask: MaskForm


@blueprint.get("/desk/office/comments")
@requires(Permission.MODERATE_COMMENTS)
def queue() -> str:
    return _page()


@blueprint.post("/desk/office/comments/<reference>/approve")
@requires(Permission.MODERATE_COMMENTS)
def approve(reference: str) -> Response | tuple[str, int]:
    form = DecisionForm(prefix=f"{reference}-approve")
    return _decide(
        form, _("已通过，作者会收到通知。"), lambda: services.approve(db.session, **_who(reference, form))
    )


@blueprint.post("/desk/office/comments/<reference>/refuse")
@requires(Permission.MODERATE_COMMENTS)
def refuse(reference: str) -> Response | tuple[str, int]:
    form = RefusalForm(prefix=f"{reference}-refuse")
    return _decide(
        form,
        _("已退回，原因会告诉作者。"),
        lambda: services.refuse(
            db.session, reason=form.reason.data, note=form.note.data or "", **_who(reference, form)
        ),
    )


@blueprint.post("/desk/office/comments/<reference>/mask")
@requires(Permission.MODERATE_COMMENTS)
def mask(reference: str) -> Response | tuple[str, int]:
    form = MaskForm(prefix=f"{reference}-mask")
    return _decide(
        form,
        _("已隐去，请再看一遍。"),
        lambda: services.mask(db.session, words=form.listed, **_who(reference, form)),
    )


def _who(reference: str, form: DecisionForm) -> dict[str, Any]:
    return {
        "reference": reference,
        "seen_version": form.seen.data,
        "actor": current_actor(),
        "keys": CommentKeys.of(platform().keys),
    }


def _decide(form: DecisionForm, done: str, change: Callable[[], object]) -> Response | tuple[str, int]:
    """Make the change and go back to the list, or show the whole list again with what was typed."""
    if not form.validate_on_submit():
        return _page(refused=form), 422
    try:
        with transaction(db.session):
            change()
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(refused=form), refusal.status
    except Conflict as refusal:
        return _page(conflict=sentence(refusal)), refusal.status
    flash(done, "ok")
    return go_to(url_for(".queue", show=_show().value, page=_page_number()))


def _page(*, refused: DecisionForm | None = None, conflict: str = "") -> str:
    shown = queries.queue(db.session, only=_show(), page=_page_number(), keys=CommentKeys.of(platform().keys))
    return render_template(
        "console/moderation/queue.html",
        queue=shown,
        rows=[_row(item, refused) for item in shown.items],
        show=_show(),
        filters=QueueFilter,
        states=CommentState,
        reasons=REASONS,
        today=clock.today(),
        conflict=conflict,
        undelivered=notices.troubled_count(db.session),
    )


def _row(item: Queued, refused: DecisionForm | None) -> Row:
    """The forms of a comment as it stands now; a refused one keeps what was typed."""
    forms: dict[str, Any] = {}
    for name, kind in (("approve", DecisionForm), ("refuse", RefusalForm), ("mask", MaskForm)):
        prefix = f"{item.reference}-{name}"
        if refused is not None and refused._prefix == f"{prefix}-":  # noqa: SLF001  WTForms has no public name for it
            forms[name] = refused
        else:
            forms[name] = kind(formdata=None, prefix=prefix)
        forms[name].seen.data = item.version
        forms[name].seen.raw_data = None
    return Row(item=item, **forms)


def _show() -> QueueFilter:
    try:
        return QueueFilter(request.args.get("show", QueueFilter.HELD))
    except ValueError:
        return QueueFilter.HELD


def _page_number() -> int:
    return max(1, min(request.args.get("page", 1, type=int), 100_000))
