"""Publishing and withdrawing what came and went, and setting what a year plans."""

import uuid
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.core.transaction import locked
from evalapp.disclosures.events import StatementShown, StatementWithdrawn
from evalapp.disclosures.models import Board, BudgetLine, FinanceLine, FinanceStatement, StatementState
from evalapp.disclosures.rules.finances import Direction
from evalapp.units import services as units

REASON_LIMIT = 200
BUDGET_COLUMNS = {
    "direction": "direction",
    "account": "account",
    "amount": "amount",
    "收支": "direction",
    "类别": "direction",
    "科目": "account",
    "预算": "amount",
    "金额": "amount",
}
BUDGET_REQUIRED = ("direction", "account", "amount")
_MOST_ACCOUNTS = 200
_DIRECTIONS = {"收入": Direction.INCOME, "支出": Direction.EXPENSE} | {each.value: each for each in Direction}


def publish_statement(
    session: Session, *, statement_id: uuid.UUID, actor: Actor, difference_reason: str = ""
) -> FinanceStatement:
    """Show a draft; the version before is replaced and kept. One whose totals do not agree needs a reason. Raises `Conflict`."""
    made = _draft(session, statement_id)
    why = cleaned_text(
        difference_reason, field="difference_reason", limit=REASON_LIMIT, required=not made.agrees
    )
    shown = session.scalar(
        select(FinanceStatement)
        .where(
            FinanceStatement.board_id == made.board_id,
            FinanceStatement.period == made.period,
            FinanceStatement.state == StatementState.PUBLISHED,
        )
        .with_for_update()
    )
    now = clock.now()
    if shown is not None:
        shown.state = StatementState.REPLACED
        session.flush()
    first = session.scalar(
        select(FinanceStatement.first_published_at)
        .where(
            FinanceStatement.board_id == made.board_id,
            FinanceStatement.period == made.period,
            FinanceStatement.first_published_at.is_not(None),
        )
        .order_by(FinanceStatement.number)
        .limit(1)
    )
    made.state, made.published_at, made.published_by = StatementState.PUBLISHED, now, actor.name
    made.first_published_at = first or now
    made.difference_reason = "" if made.agrees else why
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="finances.published",
        subject=made.reference,
        detail={"period": made.period, "version": made.number},
    )
    events.emit(session, StatementShown(statement_id=made.id))
    return made


def withdraw_statement(
    session: Session, *, statement_id: uuid.UUID, reason: str, actor: Actor
) -> FinanceStatement:
    """Take what is shown of a period off the board; the mark and the reason stay. Raises `Conflict`."""
    made = locked(session, FinanceStatement, statement_id)
    if made.state is not StatementState.PUBLISHED:
        raise Conflict(N_("只有公开着的才能撤回。"))
    units.open_unit(session, _unit_id(session, made))
    made.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    made.state, made.withdrawn_at, made.withdrawn_by = StatementState.WITHDRAWN, clock.now(), actor.name
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="finances.withdrawn",
        subject=made.reference,
        detail={"period": made.period},
    )
    events.emit(session, StatementWithdrawn(statement_id=made.id))
    return made


def drop_statement(session: Session, *, statement_id: uuid.UUID, actor: Actor) -> None:
    """Throw a draft away with its lines; what is shown stays. Raises `Conflict`."""
    made = _draft(session, statement_id)
    reference, period = made.reference, made.period
    session.execute(delete(FinanceLine).where(FinanceLine.statement_id == made.id))
    session.execute(delete(FinanceStatement).where(FinanceStatement.id == made.id))
    audit.record(
        session, actor=actor, action="finances.dropped", subject=reference, detail={"period": period}
    )


def set_budget(session: Session, *, board_id: uuid.UUID, year: int, rows: Iterable[Row], actor: Actor) -> int:
    """Put the plan of a year in the place of the one before: every row or none. Return how many accounts it has.

    Raises `FaultyFile`, which names every cell at fault.
    """
    board = locked(session, Board, board_id)
    unit = units.open_unit(session, board.unit_id)
    if not clock.today().year - 5 <= year <= clock.today().year + 1:
        raise Invalid(N_("年度不对。"), field="year")
    planned: dict[tuple[Direction, str], int] = {}
    faults: list[Fault] = []
    for row in rows:
        try:
            key, amount = _planned(row)
            if key in planned:
                raise Invalid(N_("这个科目出现了两次。"), field="account")
            planned[key] = amount
        except DomainError as error:
            faults.append(Fault.of(row, error))
    if faults:
        raise FaultyFile(faults)
    if len(planned) > _MOST_ACCOUNTS:
        raise Invalid(N_("科目太多，最多 %(most)s 个。"), most=_MOST_ACCOUNTS)
    session.execute(delete(BudgetLine).where(BudgetLine.board_id == board.id, BudgetLine.year == year))
    session.add_all(
        BudgetLine(
            board_id=board.id,
            year=year,
            direction=direction,
            account=account,
            amount=amount,
            set_at=clock.now(),
            set_by=actor.name,
        )
        for (direction, account), amount in planned.items()
    )
    session.flush()
    detail = {"year": year, "accounts": len(planned)}
    audit.record(session, actor=actor, action="budget.set", subject=unit.slug, detail=detail)
    return len(planned)


def _planned(row: Row) -> tuple[tuple[Direction, str], int]:
    direction = _DIRECTIONS.get(row.text("direction"))
    if direction is None:
        raise Invalid(N_("请填收入或支出。"), field="direction")
    account = cleaned_text(row.text("account"), field="account", limit=30, required=True)
    amount = row.fen("amount")
    if amount is None or amount < 0:
        raise Invalid(N_("请填金额，不能小于 0。"), field="amount")
    return (direction, account), amount


def _draft(session: Session, statement_id: uuid.UUID) -> FinanceStatement:
    board_id = session.scalar(select(FinanceStatement.board_id).where(FinanceStatement.id == statement_id))
    if board_id is not None:
        locked(session, Board, board_id)
    made = locked(session, FinanceStatement, statement_id)
    if made.state is not StatementState.DRAFT:
        raise Conflict(N_("这一份已经公开过了。"))
    units.open_unit(session, _unit_id(session, made))
    return made


def _unit_id(session: Session, made: FinanceStatement) -> uuid.UUID:
    return session.scalars(select(Board.unit_id).where(Board.id == made.board_id)).one()
