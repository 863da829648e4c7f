"""The office's queue of comments: approve, refuse with a reason, mask by hand, move to the misconduct channel."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, get_template_attribute, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.queries import Queued, QueueFilter, WaitingGroup
from evalapp.comments.queries.waiting import COUNTED
from evalapp.comments.rules.asking import ASKING_WORDS, Asking, suggested
from evalapp.comments.rules.moderation import REASONS, CommentState, GroupKind, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services import SeenGroup
from evalapp.console.forms.moderation import (
    ApprovalForm,
    DecisionForm,
    GroupApprovalForm,
    GroupForm,
    GroupRefusalForm,
    MaskForm,
    RefusalForm,
)
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications.queries import letters as notices
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.formbase import Form
from evalapp.web.i18n import _, sentence
from evalapp.web.links import go_to
from evalapp.web.stamps import stamped

blueprint = Blueprint("office_moderation", __name__)
_DECISIONS = "console/moderation/_decisions.html"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A comment in the queue with its forms."""

    item: Queued
    decision: Markup


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """A group in the queue with its forms."""

    group: WaitingGroup
    decision: Markup


@blueprint.get("/desk/office/comments")
@requires(Permission.MODERATE_COMMENTS)
def queue() -> str:
    return _page()


@blueprint.post("/desk/office/comments/<reference>/approve")
@requires(Permission.MODERATE_COMMENTS)
def approve(reference: str) -> Response | tuple[str, int]:
    form = ApprovalForm(prefix=f"{reference}-approve")
    return _decide(
        form,
        _("已通过，作者会收到通知。"),
        lambda: services.approve(db.session, asking=form.asking.data, **_who(reference, form)),
    )


