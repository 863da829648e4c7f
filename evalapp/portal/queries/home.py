"""The home page: what is on air and next, what can be graded, what was asked and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, Thread
from evalapp.comments.queries.threads import ReplyShown, replies_in, with_replies
from evalapp.comments.rules.moderation import CommentState
from evalapp.core import clock
from evalapp.pledges.models import Pledge
from evalapp.portal.queries.cards import EpisodeCard, cards, with_pictures
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning_schedule
from evalapp.programme.queries.planning_schedule import AiringRow
from evalapp.programme.rules import EpisodeState
from evalapp.results.queries import published
from evalapp.results.queries.published import PublishedResult

GUIDE, OPEN, OPENING, ANSWERED, RESULTS = 6, 6, 3, 3, 3
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
    found = cards(session, _cards(), on_air_id=on_air.episode.id if on_air else None)
    open_now = [card for card in found if card.is_open][:OPEN]
    return HomePage(
        on_air=on_air,
        lead=_lead(found, on_air.episode.number if on_air else None, now),
        guide=guide,
        open=open_now,
        opening=_opening(found, now)[: max(OPENING - len(open_now), 0)],
        answered=_answered(session),
        results=[_line(found) for found in published.latest(session, limit=RESULTS)],
        pledges=session.scalar(select(func.count()).select_from(Pledge).where(Pledge.withdrawn_at.is_(None)))
        or 0,
    )


def pictures(session: Session) -> list[EpisodeCard]:
    """What can be graded now, soonest closed first, and the newest that opened: for the start of a kiosk. One statement."""
    return cards(session, _cards(), on_air_id=None)


_NOW = bindparam("now", type_=Episode.opens_at.type)  # that of the states


@cache
def _cards() -> Select[*tuple[Any, ...]]:
    """What can be graded, the next ones, and the one of the picture: on air, or the newest that opened. Soonest closed first."""
    stands = (Episode.withdrawn_at.is_(None), Episode.voided_at.is_(None))
    graded = select(Episode.id).where(Episode.opens_at <= _NOW, Episode.closes_at > _NOW, *stands)
    next_ones = (
        select(Episode.id)
        .where(Episode.opens_at > _NOW, *stands)
        .order_by(Episode.opens_at, Episode.number.desc())
        .limit(OPENING)
    )
    newest = (
        select(Episode.id)
        .where(Episode.opens_at <= _NOW, Episode.withdrawn_at.is_(None))
        .order_by(Episode.opens_at.desc(), Episode.number.desc())
        .limit(1)
    )
    on_air = select(Episode.id).where(
        Episode.id == bindparam("on_air_id", type_=Uuid()), Episode.withdrawn_at.is_(None)
    )
    return (
        with_pictures()
        .where(or_(*(Episode.id.in_(ids) for ids in (graded, next_ones, newest, on_air))))
        .order_by(Episode.closes_at, Episode.number.desc())
    )


def _opening(found: Sequence[EpisodeCard], now: datetime) -> list[EpisodeCard]:
    """What opens next, soonest first."""
    later = [
        (card.opens_at, -card.number, card)
        for card in found
        if card.opens_at is not None and card.opens_at > now and card.state is not EpisodeState.VOID
    ]
    return [card for _opens_at, _number, card in sorted(later)]


def _lead(found: Sequence[EpisodeCard], on_air: int | None, now: datetime) -> EpisodeCard | None:
    """What is on air, else the newest that opened, where it has a picture to show."""
    if on_air is not None:
        chosen = [card for card in found if card.number == on_air]
    else:
        opened = ((card.opens_at, card.number, card) for card in found if card.opens_at is not None)
        chosen = [card for opens_at, _number, card in sorted(opened) if opens_at <= now][-1:]
    return next((card for card in chosen if card.is_shown and card.picture), None)


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
    """The comments answered last, with every wording of the replies: read from the index of replies, not from all comments."""
    is_shown = exists().where(Comment.id == Reply.comment_id, Comment.state == CommentState.SHOWN)
    last = (
        select(Reply.comment_id, Reply.answered_at)
        .where(is_shown)
        .order_by(Reply.answered_at.desc(), Reply.id.desc())
        .limit(ANSWERED)
        .subquery("last")
    )
    newest = (
        select(Comment.id, Comment.reference, Comment.text, Thread.title, Thread.path, last.c.answered_at)
        .join(last, last.c.comment_id == Comment.id)
        .join(Thread, Thread.id == Comment.thread_id)
        .subquery("newest")
    )
    listed = select(*newest.c["text", "title", "path"]).order_by(
        newest.c.answered_at.desc(), newest.c.reference
    )
    return with_replies(listed, newest.c.id)
