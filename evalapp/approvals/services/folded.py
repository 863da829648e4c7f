"""Writes what follows from the events of cases that were folded whole: in sets, one statement of a kind."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts.services.serialising import one_at_a_time
from evalapp.approvals.models import Case, CaseStep
from evalapp.approvals.queries.folding import CARDS, Counters, Folded, pieces
from evalapp.approvals.rules.kinds import Colour
from evalapp.approvals.rules.reckoning import CardKey, used
from evalapp.approvals.rules.totals import Step
from evalapp.approvals.services import totals
from evalapp.core import clock
from evalapp.core.bulk import insert_rows

CASES = Case.metadata.tables[Case.__tablename__]
STEPS = CaseStep.metadata.tables[CaseStep.__tablename__]


def hold_unit(session: Session, unit_id: uuid.UUID) -> None:
    """Whoever changes cases of a unit waits for whoever does so already, until the end of the transaction."""
    one_at_a_time(session, f"cases:{unit_id}")


def values_of(folded: Folded, counters: Counters, *, now: datetime) -> dict[str, Any]:
    """The columns of a case that follow from its events."""
    course, reckoned, events = folded.course, folded.reckoned, folded.told.events
    running = next((step for step in reversed(course.steps) if step.ended_at is None), None)
    taken = used(reckoned, counters.of(folded.told.known)) if course.decided_at else None
    return {
        "events": len(events),
        "misfits": len(course.misfits),
        "late_events": sum(event.is_late for event in events),
        "state": course.state,
        "submitted_at": course.submitted_at,
        "accepted_at": course.accepted_at,
        "decided_at": course.decided_at,
        "closed_at": course.closed_at,
        "moved_at": course.moved_at,
        "is_granted": course.is_granted,
        "is_plain": course.is_plain and not reckoned.cards_due(now),
        "clock": reckoned.leading.trigger if reckoned.leading else None,
        "due_at": reckoned.due_at,
        "notice_at": reckoned.notice_at,
        "yellow_at": reckoned.yellow_at,
        "red_at": reckoned.red_at,
        "next_act_at": reckoned.next_moment(now),
        "kept_at": reckoned.kept_at,
        "used": taken.amount if taken else None,
        "used_in": taken.measure if taken else None,
        "step": running.key if running else "",
        "step_post": running.post if running else "",
        "step_since": running.started_at if running else None,
    }


def write_cases(
    session: Session,
    rows: Sequence[Mapping[str, Any]],
    folded: Sequence[Folded],
    *,
    known: Sequence[uuid.UUID],
) -> None:
    """Insert cases with their steps, or write what follows from their events into those that are `known`; totals move along."""
    if not rows:
        return
    before, after = totals.of_cases(session, known), totals.Totals()
    for row, one in zip(rows, folded, strict=True):
        totals.add(after, row, _ended_steps(one))
    maker = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = maker(CASES)
    kept = {"id", "reference", "unit_id", "number", "item_id", "first_received_at"}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in kept}
    session.execute(statement.on_conflict_do_update(index_elements=[CASES.c.id], set_=changed), list(rows))
    write_steps(session, folded, known=known)
    totals.move(session, before, after)


def write_values(session: Session, folded: Sequence[Folded], counters: Counters, *, now: datetime) -> None:
    """Write what follows from their events into cases that are there; totals move along. Steps stay as they are."""
    rows = [{"case": one.told.id} | values_of(one, counters, now=now) for one in folded]
    if rows:
        ids = [one.told.id for one in folded]
        before = totals.of_cases(session, ids, with_steps=False)
        names = [name for name in rows[0] if name != "case"]
        written = update(CASES).where(CASES.c.id == bindparam("case"))
        session.connection().execute(written.values({name: bindparam(name) for name in names}), rows)
        totals.move(session, before, totals.of_cases(session, ids, with_steps=False))


def write_steps(session: Session, folded: Sequence[Folded], *, known: Iterable[uuid.UUID]) -> None:
    """Write the steps of cases anew; `known` are those that may have some already."""
    for piece in pieces(list(known)):
        session.execute(delete(STEPS).where(STEPS.c.case_id.in_(piece)))
    rows = []
    for each in folded:
        due = {clock.part: clock.due_at for clock in each.reckoned.clocks if "." in clock.part}
        rows += [
            {
                "case_id": each.told.id,
                "number": number,
                "key": step.key,
                "post": step.post,
                "started_at": step.started_at,
                "ended_at": step.ended_at,
                "due_at": due.get(f"{step.key}.{number}"),
            }
            for number, step in enumerate(each.course.steps, start=1)
        ]
    insert_rows(session, STEPS, rows)


def write_cards(
    session: Session, folded: Sequence[Folded], *, known: Iterable[uuid.UUID], now: datetime
) -> None:
    """Write the cards that have fallen due; take back those of which later events showed that there was nothing."""
    there: dict[uuid.UUID, dict[CardKey, tuple[uuid.UUID, datetime, bool]]] = defaultdict(dict)
    for piece in pieces(list(known)):
        rows = session.execute(
            select(
                CARDS.c.case_id,
                CARDS.c.trigger,
                CARDS.c.part,
                CARDS.c.colour,
                CARDS.c.id,
                CARDS.c.at,
                CARDS.c.gone_at,
            ).where(CARDS.c.case_id.in_(piece), CARDS.c.lifted_at.is_(None))
        )
        for case_id, trigger, part, colour, card_id, at, gone_at in rows:
            there[case_id][trigger, part, colour] = card_id, at, gone_at is None
    new, moved = list[dict[str, Any]](), list[dict[str, Any]]()
    for each in folded:
        before = there.get(each.told.id, {})
        due = {card.key: card.at for card in each.reckoned.cards if card.at <= now}
        for key, at in due.items():
            if key not in before:
                new.append(_card(each, key, at, now))
            elif before[key][1:] != (at, True):
                moved.append({"card": before[key][0], "now_at": at, "now_gone": None})
        moved += [
            {"card": card_id, "now_at": at, "now_gone": now}
            for key, (card_id, at, stands) in before.items()
            if stands and key not in due
        ]
    insert_rows(session, CARDS, new)
    if moved:
        changed = update(CARDS).where(CARDS.c.id == bindparam("card"))
        written = changed.values(at=bindparam("now_at"), gone_at=bindparam("now_gone"))
        session.connection().execute(written, moved)


def _ended_steps(one: Folded) -> list[Step]:
    return [(step.key, step.started_at, step.ended_at) for step in one.course.steps if step.ended_at]


def _card(folded: Folded, key: CardKey, at: datetime, now: datetime) -> dict[str, Any]:
    """A card as it is written. What is replayed from longer ago than it could be contested leads to no notice now."""
    trigger, part, colour = key
    own = folded.told.known.profile.own
    points, is_history = own.points, clock.now() - now > timedelta(days=own.contest.days)
    return {
        "id": uuid.uuid4(),
        "case_id": folded.told.id,
        "unit_id": folded.told.unit_id,
        "trigger": trigger,
        "part": part,
        "colour": colour,
        "at": at,
        "made_at": now,
        "noticed_at": now if is_history else None,
        "points": points.yellow if colour is Colour.YELLOW else points.red,
        "lifted_reason": "",
        "lifted_by": "",
    }