@blueprint.post("/desk/office/comments/<reference>/class")
@requires(Permission.MODERATE_COMMENTS)
def classify(reference: str) -> Response | tuple[str, int]:
    """Say what a comment asks for that is shown without a class."""
    form = ApprovalForm(prefix=f"{reference}-approve")
    return _decide(
        form,
        _("已定类别，要答复的从现在起计时。"),
        lambda: services.classify(
            db.session,
            reference=reference,
            seen_version=form.seen.data,
            asking=form.asking.data,
            actor=current_actor(),
        ),
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


@blueprint.post("/desk/office/comments/<reference>/move")
@requires(Permission.MODERATE_COMMENTS)
def move(reference: str) -> Response | tuple[str, int]:
    form = DecisionForm(prefix=f"{reference}-move")
    return _decide(
        form,
        _("已转检举控告渠道，部门从现在起看不到它。"),
        lambda: services.move(db.session, **_who(reference, form)),
    )


@blueprint.post("/desk/office/comments/groups/<uuid:group_id>/approve")
@requires(Permission.MODERATE_COMMENTS)
def approve_group(group_id: uuid.UUID) -> Response | tuple[str, int]:
    form = GroupApprovalForm(prefix=f"{group_id}-approve")
    return _decide(
        form,
        _("这一批已通过，每条各有记录，作者会收到通知。"),
        lambda: services.decide_group(
            db.session,
            _seen(group_id, form),
            verdict=Verdict.APPROVED,
            asking=form.asking.data,
            **_by_whom(),
        ),
    )


@blueprint.post("/desk/office/comments/groups/<uuid:group_id>/refuse")
@requires(Permission.MODERATE_COMMENTS)
def refuse_group(group_id: uuid.UUID) -> Response | tuple[str, int]:
    form = GroupRefusalForm(prefix=f"{group_id}-refuse")
    return _decide(
        form,
        _("这一批已退回，每条各有记录，原因会告诉作者。"),
        lambda: services.decide_group(
            db.session,
            _seen(group_id, form),
            verdict=Verdict.REFUSED,
            reason=form.reason.data,
            note=form.note.data or "",
            **_by_whom(),
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
    return {"reference": reference, "seen_version": form.seen.data, **_by_whom()}


def _by_whom() -> dict[str, Any]:
    return {"actor": current_actor(), "keys": CommentKeys.of(platform().keys)}


def _seen(group_id: uuid.UUID, form: GroupForm) -> SeenGroup:
    return SeenGroup(group_id=group_id, count=form.count.data, upto=form.upto.data)


def _decide(form: Form, done: str, change: Callable[[], object]) -> Response | tuple[str, int]:
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
    return go_to(url_for(".queue", **_where()))


def _page(*, refused: Form | None = None, conflict: str = "") -> str:
    keys, group_id = CommentKeys.of(platform().keys), _group()
    is_first = _show() is QueueFilter.HELD and group_id is None and not request.args.get("after")
    shown = queries.queue(
        db.session, only=_show(), keys=keys, after=request.args.get("after"), group_id=group_id
    )
    groups = queries.waiting_groups(db.session) if is_first else []
    reader = {"token": generate_csrf(), "where": urlencode(_where())}
    return render_template(
        "console/moderation/queue.html",
        queue=shown,
        counts=queries.counts(db.session),
        counted=COUNTED,
        groups=[_group_row(group, refused, reader) for group in groups],
        rows=[_row(item, refused, reader) for item in shown.items],
        show=_show(),
        group_id=group_id,
        where=_where(),
        filters=QueueFilter,
        kinds=GroupKind,
        states=CommentState,
        reasons=REASONS,
        classes=ASKING_WORDS,
        today=clock.today(),
        conflict=conflict,
        refused_row=_row_of(refused),
        moderation=platform().settings.comment_moderation,
        undelivered=notices.troubled_count(db.session),
    )


def _row(item: Queued, refused: Form | None, reader: Mapping[str, str]) -> Row:
    """A refused form keeps what was typed; it is about the comment as it stands now."""
    if item.state is CommentState.REFUSED:
        return Row(item=item, decision=Markup())
    is_held = item.state is CommentState.HELD
    render = _COMMENTS[is_held, item.suggested if is_held or item.may_be_classed else None]
    values: dict[str, Any] = {"reference": item.reference, "version": item.version, **reader}
    if _row_of(refused) == item.reference:
        return Row(item=item, decision=render(**values, refused=refused))
    return Row(item=item, decision=stamped(render, **values))


def _group_row(group: WaitingGroup, refused: Form | None, reader: Mapping[str, str]) -> GroupRow:
    values: dict[str, Any] = {
        "group": str(group.id),
        "count": group.count,
        "upto": group.upto,
        **reader,
    }
    render = _GROUPS[suggested(group.first)]
    if _row_of(refused) == str(group.id):
        return GroupRow(group=group, decision=render(**values, refused=refused))
    return GroupRow(group=group, decision=stamped(render, **values))


def _of_comment(
    *,
    is_held: bool,
    asking: Asking | None,
    reference: str,
    version: Any,
    token: str,
    where: str,
    refused: Form | None = None,
) -> Markup:
    kinds = {"approve": ApprovalForm, "refuse": RefusalForm, "mask": MaskForm, "move": DecisionForm}
    forms = {name: _form(kind, f"{reference}-{name}", refused) for name, kind in kinds.items()}
    for form in forms.values():
        form.seen.data, form.seen.raw_data = version, None
    _mark(forms["approve"], asking)
    render = get_template_attribute(_DECISIONS, "decision")
    made: Markup = render(reference, token, where, forms, is_held, asking is not None)
    return made


def _of_group(
    *,
    asking: Asking,
    group: str,
    count: Any,
    upto: Any,
    token: str,
    where: str,
    refused: Form | None = None,
) -> Markup:
    kinds = {"approve": GroupApprovalForm, "refuse": GroupRefusalForm}
    forms = {name: _form(kind, f"{group}-{name}", refused) for name, kind in kinds.items()}
    for form in forms.values():
        form.count.data, form.upto.data = count, upto
        form.count.raw_data = form.upto.raw_data = None
    _mark(forms["approve"], asking)
    made: Markup = get_template_attribute(_DECISIONS, "group_decision")(group, token, where, forms)
    return made


# Stamped once each: which class is marked beforehand, or that none is to be chosen, is no value of a row.
_COMMENTS = {
    (is_held, asking): partial(_of_comment, is_held=is_held, asking=asking)
    for is_held in (True, False)
    for asking in (None, *Asking)
}
_GROUPS = {asking: partial(_of_group, asking=asking) for asking in Asking}


def _mark(form: Any, asking: Asking | None) -> None:
    """Mark the class that is likely, unless one was chosen."""
    if not form.asking.raw_data:
        form.asking.data = asking


def _form(kind: type[Form], prefix: str, refused: Form | None) -> Any:
    if refused is not None and refused.prefix == prefix:
        return refused
    return kind(formdata=None, prefix=prefix)


def _row_of(refused: Form | None) -> str:
    """The row whose form was refused: a form is called after its row and what it does."""
    return refused.prefix.rpartition("-")[0] if refused else ""


def _where() -> dict[str, Any]:
    """The list that is looked at, for addresses."""
    place: dict[str, Any] = {"show": _show().value}
    if group_id := _group():
        place["group"] = str(group_id)
    if after := request.args.get("after"):
        place["after"] = after
    return place


def _show() -> QueueFilter:
    try:
        return QueueFilter(request.args.get("show", QueueFilter.HELD))
    except ValueError:
        return QueueFilter.HELD


def _group() -> uuid.UUID | None:
    return request.args.get("group", type=uuid.UUID)
