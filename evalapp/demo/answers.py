"""What units of the demonstration answer and mend, and what the askers say of it."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services import grading, meeting, replies
from evalapp.core import clock
from evalapp.demo.people import Participant, as_resident
from evalapp.demo.scripts import MendingStep, PlannedEpisode, mending, second_answer, talks
from evalapp.demo.story import DAY, HOUR, Step, Story
from evalapp.supervision import jobs, services
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.states import FROM, Act, Phase

_MENDED = 13  # of which something was mended, checked and confirmed
_IN_MENDING = 23
_SLOW = 9 * DAY  # beyond a term of five working days
_SILENT = 7


def asker(story: Story, planned: PlannedEpisode, turn: int) -> Participant:
    """Return who writes the `turn`th comment of an episode."""
    return story.people.residents[(planned.number * 7 + turn * 13) % len(story.people.residents)]


def said(planned: PlannedEpisode, turn: int) -> str:
    """Return what the `turn`th comment of an episode says."""
    return talks()[(planned.number * 3 + turn) % len(talks())][0]


def answering(story: Story, planned: PlannedEpisode, turn: int, shown_at: datetime) -> Iterator[Step]:
    """Yield what becomes of a comment that was shown: answered in time or late, mended, or not yet answered."""
    if turn == 0 and planned.number in {_MENDED, _IN_MENDING}:
        yield from _before(story, _Mending(story=story, planned=planned).steps(shown_at + 28 * HOUR))
        return
    is_slow = turn % 2 == 1
    if is_slow and planned.phase != "published":
        return
    answered_at = shown_at + (_SLOW if planned.number % 4 == 0 and is_slow else 28 * HOUR + turn * DAY)
    steps = [Step(at=answered_at, do=partial(reply, story=story, planned=planned))]
    if planned.number != _SILENT:
        steps.append(Step(at=answered_at + 20 * HOUR, do=partial(judge, story=story, planned=planned)))
        steps.append(
            Step(at=answered_at + 3 * DAY, do=partial(reply, story=story, planned=planned, again=True))
        )
    yield from _before(story, steps)


def reminding(story: Story, since: datetime) -> Iterator[Step]:
    """Yield the rounds of the worker, one each morning: what falls due is written before somebody acts on it."""
    day = clock.local(since).date()
    while (at := clock.start_of(day) + 9 * HOUR + timedelta(minutes=5)) < story.now:
        yield Step(at=at, work=partial(jobs.escalate, story.platform))
        day += DAY


def reply(session: Session, story: Story, planned: PlannedEpisode, *, again: bool = False) -> None:
    """The unit answers the oldest comment that waits for it, or the one that was opened again."""
    thread_id = story.episode(session, planned.number).thread_id
    waiting = [comment for comment in _waiting(session, thread_id) if comment.is_answered is again]
    for comment in waiting[:1]:
        text = second_answer() if again else dict(talks())[comment.text]
        replies.reply(
            session,
            reference=comment.reference,
            unit_id=story.district.units[planned.unit].id,
            actor=story.people.unit(planned.unit),
            text=text,
        )


def judge(session: Session, story: Story, planned: PlannedEpisode) -> None:
    """Askers say what the answers are worth; one in five has the matter opened again."""
    thread_id = story.episode(session, planned.number).thread_id
    for comment in _answered(session, thread_id):
        turn = next(turn for turn in range(4) if said(planned, turn) == comment.text)
        how: dict[str, Any] = {
            "reference": comment.reference,
            "author": as_resident(asker(story, planned, turn)),
            "keys": CommentKeys.of(story.platform.keys),
        }
        is_evasive = (planned.number + turn) % 5 == 0
        grading.grade_answer(
            session, grade=AnswerGrade.EVASIVE if is_evasive else AnswerGrade.ANSWERED, **how
        )
        if is_evasive:
            session.flush()
            grading.reopen(session, **how)


def plan_of(session: Session, story: Story, planned: PlannedEpisode) -> Matter:
    """Return the matter of the first comment of an episode, which something is mended for."""
    thread_id = story.episode(session, planned.number).thread_id
    return session.scalars(
        select(Matter)
        .join(Comment, Comment.matter_id == Matter.id)
        .where(Comment.thread_id == thread_id, Comment.text == said(planned, 0))
    ).one()


@dataclass(frozen=True, kw_only=True)
class _Mending:
    """The way from a plan to a confirmation, of the first comment of an episode."""

    story: Story
    planned: PlannedEpisode

    def steps(self, planned_at: datetime) -> Iterator[Step]:
        told = mending()
        yield Step(at=planned_at, do=self.publish)
        for number, one in enumerate(told.steps, 1):
            yield Step(at=planned_at + (one.days - 1) * DAY, do=partial(self.finish, number=number, one=one))
        if self.planned.number == _MENDED:
            done_at = planned_at + told.steps[-1].days * DAY
            yield Step(at=done_at, do=self.claim)
            yield Step(at=done_at + DAY, do=self.check)
            yield Step(at=done_at + 2 * DAY, do=self.confirm)
            yield Step(at=done_at + 3 * DAY, do=self.hear_others)

    def publish(self, session: Session) -> None:
        steps = [
            services.Step(what=one.what, post=one.post, due_on=clock.today() + one.days * DAY)
            for one in mending().steps
        ]
        services.plan(session, text=mending().plan, steps=steps, **self._by_unit(session))

    def finish(self, session: Session, *, number: int, one: MendingStep) -> None:
        services.finish_step(session, number=number, outcome=one.outcome, **self._by_unit(session))

    def claim(self, session: Session) -> None:
        services.claim_mended(session, text=mending().claim, **self._by_unit(session))

    def check(self, session: Session) -> None:
        services.check(
            session,
            matter_id=self._matter(session).id,
            has_passed=True,
            note=mending().check,
            actor=self.story.people.staff["office"],
        )

    def confirm(self, session: Session) -> None:
        grading.say_whether_mended(
            session,
            reference=self._matter(session).about,
            author=as_resident(asker(self.story, self.planned, 0)),
            keys=CommentKeys.of(self.story.platform.keys),
            is_mended=True,
        )

    def hear_others(self, session: Session) -> None:
        """Some who met with the same say what they see: most that it is mended, one that it is not."""
        keys, reference = CommentKeys.of(self.story.platform.keys), self._matter(session).about
        for place, is_mended in enumerate((True, True, False)):
            neighbour = as_resident(asker(self.story, self.planned, 40 + place))
            meeting.say_met(session, reference=reference, resident=neighbour, keys=keys)
            grading.say_as_one_who_met(
                session, reference=reference, resident=neighbour, keys=keys, is_mended=is_mended
            )

    def _by_unit(self, session: Session) -> dict[str, Any]:
        return {
            "matter_id": self._matter(session).id,
            "actor": self.story.people.unit(self.planned.unit),
            "unit_id": self.story.district.units[self.planned.unit].id,
        }

    def _matter(self, session: Session) -> Matter:
        return plan_of(session, self.story, self.planned)


def _before(story: Story, steps: Iterator[Step] | list[Step]) -> Iterator[Step]:
    return (step for step in steps if step.at < story.now)


def _waiting(session: Session, thread_id: uuid.UUID) -> Sequence[Comment]:
    """What may be answered: without a clock and without a reply, or asked for the first time or again."""
    return session.scalars(
        select(Comment)
        .outerjoin(Matter, Matter.id == Comment.matter_id)
        .where(
            Comment.thread_id == thread_id,
            Comment.state == CommentState.SHOWN,
            or_(and_(Matter.id.is_(None), ~Comment.is_answered), Matter.phase.in_(FROM[Act.ANSWERED])),
        )
        .order_by(Comment.written_on, Comment.reference)
    ).all()


def _answered(session: Session, thread_id: uuid.UUID) -> Sequence[Comment]:
    return session.scalars(
        select(Comment)
        .join(Matter, Matter.id == Comment.matter_id)
        .where(Comment.thread_id == thread_id, Matter.phase == Phase.ANSWERED, Matter.grade.is_(None))
        .order_by(Comment.written_on, Comment.reference)
    ).all()
