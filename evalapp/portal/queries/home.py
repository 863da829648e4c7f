"""The home page: what is on air and next, what can be graded, what was asked and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, ReplyWording, Thread
from evalapp.comments.queries.threads import ReplyShown, replies_in, with_replies
from evalapp.comments.rules.moderation import CommentState
from evalapp.core import clock
from evalapp.pledges.models import Pledge
from evalapp.portal.queries.cards import EpisodeCard, cards, with_pictures
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning_schedule
from evalapp.programme.queries.planning_schedule import AiringRow
from evalapp.results.queries import published
from evalapp.results.queries.published import PublishedResult

GUIDE, OPEN, ANSWERED, RESULTS = 6, 6, 3, 3
AHEAD = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A comment with the reply to it."""

    text: str
    title: str
    path: str
    reply: ReplyShown


@dataclass(frozen=True, kw_only=True)
class ResultLine:
    """A published result on one line: the five grades over all dimensions, the score with its interval, the people."""

    number: int
    title: str
    unit: str
    counts: Sequence[int]
    score: float | None
    half: float | None
    people: int


@dataclass(frozen=True, kw_only=True)
class HomePage:
    """`on_air` is being broadcast now; `lead` is the picture of the page: on air, or the newest that can be watched."""

    on_air: AiringRow | None
    lead: EpisodeCard | None
    guide: Sequence[AiringRow]
    open: Sequence[EpisodeCard]
    opening: Sequence[EpisodeCard]
    answered: Sequence[Answered]
    results: Sequence[ResultLine]
    pledges: int


def home_page(session: Session) -> HomePage:
    """Return the page; a handful of statements however many episodes there are."""
    now = clock.now()
    guide = planning_schedule.airings(
        session, since=now, until=now + AHEAD, with_cancelled=False, limit=GUIDE
    )
    on_air = next((row for row in guide if row.airing.starts_at <= now), None)
    open_now = [card for card in cards(session, _open()) if card.is_open][:OPEN]
    opening = cards(session, _opening())[: max(3 - len(open_now), 0)]
    newest = cards(session, _on_air(), episode_id=on_air.episode.id) if on_air else cards(session, _newest())
    lead = newest[0] if newest and newest[0].is_shown and newest[0].picture else None
    return HomePage(
        on_air=on_air,
        lead=lead,
        guide=guide,
        open=open_now,
        opening=opening,
        answered=_answered(session),
        results=[_line(found) for found in published.latest(session, limit=RESULTS)],
        pledges=session.scalar(select(func.count()).select_from(Pledge).where(Pledge.withdrawn_at.is_(None)))
        or 0,
    )


_NOW = bindparam("now", type_=Episode.opens_at.type)  # that of the states


@cache
def _open() -> Select[*tuple[Any, ...]]:
    return (
        with_pictures()
        .where(
            Episode.opens_at <= _NOW,
            Episode.closes_at > _NOW,
            Episode.withdrawn_at.is_(None),
            Episode.voided_at.is_(None),
        )
        .order_by(Episode.closes_at, Episode.number.desc())
    )


@cache
def _opening() -> Select[*tuple[Any, ...]]:
    return (
        with_pictures()
        .where(Episode.opens_at > _NOW, Episode.withdrawn_at.is_(None), Episode.voided_at.is_(None))
        .order_by(Episode.opens_at, Episode.number.desc())
        .limit(3)
    )


@cache
def _on_air() -> Select[*tuple[Any, ...]]:
    return with_pictures().where(Episode.id == bindparam("episode_id"), Episode.withdrawn_at.is_(None))


@cache
def _newest() -> Select[*tuple[Any, ...]]:
    return (
        with_pictures()
        .where(Episode.opens_at <= _NOW, Episode.withdrawn_at.is_(None))
        .order_by(Episode.opens_at.desc(), Episode.number.desc())
        .limit(1)
    )


def _line(found: PublishedResult) -> ResultLine:
    counts = found.document["counts"]
    told = [
        distribution
        for group in counts["groups"].values()
        for distribution in group.get("dimensions", {}).values()
    ]
    mean, half = found.result.mean, found.result.half_width
    return ResultLine(
        number=found.episode.number,
        title=found.episode.title,
        unit=found.unit.name,
        counts=[sum(distribution[str(grade)] for distribution in told) for grade in (5, 4, 3, 2, 1)],
        score=None if mean is None else float(mean),
        half=None if half is None else float(half),
        people=counts["people"],
    )


def _answered(session: Session) -> list[Answered]:
    rows = session.execute(_newest_answers()).all()
    replies = replies_in(rows)
    by_comment = {row.comment_id: row for row in rows}
    return [
        Answered(text=row.text, title=row.title, path=row.path, reply=replies[comment_id])
        for comment_id, row in by_comment.items()
    ]


@cache
def _newest_answers() -> Select[*tuple[Any, ...]]:
    """The comments answered last, with every wording of the replies."""
    newest = (
        select(
            Comment.id,
            Comment.reference,
            Comment.text,
            Thread.title,
            Thread.path,
            ReplyWording.written_at,
        )
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Reply, Reply.comment_id == Comment.id)
        .join(ReplyWording, ReplyWording.reply_id == Reply.id)
        .where(Comment.state == CommentState.SHOWN, ReplyWording.number == 1)
        .order_by(ReplyWording.written_at.desc(), Comment.reference)
        .limit(ANSWERED)
        .subquery("newest")
    )
    listed = select(*newest.c["text", "title", "path"]).order_by(
        newest.c.written_at.desc(), newest.c.reference
    )
    return with_replies(listed, newest.c.id)
