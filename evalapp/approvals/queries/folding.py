"""Folds cases from what is kept of them: their events and lifted cards, in one read of a kind."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import CaseCard, CaseEventRow
from evalapp.approvals.queries.profiles import KnownBasis, basis_of
from evalapp.approvals.rules.counting import Counter
from evalapp.approvals.rules.facts import CaseEvent
from evalapp.approvals.rules.folding import Course, course_of
from evalapp.approvals.rules.intake import event_of
from evalapp.approvals.rules.reckoning import CardKey, Reckoned, reckon
from evalapp.core.calendar import WorkCalendar

EVENTS = CaseEventRow.metadata.tables[CaseEventRow.__tablename__]
CARDS = CaseCard.metadata.tables[CaseCard.__tablename__]
PIECE = 5_000  # keys a statement


@dataclass(kw_only=True)
class Told:
    """A case to be folded: its key, what it runs under, all its events, the cards that two people lifted."""

    id: uuid.UUID
    unit_id: uuid.UUID
    known: KnownBasis
    events: list[CaseEvent] = field(default_factory=list)
    lifted: set[CardKey] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Folded:
    """What became of it."""

    told: Told
    course: Course
    reckoned: Reckoned


class Counters:
    """Counters by profile, over one load of the calendar."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._made: dict[int, Counter] = {}

    def of(self, known: KnownBasis) -> Counter:
        """The counter of what a case runs under."""
        own = known.profile.own
        if id(own) not in self._made:
            self._made[id(own)] = Counter.of(self.calendar, own)
        return self._made[id(own)]


def fold(told: Told, counters: Counters) -> Folded:
    """Fold one case whole, and reckon what follows."""
    known, counter = told.known, counters.of(told.known)
    course = course_of(told.events, known.basis, known.profile.own)
    reckoned = reckon(course, known.basis, known.profile, counter, lifted=told.lifted)
    return Folded(told=told, course=course, reckoned=reckoned)


def fold_kept(
    session: Session, unit_id: uuid.UUID, bases: Mapping[uuid.UUID, uuid.UUID], counters: Counters
) -> list[Folded]:
    """Fold cases of a unit from what is kept of them; `bases` says under which each runs."""
    events, lifted = events_of(session, bases), lifted_of(session, bases)
    return [
        fold(
            Told(
                id=case_id,
                unit_id=unit_id,
                known=basis_of(session, basis_id),
                events=events[case_id],
                lifted=lifted.get(case_id, set()),
            ),
            counters,
        )
        for case_id, basis_id in bases.items()
    ]


def events_of(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[CaseEvent]]:
    """All events of cases, in one statement for some thousands of them."""
    found: dict[uuid.UUID, list[CaseEvent]] = defaultdict(list)
    for piece in pieces(list(ids)):
        rows = session.execute(
            select(
                EVENTS.c.case_id,
                EVENTS.c.source_id,
                EVENTS.c.kind,
                EVENTS.c.occurred_at,
                EVENTS.c.counted_at,
                EVENTS.c.is_late,
                EVENTS.c.detail,
            ).where(EVENTS.c.case_id.in_(piece))
        )
        for case_id, source_id, kind, occurred_at, counted_at, is_late, detail in rows:
            found[case_id].append(
                event_of(
                    source_id=source_id,
                    kind=kind,
                    occurred_at=occurred_at,
                    counted_at=counted_at,
                    is_late=is_late,
                    detail=detail,
                )
            )
    return found


def lifted_of(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[CardKey]]:
    """The cards of cases that two people found wrong."""
    found: dict[uuid.UUID, set[CardKey]] = defaultdict(set)
    for piece in pieces(list(ids)):
        rows = session.execute(
            select(CARDS.c.case_id, CARDS.c.trigger, CARDS.c.part, CARDS.c.colour).where(
                CARDS.c.case_id.in_(piece), CARDS.c.lifted_at.is_not(None)
            )
        )
        for case_id, trigger, part, colour in rows:
            found[case_id].add((trigger, part, colour))
    return found


def pieces(ids: Sequence[uuid.UUID]) -> Iterable[Sequence[uuid.UUID]]:
    """Keys by as many as one statement takes."""
    return (ids[begin : begin + PIECE] for begin in range(0, len(ids), PIECE))
