"""Every board of the district with what is silent on it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.disclosures.models import Board, Disclosure, DisclosureState, FinanceStatement, StatementState
from evalapp.disclosures.queries import boards
from evalapp.disclosures.queries.boards import PostedRow, StatementRow
from evalapp.disclosures.rules.catalogue import WITHOUT_BOARD, catalogue
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.disclosures.rules.silence import Duty, Silence, counted, duties
from evalapp.units import queries as units
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """A board in the list of the district."""

    unit: Unit
    silence: Silence
    posted: int
    newest_at: datetime | None


def rows(session: Session) -> list[BoardRow]:
    """Return every board with what is silent on it, in the order of the tree: six statements, whatever the district."""
    rules, today = catalogue(), clock.today()
    tree = [unit for unit in units.tree(session) if unit.kind not in WITHOUT_BOARD]
    hung = {board.unit_id: board for board in session.scalars(select(Board).order_by(Board.id))}
    since = clock.start_of(Period.holding(today, Length.MONTH).shifted(-rules.lookback_months - 6).first)
    posted: dict[uuid.UUID, list[PostedRow]] = {}
    for row in session.execute(_lately(), {"since": since}).mappings():
        posted.setdefault(row["board_id"], []).append(PostedRow(**boards.without_board(row)))
    accounts: dict[uuid.UUID, list[StatementRow]] = {}
    for row in session.execute(_statements_lately(), {"since": since}).mappings():
        accounts.setdefault(row["board_id"], []).append(boards.stated(row))
    days = calendar.load(session, around=today)
    found = []
    for unit in tree:
        board = hung.get(unit.id)
        written, statements = (
            posted.get(board.id, []) if board else [],
            accounts.get(board.id, []) if board else [],
        )
        mine: list[Duty] = []
        if board is not None:
            mine = duties(
                rules.of_board(unit.kind, is_busy=board.is_busy),
                [*boards.postings(written), *boards.of_statements(unit.kind, board, statements, rules)],
                watched_from=board.watched_from,
                today=today,
                calendar=days,
                rules=rules,
            )
        moments = [row.published_at for row in written if row.published_at is not None]
        moments += [row.published_at for row in statements if row.published_at is not None]
        found.append(
            BoardRow(
                unit=unit,
                silence=counted(mine),
                posted=len(moments),
                newest_at=max(moments, default=None),
            )
        )
    return found


@cache
def _lately() -> Select[*tuple[Any, ...]]:
    since = bindparam("since", type_=Disclosure.created_at.type)
    return (
        select(*boards.ROW, Disclosure.board_id)
        .where(Disclosure.created_at >= since, Disclosure.state != DisclosureState.WITHDRAWN)
        .order_by(Disclosure.board_id, Disclosure.reference)
    )


@cache
def _statements_lately() -> Select[*tuple[Any, ...]]:
    since = bindparam("since", type_=FinanceStatement.imported_at.type)
    return (
        select(*boards.STATEMENT, FinanceStatement.board_id)
        .where(FinanceStatement.imported_at >= since, FinanceStatement.state == StatementState.PUBLISHED)
        .order_by(FinanceStatement.board_id, FinanceStatement.period)
    )
