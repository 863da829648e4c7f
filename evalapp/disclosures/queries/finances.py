"""Finances as anybody reads them: a statement with its lines, what is asked about them, its budget and the year before."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Self

from sqlalchemy import Row, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.disclosures.models import (
    Board,
    BudgetLine,
    FinanceLine,
    FinanceStatement,
    LineQuestion,
    StatementState,
)
from evalapp.disclosures.queries.boards import StatementRow, statement_rows
from evalapp.disclosures.rules.asking import DOUBT_WORDS
from evalapp.disclosures.rules.finances import (
    AccountSum,
    BudgetRow,
    Chain,
    Compared,
    Difference,
    Direction,
    Sums,
    against_budget,
    differences,
)
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.supervision.models import Deadline, Matter, MatterEvent
from evalapp.supervision.queries.matters import ShownMatter, is_public, with_clock
from evalapp.supervision.rules.states import Act
from evalapp.units.models import Unit

PAGE, SHEETS = 50, 1_000  # lines on a page of the screen, and on the sheets that are printed at once
MOST_CHARTED = 12
_FURTHEST = 20_000  # pages
_MOST_ASKED = 200


@dataclass(frozen=True, kw_only=True)
class AskedLine:
    """A question about a line, with its clock and the answer. `was_late` says that the term was over first."""

    question: LineQuestion
    key: str
    shown: ShownMatter
    answer: MatterEvent | None
    due_at: datetime | None

    @classmethod
    def of(cls, row: Row[*tuple[Any, ...]], *, now: datetime) -> Self:
        """A row of `with_answers`."""
        matter, unit, running, question, key, answer, due_at = row
        shown = ShownMatter(matter=matter, unit=unit, running=running, now=now)
        return cls(question=question, key=key, shown=shown, answer=answer, due_at=due_at)

    @property
    def doubt_words(self) -> str:
        """A source text."""
        return DOUBT_WORDS[self.question.doubt]

    @property
    def was_late(self) -> bool:
        """Whether it was answered after its term, or waits although that is over."""
        until = self.answer.at if self.answer is not None else self.shown.now
        return self.due_at is not None and until >= self.due_at


@dataclass(frozen=True, kw_only=True)
class ShownLine:
    """A line as pages and files show it; amount in fen."""

    number: int
    key: str
    direction: Direction
    account: str
    purpose: str
    payee_class: str
    amount: int
    paid_on: date
    voucher: str
    handler: str
    reviewer: str
    approver: str
    accountant: str

    @property
    def missing(self) -> Sequence[str]:
        """Which steps of its approval nobody is named for, as source texts."""
        if self.handler and self.reviewer and self.approver and self.accountant:
            return ()
        chain = Chain(
            handler=self.handler, reviewer=self.reviewer, approver=self.approver, accountant=self.accountant
        )
        return chain.missing


@dataclass(frozen=True, kw_only=True)
class FinancePage:
    """What the page of a period tells. `series` oldest first, up to and with this period, all of one length."""

    unit: Unit
    board: Board
    statement: FinanceStatement
    period: Period
    sums: Sums
    differences: Sequence[Difference]
    lines: Sequence[ShownLine]
    asked: Mapping[str, Sequence[AskedLine]]
    series: Sequence[StatementRow]
    others: Sequence[StatementRow]
    year_before: StatementRow | None
    budget: Sequence[BudgetRow]
    page: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        return max((self.sums.lines + self.size - 1) // self.size, 1)

    @property
    def first(self) -> int:
        """The number of the first line of this page."""
        return (self.page - 1) * self.size + 1

    @property
    def income(self) -> Compared:
        return Compared(
            amount=self.statement.income, other=self.year_before.income if self.year_before else None
        )

    @property
    def expense(self) -> Compared:
        return Compared(
            amount=self.statement.expense, other=self.year_before.expense if self.year_before else None
        )

    def accounts(self, direction: Direction) -> list[AccountSum]:
        return self.sums.accounts(direction)


@dataclass(frozen=True, kw_only=True)
class LinePage:
    """A line with everything that was ever asked about it, newest first."""

    unit: Unit
    statement: FinanceStatement
    line: FinanceLine
    asked: Sequence[AskedLine]


@cache
def _statement(state: StatementState) -> Select[*tuple[Any, ...]]:
    return (
        select(FinanceStatement, Board, Unit)
        .join(Board, Board.id == FinanceStatement.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(
            Unit.slug == bindparam("slug"),
            FinanceStatement.period == bindparam("period"),
            FinanceStatement.state == state,
        )
    )


def finance_page(session: Session, slug: str, period: str, *, page: int = 1, size: int = PAGE) -> FinancePage:
    """Return what is shown of a period, in six statements whatever the number of lines; raises `NotFound`."""
    row = session.execute(
        _statement(StatementState.PUBLISHED), {"slug": slug, "period": period}
    ).one_or_none()
    if row is None:
        raise NotFound(N_("这一期的收支还没有公开。"))
    statement, board, unit = row
    return page_of_statement(session, statement, board, unit, page=page, size=size)


def page_of_statement(
    session: Session,
    statement: FinanceStatement,
    board: Board,
    unit: Unit,
    *,
    page: int = 1,
    size: int = PAGE,
) -> FinancePage:
    """Return the page of one version, shown or a draft."""
    span, sums = Period.read(statement.period), statement.added
    at = min(max(page, 1), _FURTHEST)
    lines = _lines_between(session, statement.id, after=(at - 1) * size, until=at * size)
    rows = [row for row in statement_rows(session, board.id) if row.state is StatementState.PUBLISHED]
    alike = [row for row in rows if row.period.length is span.length and row.period.first <= span.first]
    before = next((row for row in rows if row.period == span.before), None)
    return FinancePage(
        unit=unit,
        board=board,
        statement=statement,
        period=span,
        sums=sums,
        differences=differences(
            statement.stated, sums, closing_before=before.closing if before is not None else None
        ),
        lines=lines,
        asked=_asked(session, board.id, statement.period, [line.key for line in lines]),
        series=alike[:MOST_CHARTED][::-1],
        others=rows,
        year_before=next((row for row in rows if row.period == span.year_before), None),
        budget=_budget(session, board.id, span),
        page=at,
        size=size,
    )


_LINE = tuple(getattr(FinanceLine, each.name) for each in fields(ShownLine))


def _lines_between(session: Session, statement_id: uuid.UUID, *, after: int, until: int) -> list[ShownLine]:
    """A piece of the lines, found by their places: the last costs what the first does."""
    asked = {"statement_id": statement_id, "after": after, "until": until}
    return [ShownLine(**row) for row in session.execute(_lines(), asked).mappings()]


@cache
def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(*_LINE)
        .where(
            FinanceLine.statement_id == bindparam("statement_id"),
            FinanceLine.number > bindparam("after"),
            FinanceLine.number <= bindparam("until"),
        )
        .order_by(FinanceLine.number)
    )


def line_page(session: Session, slug: str, period: str, key: str) -> LinePage:
    """Return a line that is shown now, in two statements; raises `NotFound`."""
    row = session.execute(
        _statement(StatementState.PUBLISHED)
        .add_columns(FinanceLine)
        .join(FinanceLine, FinanceLine.statement_id == FinanceStatement.id)
        .where(FinanceLine.key == key),
        {"slug": slug, "period": period},
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这一笔。"))
    statement, board, unit, line = row
    asked = _asked(session, board.id, period, [key]).get(key, [])
    return LinePage(unit=unit, statement=statement, line=line, asked=asked)


def question_of_matter(session: Session, matter_id: uuid.UUID) -> LineQuestion | None:
    """Return what a matter was asked by, where it is about a line."""
    return session.scalar(select(LineQuestion).where(LineQuestion.matter_id == matter_id))


def all_lines(session: Session, statement_id: uuid.UUID, *, batch: int = 1_000) -> Iterator[ShownLine]:
    """Give every line of a statement in its order, some at a time, found by their places."""
    after = 0
    while True:
        lines = _lines_between(session, statement_id, after=after, until=after + batch)
        yield from lines
        if len(lines) < batch:
            return
        after += batch


def with_answers() -> Select[*tuple[Any, ...]]:
    """Select public questions about lines, with the first clock and the newest answer of each."""
    first = aliased(Deadline)
    told = (
        select(func.max(MatterEvent.number))
        .where(
            MatterEvent.matter_id == Matter.id,
            MatterEvent.is_public,
            MatterEvent.kind.in_((Act.ANSWERED, Act.EXPLAINED)),
        )
        .correlate(Matter)
        .scalar_subquery()
    )
    return (
        with_clock()
        .add_columns(LineQuestion, FinanceLine.key, MatterEvent, first.due_at)
        .join(LineQuestion, LineQuestion.matter_id == Matter.id)
        .join(FinanceLine, FinanceLine.id == LineQuestion.line_id)
        .outerjoin(first, and_(first.matter_id == Matter.id, first.number == 1))
        .outerjoin(MatterEvent, and_(MatterEvent.matter_id == Matter.id, MatterEvent.number == told))
        .where(is_public())
    )


@cache
def _questions() -> Select[*tuple[Any, ...]]:
    """Questions about lines of a period in all its versions."""
    return (
        with_answers()
        .join(FinanceStatement, FinanceStatement.id == FinanceLine.statement_id)
        .where(
            FinanceStatement.board_id == bindparam("board_id"),
            FinanceStatement.period == bindparam("period"),
            FinanceLine.key.in_(bindparam("keys", expanding=True)),
        )
        .order_by(LineQuestion.asked_at.desc(), LineQuestion.id)
        .limit(_MOST_ASKED)
    )


def _asked(
    session: Session, board_id: uuid.UUID, period: str, keys: Sequence[str]
) -> dict[str, list[AskedLine]]:
    found: dict[str, list[AskedLine]] = {}
    now = clock.now()
    for row in session.execute(_questions(), {"board_id": board_id, "period": period, "keys": list(keys)}):
        asked = AskedLine.of(row, now=now)
        found.setdefault(asked.key, []).append(asked)
    return found


def _budget(session: Session, board_id: uuid.UUID, span: Period) -> list[BudgetRow]:
    """The plan of the year beside everything shown of it up to the end of this period, in at most two statements."""
    planned = {
        (row.direction, row.account): row.amount
        for row in session.execute(_planned(), {"board_id": board_id, "year": span.year})
    }
    if not planned:
        return []
    sums = session.execute(_sums_of_year(), {"board_id": board_id, "year": str(span.year)}).all()
    read = [(Period.read(period), Sums.of(found)) for period, found in sums]
    if span.length is Length.YEAR:
        actual = [found for period, found in read if period == span]
    else:
        actual = [
            found for period, found in read if period.length is span.length and period.first <= span.first
        ]
    return against_budget(planned, actual)


@cache
def _planned() -> Select[*tuple[Any, ...]]:
    return select(BudgetLine.direction, BudgetLine.account, BudgetLine.amount).where(
        BudgetLine.board_id == bindparam("board_id"), BudgetLine.year == bindparam("year")
    )


@cache
def _sums_of_year() -> Select[*tuple[Any, ...]]:
    """What is shown of a year: its own period, its quarters and its months, which all begin with its number."""
    return select(FinanceStatement.period, FinanceStatement.sums).where(
        FinanceStatement.board_id == bindparam("board_id"),
        FinanceStatement.state == StatementState.PUBLISHED,
        func.substr(FinanceStatement.period, 1, 4) == bindparam("year"),
    )
