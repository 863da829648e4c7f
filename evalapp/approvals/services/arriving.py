"""What is kept of an arrival beside the cases: how its feed is, and what came after a case was closed."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.approvals.models import EventAfterClosing, IntakeFeed
from evalapp.approvals.rules.intake import Item


def note_feed(
    session: Session,
    *,
    unit_id: uuid.UUID,
    received_at: datetime,
    newest: datetime,
    events: int,
    refused: int,
) -> None:
    """Write down when something came last from a unit, and how much."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    maker = postgresql.insert if is_postgresql else sqlite.insert
    later = func.greatest if is_postgresql else func.max
    row = maker(IntakeFeed).values(
        unit_id=unit_id,
        last_received_at=received_at,
        last_occurred_at=newest,
        batches=1,
        events=events,
        refused=refused,
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["unit_id"],
            set_={
                # Of what was recorded and is replayed, older batches may come after newer ones.
                "last_received_at": later(IntakeFeed.last_received_at, row.excluded.last_received_at),
                "last_occurred_at": later(IntakeFeed.last_occurred_at, row.excluded.last_occurred_at),
                "batches": IntakeFeed.batches + 1,
                "events": IntakeFeed.events + row.excluded.events,
                "refused": IntakeFeed.refused + row.excluded.refused,
            },
        )
    )


def keep_after_closing(
    session: Session, came: Sequence[tuple[Item, uuid.UUID]], *, unit_id: uuid.UUID, received_at: datetime
) -> None:
    """Keep what was refused because its case had been closed long ago; its sender can hand it in to no other case.

    Without the applicant, whom a closed case knows already.
    """
    if not came:
        return
    maker = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    rows = [
        {
            "id": uuid.uuid4(),
            "unit_id": unit_id,
            "source_id": item.source_id,
            "case_id": case_id,
            "kind": item.kind,
            "occurred_at": item.occurred_at,
            "received_at": received_at,
            "detail": item.detail,
        }
        for item, case_id in came
    ]
    kept = maker(EventAfterClosing).on_conflict_do_nothing(index_elements=["unit_id", "source_id"])
    session.execute(kept, rows)
