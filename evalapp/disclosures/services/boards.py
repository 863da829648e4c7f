"""Opening boards, and saying how often one accounts for its money."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.disclosures.models import Board
from evalapp.disclosures.rules.catalogue import WITHOUT_BOARD
from evalapp.units import services as units
from evalapp.units.events import UnitAdded
from evalapp.units.models import Unit


def ensure_board(session: Session, *, unit_id: uuid.UUID, watched_from: date | None = None) -> Board:
    """Return the unit's board, hung up now where there is none, by whoever is first."""
    found = _board(session, unit_id)
    if found is None:
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        session.execute(
            insert(Board)
            .values(
                id=uuid.uuid4(),
                unit_id=unit_id,
                is_busy=False,
                watched_from=watched_from or clock.today(),
                opened_at=clock.now(),
            )
            .on_conflict_do_nothing(index_elements=["unit_id"])
        )
        found = _board(session, unit_id)
    assert found is not None  # ours, or that of whoever was first
    return found


def on_unit_added(session: Session, event: UnitAdded) -> None:
    """React to a new unit: its board hangs from the first day. A section has none of its own."""
    kind = session.scalar(select(Unit.kind).where(Unit.id == event.unit_id))
    if kind not in WITHOUT_BOARD:
        ensure_board(session, unit_id=event.unit_id)


def set_board(
    session: Session, *, board_id: uuid.UUID, is_busy: bool, watched_from: date, actor: Actor
) -> Board:
    """Say whether a board accounts every month, and from when on its silence is told. Refuses what changes nothing."""
    board = locked(session, Board, board_id)
    units.open_unit(session, board.unit_id)
    if watched_from > clock.today():
        raise Invalid(N_("日期还没有到。"), field="watched_from")
    if (board.is_busy, board.watched_from) == (is_busy, watched_from):
        raise Conflict(N_("没有改动。"))
    board.is_busy, board.watched_from = is_busy, watched_from
    slug = session.scalars(select(Unit.slug).where(Unit.id == board.unit_id)).one()
    audit.record(
        session,
        actor=actor,
        action="board.set",
        subject=slug,
        detail={"busy": is_busy, "from": watched_from.isoformat()},
    )
    return board


def _board(session: Session, unit_id: uuid.UUID) -> Board | None:
    return session.scalar(select(Board).where(Board.unit_id == unit_id))
