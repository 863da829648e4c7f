"""Boards as anybody reads them: what is posted, what is due, late or missing, and each posting with its versions."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.disclosures.models import (
    Attachment,
    Board,
    Disclosure,
    DisclosureState,
    FinanceStatement,
    StatementState,
)
from evalapp.disclosures.rules.catalogue import WITHOUT_BOARD, Catalogue, Item, catalogue
from evalapp.disclosures.rules.contents import PICTURE
from evalapp.disclosures.rules.periods import Period
from evalapp.disclosures.rules.silence import Duty, Posting, Silence, counted, duties
from evalapp.units.models import Unit, UnitKind

MOST_POSTED = 400
MOST_STATEMENTS = 60
MOST_PICTURES = 3


@dataclass(frozen=True, kw_only=True)
class PostedRow:
    """A posting as a list names it."""

    reference: str
    code: str
    period: str
    formed_on: date | None
    title: str
    state: DisclosureState
    version: int
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str
    picture: str | None = None  # the newest that the posting shows, on the page of its own board


@dataclass(frozen=True, kw_only=True)
class StatementRow:
    """A statement as a list and a chart need it; amounts in fen."""

    reference: str
    period: Period
    number: int
    state: StatementState
    opening: int
    income: int
    expense: int
    closing: int
    agrees: bool
    first_published_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str


@dataclass(frozen=True, kw_only=True)
class UnderItem:
    """One item of the catalogue with what is posted for it."""

    item: Item
    posted: Sequence[PostedRow]

    @property
    def pictured(self) -> list[PostedRow]:
        """The newest postings that show a picture."""
        return [row for row in self.posted if row.picture and row.withdrawn_at is None][:MOST_PICTURES]


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """A board with everything that its page tells. `items` by heading, in the order of the catalogue."""

    unit: Unit
    board: Board | None
    rules: Catalogue
    items: Sequence[UnderItem]
    statements: Sequence[StatementRow]
    duties: Sequence[Duty]

    @property
    def silence(self) -> Silence:
        return counted(self.duties)

    @property
    def pictured(self) -> list[PostedRow]:
        """The first postings of the page that show a picture: as many as fit beside one another."""
        return [row for under in self.items for row in under.pictured][:MOST_PICTURES]

    @property
    def headings(self) -> list[tuple[str, list[UnderItem]]]:
        found: dict[str, list[UnderItem]] = {}
        for under in self.items:
            found.setdefault(under.item.heading, []).append(under)
        return list(found.items())


@cache
def _unit_and_board() -> Select[*tuple[Any, ...]]:
    return (
        select(Unit, Board)
        .outerjoin(Board, Board.unit_id == Unit.id)
        .where(Unit.slug == bindparam("slug"), Unit.kind.not_in(WITHOUT_BOARD))
    )


def unit_and_board(session: Session, slug: str) -> tuple[Unit, Board | None]:
    """Return the unit at that address with its board; raises `NotFound`."""
    row = session.execute(_unit_and_board(), {"slug": slug}).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这个单位的公开栏。"))
    return row[0], row[1]


def board_of(session: Session, unit_id: uuid.UUID) -> Board | None:
    """Return the board of a unit, None while it has none."""
    return session.scalar(select(Board).where(Board.unit_id == unit_id))


def board_page(session: Session, slug: str) -> BoardPage:
    """Return the board of the unit at that address, in five statements; raises `NotFound`."""
    unit, board = unit_and_board(session, slug)
    return page_of_board(session, unit, board)


def page_of_board(session: Session, unit: Unit, board: Board | None) -> BoardPage:
    """Return what the board of a unit tells, with its drafts counted among what is not yet posted."""
    rules = catalogue()
    items = rules.of_board(unit.kind, is_busy=board is not None and board.is_busy)
    if board is None:
        under = [UnderItem(item=item, posted=()) for item in items]
        return BoardPage(unit=unit, board=None, rules=rules, items=under, statements=(), duties=())
    rows = [
        PostedRow(**without_board(row))
        for row in session.execute(_of_board(), {"board_id": board.id}).mappings()
    ]
    statements = statement_rows(session, board.id)
    shown = [row for row in rows if row.state is not DisclosureState.DRAFT]
    known = {item.code for item in items}
    extra = {row.code for row in shown} - known
    items = [*items, *(item for item in rules.items if item.code in extra)]
    return BoardPage(
        unit=unit,
        board=board,
        rules=rules,
        items=[
            UnderItem(item=item, posted=[row for row in shown if row.code == item.code]) for item in items
        ],
        statements=statements,
        duties=duties(
            [item for item in items if item.code in known],
            [*postings(rows), *of_statements(unit.kind, board, statements, rules)],
            watched_from=board.watched_from,
            today=clock.today(),
            calendar=calendar.load(session, around=clock.today()),
            rules=rules,
        ),
    )


ROW = (
    Disclosure.reference,
    Disclosure.code,
    Disclosure.period,
    Disclosure.formed_on,
    Disclosure.title,
    Disclosure.state,
    Disclosure.version,
    Disclosure.published_at,
    Disclosure.withdrawn_at,
    Disclosure.withdrawn_reason,
)


@cache
def _of_board() -> Select[*tuple[Any, ...]]:
    picture = (
        select(Attachment.token)
        .where(
            Attachment.disclosure_id == Disclosure.id,
            Attachment.is_shown.is_(True),
            Attachment.media_type == PICTURE,
        )
        .order_by(Attachment.added_at.desc(), Attachment.token)
        .limit(1)
        .correlate(Disclosure)
        .scalar_subquery()
    )
    return (
        select(*ROW, picture.label("picture"))
        .where(Disclosure.board_id == bindparam("board_id"))
        .order_by(Disclosure.published_at.desc(), Disclosure.reference.desc())
        .limit(MOST_POSTED)
    )


STATEMENT = (
    FinanceStatement.reference,
    FinanceStatement.period,
    FinanceStatement.number,
    FinanceStatement.state,
    FinanceStatement.opening,
    FinanceStatement.income,
    FinanceStatement.expense,
    FinanceStatement.closing,
    FinanceStatement.agrees,
    FinanceStatement.first_published_at,
    FinanceStatement.published_at,
    FinanceStatement.withdrawn_at,
    FinanceStatement.withdrawn_reason,
)


@cache
def _statements() -> Select[*tuple[Any, ...]]:
    return (
        select(*STATEMENT)
        .where(
            FinanceStatement.board_id == bindparam("board_id"),
            FinanceStatement.state.in_((StatementState.PUBLISHED, StatementState.WITHDRAWN)),
        )
        .order_by(FinanceStatement.period.desc(), FinanceStatement.number.desc())
        .limit(MOST_STATEMENTS)
    )


def statement_rows(session: Session, board_id: uuid.UUID) -> list[StatementRow]:
    """Return what is shown of each period, the newest first; of one that was withdrawn its mark."""
    found: dict[str, StatementRow] = {}
    for row in session.execute(_statements(), {"board_id": board_id}).mappings():
        if row["period"] not in found or row["state"] is StatementState.PUBLISHED:
            found[row["period"]] = stated(row)
    return sorted(found.values(), key=lambda one: (one.period.last, one.period.first), reverse=True)


def stated(row: RowMapping) -> StatementRow:
    return StatementRow(**{**without_board(row), "period": Period.read(row["period"])})


def without_board(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name != "board_id"}


def postings(rows: Iterable[PostedRow]) -> list[Posting]:
    return [
        Posting(
            code=row.code,
            period=row.period,
            formed_on=row.formed_on,
            posted_on=clock.local(row.published_at).date() if row.published_at else None,
            reference=row.reference if row.published_at else "",
        )
        for row in rows
        if row.state is not DisclosureState.WITHDRAWN
    ]


def of_statements(
    kind: UnitKind, board: Board, statements: Iterable[StatementRow], rules: Catalogue
) -> list[Posting]:
    found = []
    for row in statements:
        item = rules.statement_item(kind, row.period, is_busy=board.is_busy)
        if item is not None and row.state is StatementState.PUBLISHED and row.first_published_at is not None:
            found.append(
                Posting(
                    code=item.code,
                    period=str(row.period),
                    posted_on=clock.local(row.first_published_at).date(),
                    reference=row.reference,
                )
            )
    return found
