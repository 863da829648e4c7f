"""What a resident said 我也遇到 about, for that resident alone, and whether they were asked if it is mended."""

import uuid
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, MetToo, Thread
from evalapp.comments.queries.threads import AskedShown, asked_columns, asked_in
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.queries import confirming
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act


@dataclass(frozen=True, kw_only=True)
class MetComment:
    """Somebody else's comment that a resident met with too. `said` is their word on the plan that was checked last."""

    reference: str
    thread_title: str
    path: str
    day: date
    text: str
    asked: AskedShown | None
    said: bool | None

    @property
    def may_say(self) -> bool:
        """Whether they can say now that it is mended, or that it is not."""
        return self.said is None and self.is_asked

    @property
    def is_asked(self) -> bool:
        """Whether somebody checked what was mended, and the term for the residents' word is not over."""
        if self.asked is None or not states.may(Act.CONFIRMED, self.asked.facts.phase):
            return False
        return not states.is_reached(self.asked.facts.rests_at, self.asked.now)


def met_comments(session: Session, *, resident_id: uuid.UUID, keys: CommentKeys) -> list[MetComment]:
    """Return what this resident met with, newest first: a mark is computed for each thread there is."""
    threads = session.scalars(select(Thread.id).order_by(Thread.id)).all()
    marks = [sealing.met_mark(keys, thread_id=thread, resident_id=resident_id) for thread in threads]
    # Looked up first: joined, SQLite walks all shown comments in their order instead.
    met = session.scalars(_met(), {"marks": marks}).all()
    rows = session.execute(_statement(), {"met": met}).all() if met else ()
    names = {
        row.matter_id: sealing.confirmation_mark(keys, matter_id=row.matter_id, resident_id=resident_id)
        for row in rows
        if row.matter_id is not None
    }
    said = confirming.words_of(session, names) if names else {}
    return [
        MetComment(
            reference=row.reference,
            thread_title=row.title,
            path=row.path,
            day=row.written_on,
            text=row.text,
            asked=asked_in(row),
            said=said.get(row.matter_id),
        )
        for row in rows
    ]


@cache
def _met() -> Select[uuid.UUID]:
    return select(MetToo.comment_id).where(MetToo.mark.in_(bindparam("marks", expanding=True)))


@cache
def _statement() -> Select[*tuple[Any, ...]]:
    """Made once, because making it costs more than running it."""
    return (
        select(
            Comment.reference,
            Comment.written_on,
            Comment.text,
            Comment.matter_id,
            Thread.title,
            Thread.path,
            *asked_columns(),
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Matter, Matter.id == Comment.matter_id)
        .outerjoin(Deadline, and_(Deadline.matter_id == Matter.id, Deadline.ended_at.is_(None)))
        .where(Comment.id.in_(bindparam("met", expanding=True)), Comment.state == CommentState.SHOWN)
        .order_by(Comment.written_on.desc(), Comment.reference)
    )
