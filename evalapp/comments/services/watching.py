"""Keeps the list of watched words, and notes which of them a comment holds."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments.models import Comment, CommentCatch, WatchedList
from evalapp.comments.rules import watching, wording
from evalapp.comments.rules.watching import Matcher
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor

_at_hand: dict[
    uuid.UUID, Matcher
] = {}  # of the newest list; a list never changes, its next wording has another key


def write_list(
    session: Session, *, lines: Sequence[str], why: str, seen_number: int, actor: Actor
) -> WatchedList:
    """Write the next wording of the list. Raises `Invalid`, and `Conflict` when somebody wrote one meanwhile."""
    words, why = watching.checked(lines), wording.cleaned(why)
    if not why:
        raise Invalid(N_("请写明为什么改，操作记录里会留着。"), field="why")
    if not wording.fits(why, watching.MOST_OF_A_REASON):
        raise Invalid(N_("说明最多 %(most)s 字，请删短一些。"), field="why", most=watching.MOST_OF_A_REASON)
    newest = session.scalar(select(WatchedList).order_by(WatchedList.number.desc()).limit(1))
    number = newest.number if newest else 0
    first = Conflict(N_("同事刚刚改过关注词，请看看现在的词表，再改一次。"))
    if number != seen_number:
        raise first
    change = watching.change(newest.words if newest else (), words)
    if not change:
        raise Invalid(N_("词表和原来一样，没有改动。"), field="words")
    written = WatchedList(
        id=uuid.uuid4(),
        number=number + 1,
        words=list(words),
        added=list(change.added),
        removed=list(change.removed),
        why=why,
        made_at=clock.now(),
        staff_id=actor.id if actor.is_staff else None,
        post=actor.name,
    )
    with refusing(session, {"uq_watched_lists_number": first}):
        session.add(written)
    audit.record(
        session,
        actor=actor,
        action="watched-words.written",
        subject=f"watched-words-{written.number}",
        detail={"added": len(change.added), "removed": len(change.removed)},
    )
    return written


def watched_words(session: Session, words: str) -> tuple[uuid.UUID, list[str]] | None:
    """Return which watched words a text holds, with the list that says so; none where it holds none."""
    list_id = session.scalar(select(WatchedList.id).order_by(WatchedList.number.desc()).limit(1))
    if list_id is None:
        return None
    matcher = _at_hand.get(list_id)
    if matcher is None:
        matcher = Matcher(session.scalars(select(WatchedList.words).where(WatchedList.id == list_id)).one())
        _at_hand.clear()
        _at_hand[list_id] = matcher
    found = matcher.found_in(words)
    return (list_id, found) if found else None


def note_catch(session: Session, comment: Comment, caught: tuple[uuid.UUID, list[str]]) -> None:
    """Note which watched words a comment held, and by which list."""
    list_id, words = caught
    session.add(CommentCatch(comment_id=comment.id, list_id=list_id, words=words))
