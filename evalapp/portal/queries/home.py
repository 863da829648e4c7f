"""The home page: what is on air and next, what can be graded, what was asked and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, Reply, ReplyWording, Thread
from evalapp.comments.queries.threads import ReplyShown, replies_to
from evalapp.comments.rules.moderation import CommentState
from evalapp.core import clock
from evalapp.pledges.models import Pledge
from evalapp.portal.queries.cards import EpisodeCard, cards
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning, planning_schedule
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
    open_now = planning.open_for_grading(session)[:OPEN]
    opening = planning.episodes_with_state(
        session,
        Episode.opens_at > now,
        Episode.withdrawn_at.is_(None),
        Episode.voided_at.is_(None),
        order_by=(Episode.opens_at,),
        limit=max(3 - len(open_now), 0),
    )
    newest = planning.episodes_with_state(
        session,
        Episode.id == on_air.episode.id if on_air else Episode.opens_at <= now,
        Episode.withdrawn_at.is_(None),
        order_by=(Episode.opens_at.desc(),),
        limit=1,
    )
    shown = cards(session, [*open_now, *opening, *newest])
    lead = shown[-1] if newest and shown[-1].is_shown and shown[-1].picture else None
    return HomePage(
        on_air=on_air,
        lead=lead,
        guide=guide,
        open=shown[: len(open_now)],
        opening=shown[len(open_now) : len(open_now) + len(opening)],
        answered=_answered(session),
        results=[_line(found) for found in published.latest(session, limit=RESULTS)],
        pledges=session.scalar(select(func.count()).select_from(Pledge).where(Pledge.withdrawn_at.is_(None)))
        or 0,
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
    rows = session.execute(
        select(Comment, Thread.title, Thread.path)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Reply, Reply.comment_id == Comment.id)
        .join(ReplyWording, ReplyWording.reply_id == Reply.id)
        .where(Comment.state == CommentState.SHOWN, ReplyWording.number == 1)
        .order_by(ReplyWording.written_at.desc(), Comment.reference)
        .limit(ANSWERED)
    ).all()
    replies = replies_to(session, [comment.id for comment, _, _ in rows])
    return [
        Answered(text=comment.text, title=title, path=path, reply=replies[comment.id])
        for comment, title, path in rows
    ]
