"""What comes of published results in the demonstration: objections, low grades mended, and a later episode that looks back."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.demo.answers import plan_of
from evalapp.demo.scripts import PlannedEpisode, aftermath, episodes
from evalapp.demo.story import DAY, HOUR, Step, Story
from evalapp.results.models import LowGrade, Objection
from evalapp.results.rules.again import AgainKey
from evalapp.results.rules.objections import ObjectionReason
from evalapp.results.services import again, objections
from evalapp.supervision import services
from evalapp.supervision.models import Matter, Ruling

_ANSWERED, _WAITING = 17, 22  # whose units object: answered by two people, and waiting for it
_LOW, _LATER = 10, 21  # whose low grades are mended, and the episode of the same unit that looks back at it
_CONFIRMED, _NEXT = 13, 32  # what was confirmed there is looked back at in an episode that is only planned
_WISHES = 12


def of_result(story: Story, planned: PlannedEpisode, published_at: datetime) -> Iterator[Step]:
    """Yield what comes of the result of an episode."""
    if planned.number in {_ANSWERED, _WAITING}:
        yield Step(at=published_at + 2 * DAY, do=partial(_object, story=story, planned=planned))
    if planned.number == _ANSWERED:
        yield Step(at=published_at + 5 * DAY, do=partial(_propose, story=story, planned=planned))
        yield Step(at=published_at + 5 * DAY + 4 * HOUR, do=partial(_confirm, story=story, planned=planned))
    if planned.number == _LOW:
        yield from _Mended(story=story, planned=planned).steps(published_at + 2 * DAY)
    if planned.number == _CONFIRMED:
        at = story.now - 3 * DAY
        yield Step(at=at, do=partial(_look_back_at_what_was_confirmed, story=story))


def wishes(story: Story, planned: PlannedEpisode, opened_at: datetime) -> Iterator[Step]:
    """Yield the wishes of some to be asked again: after an episode with low grades, and after those graded now."""
    at = opened_at + 3 * HOUR
    if (planned.number == _LOW or planned.phase == "grading") and at < story.now:
        yield Step(at=at, do=partial(_wish, story=story, planned=planned))


def _object(session: Session, story: Story, planned: PlannedEpisode) -> None:
    objections.object_to_result(
        session,
        number=planned.number,
        unit_id=story.district.units[planned.unit].id,
        reason=ObjectionReason.COUNT if planned.number == _ANSWERED else ObjectionReason.INFLUENCE,
        text=aftermath()["objection" if planned.number == _ANSWERED else "waiting_objection"],
        actor=story.people.unit(planned.unit),
    )


def _propose(session: Session, story: Story, planned: PlannedEpisode) -> None:
    services.propose_ruling(
        session,
        matter_id=_objection(session, story, planned).matter_id,
        is_upheld=False,
        reason=aftermath()["ruling"],
        actor=story.people.staff["office"],
    )


def _confirm(session: Session, story: Story, planned: PlannedEpisode) -> None:
    matter_id = _objection(session, story, planned).matter_id
    ruling = session.scalars(select(Ruling).where(Ruling.matter_id == matter_id)).one()
    services.confirm_ruling(session, ruling_id=ruling.id, actor=story.people.staff["office2"])


@dataclass(frozen=True, kw_only=True)
class _Mended:
    """From low grades to the plan, its steps, the claim, the check, and the episode that looks back.

    Where so few graded that no reason is a matter, nothing comes of it.
    """

    story: Story
    planned: PlannedEpisode

    def steps(self, planned_at: datetime) -> Iterator[Step]:
        told = aftermath()["steps"]
        done_at = planned_at + told[-1]["days"] * DAY
        yield self._step(planned_at, self._publish)
        for number, one in enumerate(told, 1):
            yield self._step(planned_at + (one["days"] - 1) * DAY, partial(self._finish, number=number))
        yield self._step(done_at, self._claim)
        yield self._step(done_at + DAY, self._check)
        yield self._step(done_at + 2 * DAY, self._look_back)

    def _step(self, at: datetime, act: Callable[[Session, Matter], object]) -> Step:
        def do(session: Session) -> None:
            matter = _low_grades(session, self.story, self.planned)
            if matter is not None:
                act(session, matter)

        return Step(at=at, do=do)

    def _publish(self, session: Session, matter: Matter) -> None:
        listed = [
            services.Step(what=one["what"], post=one["post"], due_on=clock.today() + one["days"] * DAY)
            for one in aftermath()["steps"]
        ]
        services.plan(session, text=aftermath()["plan"], steps=listed, **self._by_unit(matter))

    def _finish(self, session: Session, matter: Matter, *, number: int) -> None:
        outcome = aftermath()["steps"][number - 1]["outcome"]
        services.finish_step(session, number=number, outcome=outcome, **self._by_unit(matter))

    def _claim(self, session: Session, matter: Matter) -> None:
        services.claim_mended(session, text=aftermath()["claim"], **self._by_unit(matter))

    def _check(self, session: Session, matter: Matter) -> None:
        services.check(
            session,
            matter_id=matter.id,
            has_passed=True,
            note=aftermath()["check"],
            actor=self.story.people.staff["office2"],
        )

    def _look_back(self, session: Session, matter: Matter) -> None:
        again.look_back(session, matter_id=matter.id, number=_LATER, actor=self.story.people.staff["office"])

    def _by_unit(self, matter: Matter) -> dict[str, Any]:
        actor = self.story.people.unit(self.planned.unit)
        return {"matter_id": matter.id, "unit_id": matter.unit_id, "actor": actor}


def _look_back_at_what_was_confirmed(session: Session, story: Story) -> None:
    planned = next(one for one in episodes() if one.number == _CONFIRMED)
    again.look_back(
        session,
        matter_id=plan_of(session, story, planned).id,
        number=_NEXT,
        actor=story.people.staff["office"],
    )


def _wish(session: Session, story: Story, planned: PlannedEpisode) -> None:
    key = AgainKey.of(story.platform.keys)
    for place in range(_WISHES):
        resident = story.people.residents[(planned.number * 11 + place * 17) % len(story.people.residents)]
        again.ask_again(
            session,
            episode_id=story.made[planned.number],
            resident_id=resident.resident_id,
            key=key,
        )


def _objection(session: Session, story: Story, planned: PlannedEpisode) -> Objection:
    return session.scalars(select(Objection).where(Objection.episode_id == story.made[planned.number])).one()


def _low_grades(session: Session, story: Story, planned: PlannedEpisode) -> Matter | None:
    """The matter that most people gave low grades for, if enough did."""
    return session.scalars(
        select(Matter)
        .join(LowGrade, LowGrade.matter_id == Matter.id)
        .where(LowGrade.episode_id == story.made[planned.number])
        .order_by(LowGrade.people.desc(), Matter.reference)
        .limit(1)
    ).first()
