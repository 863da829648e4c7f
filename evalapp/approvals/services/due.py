"""What fell due of cases: cards are written, units are reminded. Dated by the moment at which it fell due, whenever a round wakes.

The lamp waits for nobody: it is a comparison with now. A worker that sleeps delays the card and the reminder alone.
"""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.queries import folding
from evalapp.approvals.queries.folding import Counters, Folded
from evalapp.approvals.services import folded
from evalapp.approvals.services.folded import CASES
from evalapp.core import calendar, clock
from evalapp.units import services as units

_AT_ONCE = 500
_DESK = "/desk/unit/cases"


def due_units(session: Session, *, now: datetime) -> Sequence[uuid.UUID]:
    """The units of which something fell due, those of the earliest first."""
    wanted = (
        select(CASES.c.unit_id)
        .where(CASES.c.next_act_at <= now)
        .order_by(CASES.c.next_act_at)
        .limit(_AT_ONCE)
    )
    return list(dict.fromkeys(session.scalars(wanted)))


def write_due(session: Session, *, unit_id: uuid.UUID) -> int:
    """Write what fell due of a unit's cases, up to some hundreds; return how many cases there were."""
    folded.hold_unit(session, unit_id)
    now = clock.now()
    rows = session.execute(
        select(CASES.c.id, CASES.c.reference, CASES.c.basis_id, CASES.c.next_act_at)
        .where(CASES.c.unit_id == unit_id, CASES.c.next_act_at <= now)
        .order_by(CASES.c.next_act_at, CASES.c.id)
        .limit(_AT_ONCE)
    ).all()
    done = refold(session, unit_id, {row.id: row.basis_id for row in rows}, now=now)
    since = {row.id: row.next_act_at for row in rows}
    references = {row.id: row.reference for row in rows}
    for one in done:
        _remind(session, one, references[one.told.id], since=since[one.told.id], now=now)
    return len(done)


def refold(
    session: Session, unit_id: uuid.UUID, bases: dict[uuid.UUID, uuid.UUID], *, now: datetime
) -> list[Folded]:
    """Fold cases whole again and write what follows: cards that fell due, and when something does next."""
    counters = Counters(calendar.load(session))
    done = folding.fold_kept(session, unit_id, bases, counters)
    folded.write_cards(session, done, known=list(bases), now=now)
    folded.write_values(session, done, counters, now=now)
    return done


def _remind(session: Session, one: Folded, reference: str, *, since: datetime, now: datetime) -> None:
    """A notice before the term, a card after it: each is put on the unit's desk once."""
    moments: dict[str, datetime] = defaultdict(lambda: now)
    reckoned = one.reckoned
    if reckoned.notice_at is not None and since <= reckoned.notice_at <= now:
        moments["case.near"] = reckoned.notice_at
    for card in reckoned.cards:
        if since <= card.at <= now:
            moments[f"case.{card.colour.value}"] = card.at
    for kind, at in moments.items():
        units.notify_desk(
            session,
            unit_id=one.told.unit_id,
            kind=kind,
            reference=reference,
            path=f"{_DESK}/{reference}",
            due_at=at,
            key=f"{kind}:{one.told.id}:{at.isoformat()}",
        )
