"""Taking events in: a batch of one or of ten thousand, each item answered, none lost, none twice.

Idempotent by the event's own id. What is written is what a replay of all events would write: the cases that a batch names
are folded whole (docs/decisions/0032).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import vault_applicants
from evalapp.accounts.vault_applicants import ToKeep
from evalapp.approvals.models import CaseCounter
from evalapp.approvals.queries import folding, profiles
from evalapp.approvals.queries.folding import EVENTS, Counters, Folded, Told
from evalapp.approvals.rules import facts
from evalapp.approvals.rules import telling as rules
from evalapp.approvals.rules.facts import CaseEvent
from evalapp.approvals.rules.intake import (
    MOST_OF_A_CASE,
    Item,
    Refused,
    event_of,
    masked_name,
    read_item,
    refused,
)
from evalapp.approvals.rules.kinds import Channel, EventKind
from evalapp.approvals.services import arriving, folded, telling
from evalapp.approvals.services.bases import Bases
from evalapp.approvals.services.folded import CASES
from evalapp.core import calendar, clock
from evalapp.core.bulk import insert_rows
from evalapp.core.keys import Keys
from evalapp.core.references import next_numbers

_PREFIX = "BJ"
_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The answer to a batch: how many were new, how many were known, and each item that was refused."""

    accepted: int
    duplicate: int
    refused: tuple[Refused, ...]

    def document(self) -> dict[str, Any]:
        """The answer as plain data."""
        return {
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "refused": [each.document() for each in self.refused],
        }


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A case as it stood before the batch; a new one has no row."""

    id: uuid.UUID
    item_id: uuid.UUID
    reference: str
    basis_id: uuid.UUID | None = None
    began_at: datetime | None = None
    closed_at: datetime | None = None
    events: int = 0
    applicant_id: uuid.UUID | None = None
    person_id: str = ""
    applicant_shown: str = ""
    came_by: str = ""
    window: str = ""
    first_received_at: datetime | None = None


def take_events(
    session: Session,
    keys: Keys,
    *,
    unit_id: uuid.UUID,
    items: Sequence[Any],
    channel: Channel,
    received_at: datetime | None = None,
    batch_id: uuid.UUID | None = None,
) -> Taken:
    """Take what a unit hands in, in whatever order; answer each item. About a dozen statements, whatever the number.

    `received_at` is now, unless what was recorded is replayed. Other batches of the unit wait until the transaction ends.
    """
    folded.hold_unit(session, unit_id)
    batch = _Batch(
        session,
        keys,
        unit_id=unit_id,
        channel=channel,
        received_at=received_at or clock.now(),
        batch_id=batch_id,
    )
    batch.read(items)
    batch.leave_out_known()
    batch.find_cases()
    batch.time()
    batch.write()
    return batch.answer()


class _Batch:
    """One batch on its way: what can be read, what is new, which cases it names."""

    def __init__(
        self,
        session: Session,
        keys: Keys,
        *,
        unit_id: uuid.UUID,
        channel: Channel,
        received_at: datetime,
        batch_id: uuid.UUID | None,
    ) -> None:
        self.session, self.keys, self.unit_id = session, keys, unit_id
        self.channel, self.received_at, self.batch_id = channel, received_at, batch_id
        self.items: list[Item] = []
        self.refusals: list[Refused] = []
        self.duplicates = 0
        self.cases: dict[str, _Case] = {}
        self.new: dict[str, list[tuple[Item, CaseEvent]]] = {}
        self.after_closing: list[tuple[Item, uuid.UUID]] = []
        self.counters = Counters(calendar.load(session))

    def read(self, items: Sequence[Any]) -> None:
        """Read each item; the second of two that say the same is a duplicate."""
        seen: dict[str, str] = {}
        for index, said in enumerate(items):
            item = read_item(said, index)
            if isinstance(item, Refused):
                self.refusals.append(item)
            elif item.source_id in seen:
                self._count_known(item, seen[item.source_id])
            else:
                seen[item.source_id] = item.digest
                self.items.append(item)

    def leave_out_known(self) -> None:
        """What came before is a duplicate; another event under its id is refused."""
        known: dict[str, str] = {}
        ids = [item.source_id for item in self.items]
        for begin in range(0, len(ids), folding.PIECE):
            rows = self.session.execute(
                select(EVENTS.c.source_id, EVENTS.c.digest).where(
                    EVENTS.c.unit_id == self.unit_id,
                    EVENTS.c.source_id.in_(ids[begin : begin + folding.PIECE]),
                )
            )
            known.update((source_id, digest) for source_id, digest in rows)
        fresh = []
        for item in self.items:
            if item.source_id in known:
                self._count_known(item, known[item.source_id])
            else:
                fresh.append(item)
        self.items = fresh

    def find_cases(self) -> None:
        """Read the cases that are named, in one statement, and what their items said."""
        self.bases = Bases(self.session, unit_id=self.unit_id, codes=[item.code for item in self.items])
        numbers = list({item.case: None for item in self.items})
        for begin in range(0, len(numbers), folding.PIECE):
            rows = self.session.execute(
                select(
                    CASES.c.number,
                    CASES.c.id,
                    CASES.c.item_id,
                    CASES.c.reference,
                    CASES.c.basis_id,
                    CASES.c.began_at,
                    CASES.c.closed_at,
                    CASES.c.events,
                    CASES.c.applicant_id,
                    CASES.c.person_id,
                    CASES.c.applicant_shown,
                    CASES.c.came_by,
                    CASES.c.window,
                    CASES.c.first_received_at,
                ).where(
                    CASES.c.unit_id == self.unit_id,
                    CASES.c.number.in_(numbers[begin : begin + folding.PIECE]),
                )
            )
            for row in rows.mappings():
                said = {name: value for name, value in row.items() if name != "number"}
                self.cases[row["number"]] = _Case(**said)

    def time(self) -> None:
        """Decide for each item by which moment it counts, and whether it is taken at all."""
        own = self.bases.own_at(self.received_at)  # a replay decides as it was decided
        days = self.counters.calendar
        for item in self.items:
            item_id = self.bases.item_id(item.code)
            case = self.cases.get(item.case)
            code = ""
            if facts.is_ahead(item.occurred_at, self.received_at, own.grace):
                code = "future"
            elif item_id is None:
                code = "unknown-item"
            elif case is not None and case.item_id != item_id:
                code = "other-item"
            elif case is not None and case.events + len(self.new.get(item.case, ())) >= MOST_OF_A_CASE:
                code = "too-many"
            elif (
                case is not None
                and case.closed_at is not None
                and item.kind is not EventKind.COMPLAINED
                and self.received_at >= facts.settled_at(case.closed_at, grace=own.grace, calendar=days)
            ):
                code = "case-closed"
            if code:
                self.refusals.append(refused(item.index, code))
                if code == "case-closed" and case is not None:
                    self.after_closing.append((item, case.id))
                continue
            assert item_id is not None
            if case is None:
                self.cases[item.case] = _Case(id=uuid.uuid4(), item_id=item_id, reference="")
            when = facts.timed(
                item.occurred_at, self.received_at, self.channel, grace=own.grace, calendar=days
            )
            event = event_of(
                source_id=item.source_id,
                kind=item.kind,
                occurred_at=item.occurred_at,
                counted_at=when.counted_at,
                is_late=when.is_late,
                detail=item.detail,
            )
            self.new.setdefault(item.case, []).append((item, event))

    def write(self) -> None:
        """Fold the cases that are named and write them, their events, steps and cards."""
        touched = {number: self.cases[number] for number in self.new}
        before = [case.id for case in touched.values() if case.basis_id is not None]
        told, lifted = folding.events_of(self.session, before), folding.lifted_of(self.session, before)
        applicants = self._keep_applicants(touched)
        references = self._references(touched)
        rows, done = list[dict[str, Any]](), list[Folded]()
        for number, case in touched.items():
            events = told.get(case.id, []) + [event for _, event in self.new[number]]
            began_at = min(event.counted_at for event in events)
            if case.basis_id is not None and case.began_at == began_at:
                known = profiles.basis_of(self.session, case.basis_id)
            else:
                known = self.bases.at(self.new[number][0][0].code, began_at)
            whole = Told(
                id=case.id,
                unit_id=self.unit_id,
                known=known,
                events=events,
                lifted=lifted.get(case.id, set()),
            )
            one = folding.fold(whole, self.counters)
            done.append(one)
            rows.append(
                {
                    "id": case.id,
                    "reference": case.reference or references[number],
                    "unit_id": self.unit_id,
                    "number": number,
                    "item_id": case.item_id,
                    "basis_id": known.id,
                    "first_received_at": case.first_received_at or self.received_at,
                    "began_at": began_at,
                    **self._said(case, number, applicants),
                    **folded.values_of(one, self.counters, now=self.received_at),
                }
            )
        folded.write_cases(self.session, rows, done, known=before)
        self._write_events()
        folded.write_cards(self.session, done, known=before, now=self.received_at)
        arriving.keep_after_closing(
            self.session, self.after_closing, unit_id=self.unit_id, received_at=self.received_at
        )
        self._note_news(rows)
        if self.channel is Channel.FEED:  # what is entered at a desk is no feed
            arriving.note_feed(
                self.session,
                unit_id=self.unit_id,
                received_at=self.received_at,
                newest=max((item.occurred_at for item in self.items), default=self.received_at),
                events=sum(map(len, self.new.values())),
                refused=len(self.refusals),
            )

    def answer(self) -> Taken:
        """What is told of it."""
        return Taken(
            accepted=sum(map(len, self.new.values())),
            duplicate=self.duplicates,
            refused=tuple(sorted(self.refusals, key=lambda each: each.index)),
        )

    def _count_known(self, item: Item, digest: str) -> None:
        if item.digest == digest:
            self.duplicates += 1
        else:
            self.refusals.append(refused(item.index, "other-content"))

    def _keep_applicants(self, touched: dict[str, _Case]) -> dict[str, tuple[ToKeep, str]]:
        """Names and numbers go into the vault: the first that is said of a case stands."""
        first: dict[str, ToKeep] = {}
        for number, case in touched.items():
            if case.applicant_id is None:
                said = next((item for item, _ in self.new[number] if item.name or item.number), None)
                if said is not None:
                    first[number] = ToKeep(id=uuid.uuid4(), name=said.name, number=said.number)
        persons = vault_applicants.keep_all(
            self.session, self.keys, list(first.values()), at=self.received_at
        )
        return {number: (each, persons[each.id]) for number, each in first.items()}

    def _references(self, touched: dict[str, _Case]) -> dict[str, str]:
        new = [number for number, case in touched.items() if not case.reference]
        if not new:
            return {}
        year = clock.local(self.received_at).year
        last = next_numbers(self.session, CaseCounter, _PREFIX, year=year, count=len(new))
        return {
            number: f"{_PREFIX}-{year}-{last - len(new) + place:0{_DIGITS}}"
            for place, number in enumerate(new, start=1)
        }

    def _said(self, case: _Case, number: str, applicants: dict[str, tuple[ToKeep, str]]) -> dict[str, Any]:
        """What is known of a case beside its course; what was said first stands."""
        kept, person = applicants.get(number, (None, ""))
        said = [item.detail for item, _ in self.new[number]]
        first = {
            name: getattr(case, name) or next((each[name] for each in said if name in each), "")
            for name in ("came_by", "window")
        }
        return {
            "applicant_id": kept.id if kept else case.applicant_id,
            "person_id": person if kept else case.person_id,
            "applicant_shown": masked_name(kept.name) if kept else case.applicant_shown,
            **first,
        }

    def _write_events(self) -> None:
        rows = [
            {
                "id": uuid.uuid4(),
                "unit_id": self.unit_id,
                "source_id": item.source_id,
                "digest": item.digest,
                "case_id": self.cases[number].id,
                "batch_id": self.batch_id,
                "channel": self.channel,
                "kind": item.kind,
                "occurred_at": item.occurred_at,
                "received_at": self.received_at,
                "counted_at": event.counted_at,
                "is_late": event.is_late,
                "detail": item.detail,
            }
            for number, some in self.new.items()
            for item, event in some
        ]
        insert_rows(self.session, EVENTS, rows)

    def _note_news(self, rows: Sequence[dict[str, Any]]) -> None:
        """Leave word of the cases whose applicants may be told: of what is recent, of those who left a number."""
        limit, told = self.received_at - rules.RECENT, rules.TOLD
        moved = {
            number
            for number, some in self.new.items()
            if any(each.kind in told and each.occurred_at > limit for each, _ in some)
        }
        ids = [row["id"] for row in rows if row["person_id"] and row["number"] in moved]
        if rules.is_recent(self.received_at, clock.now()):  # no replay of what was recorded
            telling.note(self.session, ids, received_at=self.received_at)
