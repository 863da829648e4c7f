"""Finds what came many times: comments that are alike, and floods of one author; they are decided together."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, CommentBand, CommentGroup
from evalapp.comments.rules import likeness
from evalapp.comments.rules.moderation import CommentState, GroupKind
from evalapp.core.folding import folded
from evalapp.core.transaction import locked

_COMPARED = 30  # with how many a new comment is compared, those first that share most bands


def join_group(session: Session, comment: Comment) -> None:
    """Put a new comment into the group that it belongs to, if there is one; the others of its kind come along."""
    compared = likeness.pairs(folded(comment.text))
    bands = likeness.bands(compared)
    alike = _alike(session, comment, compared=compared, bands=bands)
    session.add_all(
        CommentBand(comment_id=comment.id, value=value, written_on=comment.written_on) for value in set(bands)
    )
    if alike:
        _put_together(session, [*alike[:1], comment], kind=GroupKind.ALIKE, group_id=_group_of(alike))
        return
    same = _flood(session, comment)
    if len(same) + 1 >= likeness.FLOOD:
        _put_together(session, [*same, comment], kind=GroupKind.FLOOD, group_id=_group_of(same))


def leave_last_alone(session: Session, group_id: uuid.UUID) -> None:
    """Take the only one of a group that still waits out of it: one comment is no group.

    One that a colleague is deciding at this moment is passed over; neither waits for the other.
    """
    waiting = session.scalars(
        select(Comment)
        .where(Comment.group_id == group_id, Comment.state == CommentState.HELD)
        .limit(2)
        .with_for_update(skip_locked=True)
    ).all()
    if len(waiting) == 1:
        waiting[0].group_id, waiting[0].place = None, None
        session.flush()


def forget_bands(session: Session, comment_ids: Sequence[uuid.UUID]) -> None:
    """Forget by what comments were compared: their words are gone."""
    session.execute(delete(CommentBand).where(CommentBand.comment_id.in_(comment_ids)))


def _alike(
    session: Session, comment: Comment, *, compared: frozenset[str], bands: Sequence[int]
) -> list[Comment]:
    """The comments of the last days that are alike and wait too, the most alike first."""
    candidates = session.scalars(
        select(CommentBand.comment_id)
        .join(Comment, Comment.id == CommentBand.comment_id)
        .where(
            Comment.state == CommentState.HELD,
            CommentBand.value.in_(bands),
            CommentBand.written_on >= comment.written_on - likeness.LOOK_BACK,
            CommentBand.comment_id != comment.id,
        )
        .group_by(CommentBand.comment_id)
        .order_by(func.count().desc(), CommentBand.comment_id)
        .limit(_COMPARED)
    ).all()
    if not candidates:
        return []
    rows = session.scalars(select(Comment).where(Comment.id.in_(candidates)).order_by(Comment.id)).all()
    measured = [(likeness.likeness(compared, likeness.pairs(folded(row.text))), row) for row in rows]
    measured = [(found, row) for found, row in measured if found >= likeness.ALIKE]
    return [row for _, row in sorted(measured, key=lambda one: (-one[0], one[1].group_id is None))]


def _flood(session: Session, comment: Comment) -> Sequence[Comment]:
    """What else the same author has waiting in the same thread since today, unless it is alike to others."""
    return session.scalars(
        select(Comment)
        .outerjoin(CommentGroup, CommentGroup.id == Comment.group_id)
        .where(
            Comment.pseudonym == comment.pseudonym,
            Comment.written_on == comment.written_on,
            Comment.state == CommentState.HELD,
            Comment.id != comment.id,
            (CommentGroup.id.is_(None)) | (CommentGroup.kind == GroupKind.FLOOD),
        )
        .order_by(Comment.group_id, Comment.id)
        .limit(_COMPARED)
    ).all()


def _group_of(comments: Sequence[Comment]) -> uuid.UUID | None:
    return next((one.group_id for one in comments if one.group_id is not None), None)


def _put_together(
    session: Session, comments: Sequence[Comment], *, kind: GroupKind, group_id: uuid.UUID | None
) -> None:
    if group_id is None:
        group = CommentGroup(id=uuid.uuid4(), kind=kind, opened_on=comments[-1].written_on, size=0)
        session.add(group)
        session.flush()
    else:
        group = locked(session, CommentGroup, group_id)
    for one in comments:
        if locked(session, Comment, one.id).group_id is None:
            group.size += 1
            one.group_id, one.place = group.id, group.size
    session.flush()
