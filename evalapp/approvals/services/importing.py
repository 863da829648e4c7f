"""Events from files: a CSV or Excel table, or what an adapter makes of another system's export."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from evalapp.approvals.rules import rows as columns
from evalapp.approvals.rules.kinds import Channel
from evalapp.approvals.services.taking import Taken, take_events
from evalapp.audit import services as audit
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.units.models import Unit

MOST_ROWS = 50_000


def import_events(session: Session, keys: Keys, *, unit_id: uuid.UUID, rows: Iterable[Row]) -> Taken:
    """Take a table of events: its rows can all be read or none is taken; then each is answered as the intake answers."""
    events, faults = list[dict[str, Any]](), list[Fault]()
    for row in rows:
        try:
            events.append(columns.event_in(row))
        except Invalid as error:
            faults.append(Fault.of(row, error))
    if faults:
        raise FaultyFile(faults)
    return import_adapted(session, keys, unit_id=unit_id, events=events)


def import_at_desk(
    session: Session, keys: Keys, *, unit_id: uuid.UUID, rows: Iterable[Row], actor: Actor
) -> Taken:
    """Take a table that somebody of the unit handed in; that it was, and of how many events, is on record."""
    taken = import_events(session, keys, unit_id=unit_id, rows=rows)
    unit = session.get_one(Unit, unit_id)
    audit.record(
        session, actor=actor, action="case.imported", subject=unit.slug, detail={"number": taken.accepted}
    )
    return taken


def import_adapted(session: Session, keys: Keys, *, unit_id: uuid.UUID, events: Sequence[Any]) -> Taken:
    """Take events that an adapter made."""
    if len(events) > MOST_ROWS:
        raise Invalid(N_("文件太长，最多 %(limit)s 行。请分成几个文件。"), limit=MOST_ROWS)
    return take_events(session, keys, unit_id=unit_id, items=events, channel=Channel.FEED)
