"""The file of one case: its facts, and all that follows from its events, folded at the moment at which it is read."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, CaseGrade
from evalapp.approvals.queries.folding import CARDS, EVENTS, Counters, Told, fold
from evalapp.approvals.queries.profiles import KnownBasis, basis_of
from evalapp.approvals.queries.shown import ShownCard, ShownClock, ShownEvent, ShownStep
from evalapp.approvals.rules import reckoning
from evalapp.approvals.rules.facts import CaseEvent, StepRule
from evalapp.approvals.rules.folding import Course
from evalapp.approvals.rules.intake import event_of
from evalapp.approvals.rules.kinds import STATE_WORDS, CaseState, Colour, Lamp, Trigger
from evalapp.approvals.rules.reckoning import Reckoned
from evalapp.core import calendar, clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers.models import ServiceItem
from evalapp.supervision.models import Matter
from evalapp.units.models import Unit

_YEAR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What is kept of a case beside its course. The applicant as shown: the first sign of the name."""

    id: uuid.UUID
    reference: str
    number: str  # the unit's own
    unit_id: uuid.UUID
    unit_slug: str
    unit_name: str
    unit_short_name: str
    item_id: uuid.UUID
    item_code: str
    item_name: str
    basis_id: uuid.UUID
    applicant_id: uuid.UUID | None
    applicant_shown: str
    person_id: str
    came_by: str
    window: str
    began_at: datetime
    first_received_at: datetime
    is_spoken_of: bool  # it was graded, or a matter is about it


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A case with everything that follows from its events at `now`. `events` in the order in which they count."""

    facts: CaseFacts
    known: KnownBasis
    course: Course
    reckoned: Reckoned
    clocks: Sequence[ShownClock]
    steps: Sequence[ShownStep]
    events: Sequence[ShownEvent]
    cards: Sequence[ShownCard]
    points: int
    now: datetime

    @property
    def state(self) -> CaseState:
        return self.course.state

    @property
    def state_words(self) -> str:
        return STATE_WORDS[self.state]

    @property
    def lamp(self) -> Lamp:
        return reckoning.lamp(self.reckoned.yellow_at, self.reckoned.red_at, self.now)

    @property
    def cause(self) -> ShownCard | None:
        """The last card that lights the lamp; none where a warning does, or nothing."""
        colour = {Lamp.RED: Colour.RED, Lamp.YELLOW: Colour.YELLOW}.get(self.lamp)
        return next((card for card in reversed(self.cards) if card.stands and card.colour is colour), None)

    @property
    def warned(self) -> ShownClock | None:
        """The running clock that warns as the lamp does while there is time."""
        return next((each for each in self.clocks if each.is_running and each.lamp is self.lamp), None)

    @property
    def is_closed(self) -> bool:
        return self.course.closed_at is not None

    @property
    def leading(self) -> ShownClock | None:
        """The clock that people read; none where none runs."""
        return next((each for each in self.clocks if each.clock is self.reckoned.leading), None)

    @property
    def step(self) -> ShownStep | None:
        """Who has it now."""
        return next((step for step in reversed(self.steps) if step.ended_at is None), None)

    @property
    def rules(self) -> dict[str, StepRule]:
        """The steps of the flowchart that it runs under, in their order."""
        return dict(self.known.basis.steps)


def case_file(
    session: Session, reference: str, *, unit_id: uuid.UUID | None = None, now: datetime | None = None
) -> CaseFile:
    """Return the file of a case; with `unit_id` only if it is that unit's. Raises `NotFound`.

    Five statements, and what it runs under where this process has not read that yet; none of them is the mapper's, which took
    as long as the database.
    """
    facts = case_facts(session, reference)
    if unit_id is not None and facts.unit_id != unit_id:
        raise NotFound(N_("没有找到这个办件。"))
    return _file(session, facts, now or clock.now())


def case_facts(session: Session, reference: str) -> CaseFacts:
    """Return what is kept of a case beside its course. Raises `NotFound`."""
    found = session.connection().execute(_case(), {"reference": reference.upper()})
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这个办件。"))
    return CaseFacts(**row)


def _file(session: Session, facts: CaseFacts, now: datetime) -> CaseFile:
    known = basis_of(session, facts.basis_id)
    rows = session.connection().execute(_events(), {"case_id": facts.id}).all()
    events = [_event(row) for row in rows]
    cards = _kept_cards(session, facts.id, known)
    lifted = {card.key for card in cards if card.lifted_at is not None}
    # The whole calendar is only read for a case that runs for years.
    is_short = now - facts.began_at < _YEAR
    around = clock.local(facts.began_at).date() if is_short else None
    counters = Counters(calendar.load(session, around=around))
    told = Told(id=facts.id, unit_id=facts.unit_id, known=known, events=events, lifted=lifted)
    one, counter = fold(told, counters), counters.of(known)
    clocks = [
        ShownClock(clock=each, title=_title(known, each.trigger, each.part), counter=counter, now=now)
        for each in one.reckoned.clocks
    ]
    return CaseFile(
        facts=facts,
        known=known,
        course=one.course,
        reckoned=one.reckoned,
        clocks=clocks,
        steps=_steps(one.course, known, clocks),
        events=_shown_events(rows, events, one.course, known),
        cards=_cards_now(cards, one.reckoned, known, now),
        points=reckoning.points(one.reckoned, known.profile.own.points, now),
        now=now,
    )


def _title(known: KnownBasis, trigger: Trigger, part: str) -> str:
    """The title of the step that a clock or a card is about: its part is the key of the step and a number."""
    rule = known.basis.steps.get(part.rpartition(".")[0]) if trigger is Trigger.STEP else None
    return rule.title if rule is not None else ""


def _event(row: Row[Any]) -> CaseEvent:
    return event_of(
        source_id=row.source_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        counted_at=row.counted_at,
        is_late=row.is_late,
        detail=row.detail,
    )


def _steps(course: Course, known: KnownBasis, clocks: Sequence[ShownClock]) -> list[ShownStep]:
    by_part = {each.clock.part: each for each in clocks if each.clock.trigger is Trigger.STEP}
    return [
        ShownStep(
            key=step.key,
            title=known.basis.steps[step.key].title,
            post=step.post,
            started_at=step.started_at,
            ended_at=step.ended_at,
            pauses=known.basis.steps[step.key].pauses,
            clock=by_part.get(f"{step.key}.{number}"),
        )
        for number, step in enumerate(course.steps, start=1)
    ]


def _shown_events(
    rows: Sequence[Row[Any]], events: Sequence[CaseEvent], course: Course, known: KnownBasis
) -> list[ShownEvent]:
    misfits = {misfit.key: misfit.code for misfit in course.misfits}
    steps, grounds = known.basis.steps, known.profile.own.grounds
    found = [
        ShownEvent(
            event=event,
            received_at=row.received_at,
            channel=row.channel,
            step_title=steps[event.step].title if event.step in steps else event.step,
            ground_words=grounds.get(event.ground, event.ground),
            misfit=misfits.get(event.key, ""),
        )
        for row, event in zip(rows, events, strict=True)
    ]
    return sorted(found, key=lambda each: each.event.place)


def _kept_cards(session: Session, case_id: uuid.UUID, known: KnownBasis) -> list[ShownCard]:
    rows = session.connection().execute(_cards(), {"case_id": case_id}).mappings()
    return [ShownCard(**row, title=_title(known, row["trigger"], row["part"])) for row in rows]


def _cards_now(
    kept: Sequence[ShownCard], reckoned: Reckoned, known: KnownBasis, now: datetime
) -> list[ShownCard]:
    """The cards that were written, and those that fell due since the worker was there last, by their moments."""
    points = known.profile.own.points
    written = {card.key for card in kept if card.gone_at is None}
    new = [
        ShownCard(
            id=None,
            trigger=card.trigger,
            part=card.part,
            title=_title(known, card.trigger, card.part),
            colour=card.colour,
            at=card.at,
            points=points.yellow if card.colour is Colour.YELLOW else points.red,
        )
        for card in reckoned.cards
        if card.at <= now and card.key not in written
    ]
    return sorted([*kept, *new], key=lambda card: (card.at, card.colour, card.part))


@cache
def _case() -> Select[*tuple[Any, ...]]:
    """Made once: a case with its unit and its item, by its reference. Columns of tables: the mapper took as long as they do."""
    cases, units, items = Case.__table__, Unit.__table__, ServiceItem.__table__
    case, unit, item = cases.c, units.c, items.c
    graded, about = CaseGrade.__table__.c, Matter.__table__.c
    is_spoken_of = or_(
        exists().where(graded.case_id == case.id), exists().where(about.about == case.reference)
    )
    return (
        select(
            case.id,
            case.reference,
            case.number,
            case.unit_id,
            unit.slug.label("unit_slug"),
            unit.name.label("unit_name"),
            unit.short_name.label("unit_short_name"),
            case.item_id,
            item.code.label("item_code"),
            item.name.label("item_name"),
            case.basis_id,
            case.applicant_id,
            case.applicant_shown,
            case.person_id,
            case.came_by,
            case.window,
            case.began_at,
            case.first_received_at,
            is_spoken_of.label("is_spoken_of"),
        )
        .select_from(cases)
        .join(units, unit.id == case.unit_id)
        .join(items, item.id == case.item_id)
        .where(case.reference == bindparam("reference"))
    )


@cache
def _events() -> Select[*tuple[Any, ...]]:
    return select(
        EVENTS.c.source_id,
        EVENTS.c.kind,
        EVENTS.c.occurred_at,
        EVENTS.c.received_at,
        EVENTS.c.counted_at,
        EVENTS.c.is_late,
        EVENTS.c.channel,
        EVENTS.c.detail,
    ).where(EVENTS.c.case_id == bindparam("case_id"))


@cache
def _cards() -> Select[*tuple[Any, ...]]:
    return select(
        CARDS.c.id,
        CARDS.c.trigger,
        CARDS.c.part,
        CARDS.c.colour,
        CARDS.c.at,
        CARDS.c.points,
        CARDS.c.gone_at,
        CARDS.c.lifted_at,
        CARDS.c.lifted_reason,
        CARDS.c.lifted_by,
    ).where(CARDS.c.case_id == bindparam("case_id"))
