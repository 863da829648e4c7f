"""Counts open cases again when the calendar has changed; closed ones are not touched.

Most cases wait or run on and nothing else happened to them: what is counted of them follows from their basis and the days
on which they were submitted and accepted, so that it is counted once for all cases that share these, and their events are not
read. The others are folded whole.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from evalapp.approvals.queries import folding, profiles
from evalapp.approvals.queries.folding import Counters
from evalapp.approvals.rules.folding import Course, Span
from evalapp.approvals.rules.kinds import CaseState
from evalapp.approvals.rules.reckoning import Reckoned, reckon
from evalapp.approvals.services import folded
from evalapp.approvals.services.folded import CASES
from evalapp.core import calendar, clock, jobs
from evalapp.core.calendar import CalendarChanged
from evalapp.core.platform import Platform
from evalapp.core.terms import TimeUnit

RECOUNT = "approvals.recount"
_PIECE = 5_000
_HOURS = {TimeUnit.HOUR, TimeUnit.MINUTE}


@dataclass(frozen=True, kw_only=True)
class _Moments:
    """What is written of an open case that moved; many cases share it, and each such group is one statement."""

    due_at: datetime | None
    notice_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    next_act_at: datetime | None


def on_calendar_changed(session: Session, event: CalendarChanged) -> None:
    """React to another calendar: the worker counts the open cases again that began before the last of the changed days."""
    days = [*event.days, *(date(year, 12, 31) for year in event.years)]
    if days and session.scalar(select(exists().where(CASES.c.closed_at.is_(None)))):
        jobs.enqueue(session, RECOUNT, {"last": max(days).isoformat()})


def recount(platform: Platform, *, last: date) -> int:
    """Count the open cases again that began before the end of `last`; return how many moved.

    A transaction for each piece of a unit: its intake waits for one piece at most.
    """
    moved = 0
    before = clock.end_of(last)
    with platform.session() as session:
        units = session.scalars(
            select(CASES.c.unit_id).where(CASES.c.closed_at.is_(None)).distinct().order_by(CASES.c.unit_id)
        ).all()
    for unit_id in units:
        after: uuid.UUID | None = None
        while True:
            with platform.transaction() as session:
                folded.hold_unit(session, unit_id)
                rows = _open_cases(session, unit_id, before=before, after=after)
                moved += _recount(session, unit_id, rows)
            if len(rows) < _PIECE:
                break
            after = rows[-1].id
    return moved


def _open_cases(
    session: Session, unit_id: uuid.UUID, *, before: datetime, after: uuid.UUID | None
) -> Sequence[Any]:
    wanted = select(
        CASES.c.id,
        CASES.c.basis_id,
        CASES.c.state,
        CASES.c.is_plain,
        CASES.c.submitted_at,
        CASES.c.accepted_at,
        CASES.c.due_at,
        CASES.c.notice_at,
        CASES.c.yellow_at,
        CASES.c.red_at,
        CASES.c.next_act_at,
    ).where(CASES.c.unit_id == unit_id, CASES.c.closed_at.is_(None), CASES.c.began_at < before)
    if after is not None:
        wanted = wanted.where(CASES.c.id > after)
    return session.execute(wanted.order_by(CASES.c.id).limit(_PIECE)).all()


def _recount(session: Session, unit_id: uuid.UUID, rows: Sequence[Any]) -> int:
    now, counters = clock.now(), Counters(calendar.load(session))
    groups: dict[_Moments, list[uuid.UUID]] = defaultdict(list)
    shared: dict[tuple[object, ...], _Moments | None] = {}
    whole = []
    for row in rows:
        moments = _shared_moments(session, row, counters, shared, now=now) if row.is_plain else None
        if moments is None:
            whole.append(row)
        elif _differs(row, moments):
            groups[moments].append(row.id)
    moved = sum(map(len, groups.values()))
    for moments, ids in groups.items():
        _write(session, moments, ids)
    return moved + _fold_whole(session, unit_id, whole, counters, now=now)


def _shared_moments(
    session: Session,
    row: Any,
    counters: Counters,
    shared: dict[tuple[object, ...], _Moments | None],
    *,
    now: datetime,
) -> _Moments | None:
    """What a plain case shares with all others of its days; none where the hour matters, or a card falls due."""
    key = (row.basis_id, row.state, _day(row.submitted_at), _day(row.accepted_at))
    if key not in shared:
        shared[key] = _counted_by_days(session, row, counters, now=now)
    return shared[key]


def _counted_by_days(session: Session, row: Any, counters: Counters, *, now: datetime) -> _Moments | None:
    known = profiles.basis_of(session, row.basis_id)
    own = known.profile.own
    terms = (known.basis.promised, known.basis.statutory, own.acceptance.counted)
    if any(term is not None and term.unit in _HOURS for term in terms):
        return None
    is_accepted = row.state is CaseState.ACCEPTED
    course = Course(
        state=row.state,
        submitted_at=row.submitted_at,
        acceptances=[Span(row.submitted_at, row.accepted_at)],
        accepted_at=row.accepted_at if is_accepted else None,
    )
    reckoned = reckon(course, known.basis, known.profile, counters.of(known))
    found = _moments_of(reckoned, now)
    hours = {row.submitted_at, row.accepted_at} - {None}
    if reckoned.cards_due(now) or hours & set(vars(found).values()):
        return None
    return found


def _moments_of(reckoned: Reckoned, now: datetime) -> _Moments:
    """The moments of a case that a calendar can move."""
    return _Moments(
        due_at=reckoned.due_at,
        notice_at=reckoned.notice_at,
        yellow_at=reckoned.yellow_at,
        red_at=reckoned.red_at,
        next_act_at=reckoned.next_moment(now),
    )


def _fold_whole(
    session: Session, unit_id: uuid.UUID, rows: Sequence[Any], counters: Counters, *, now: datetime
) -> int:
    done, groups = [], defaultdict[_Moments, list[uuid.UUID]](list)
    bases = {row.id: row.basis_id for row in rows}
    for row, one in zip(rows, folding.fold_kept(session, unit_id, bases, counters), strict=True):
        moments = _moments_of(one.reckoned, now)
        if _differs(row, moments):
            done.append(one)
            groups[moments].append(row.id)
    for moments, some in groups.items():
        _write(session, moments, some)
    known = [one.told.id for one in done]
    folded.write_steps(session, done, known=known)
    folded.write_cards(session, done, known=known, now=now)
    return len(done)


def _differs(row: Any, moments: _Moments) -> bool:
    return any(getattr(row, name) != value for name, value in vars(moments).items())


def _write(session: Session, moments: _Moments, ids: Sequence[uuid.UUID]) -> None:
    for piece in folding.pieces(ids):
        session.execute(update(CASES).where(CASES.c.id.in_(piece)).values(vars(moments)))


def _day(moment: datetime | None) -> date | None:
    return clock.local(moment).date() if moment is not None else None
