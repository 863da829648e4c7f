"""Keeps boards, what is posted on them and their finances findable."""

import uuid
from collections.abc import Iterable, Iterator
from functools import cache

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from evalapp.disclosures.events import (
    DisclosureShown,
    DisclosureWithdrawn,
    StatementShown,
    StatementWithdrawn,
)
from evalapp.disclosures.models import (
    Board,
    Disclosure,
    DisclosureState,
    DisclosureVersion,
    FinanceStatement,
    StatementState,
)
from evalapp.disclosures.rules.catalogue import WITHOUT_BOARD, catalogue
from evalapp.disclosures.rules.contents import Content
from evalapp.disclosures.rules.finances import DIRECTION_WORDS, Direction
from evalapp.disclosures.rules.periods import Period
from evalapp.portal.models import FoundKind
from evalapp.portal.services.indexing import Findable, put, remove
from evalapp.units.models import Unit

_PIECE = 500


def every_board(session: Session, units: Iterable[Unit]) -> Iterator[Findable]:
    """Everything that these units' boards show."""
    yield from (_board(unit) for unit in units if unit.kind not in WITHOUT_BOARD)
    for posting in session.execute(_postings().execution_options(yield_per=_PIECE)):
        yield _posting(*posting)
    for statement in session.execute(_statements().execution_options(yield_per=_PIECE)):
        yield _statement(*statement)


def new_board_of(unit: Unit) -> list[Findable]:
    """The board of a new unit, if it has one: nothing is on it."""
    return [] if unit.kind in WITHOUT_BOARD else [_board(unit)]


def board_of(session: Session, unit: Unit) -> Iterator[Findable]:
    """Everything that one unit's board shows."""
    if unit.kind in WITHOUT_BOARD:
        return
    yield _board(unit)
    for posting in session.execute(_postings().where(Unit.id == unit.id)):
        yield _posting(*posting)
    for statement in session.execute(_statements().where(Unit.id == unit.id)):
        yield _statement(*statement)


def on_disclosure_shown(session: Session, event: DisclosureShown) -> None:
    """A posting is found under its newest version."""
    put(
        session,
        _posting(*session.execute(_postings().where(Disclosure.id == event.disclosure_id)).one()),
    )


def on_disclosure_withdrawn(session: Session, event: DisclosureWithdrawn) -> None:
    """A withdrawn posting keeps its mark on the board and is no longer found."""
    reference, slug = session.execute(
        select(Disclosure.reference, Unit.slug)
        .join(Board, Board.id == Disclosure.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(Disclosure.id == event.disclosure_id)
    ).one()
    remove(session, _posting_path(slug, reference))


def on_statement_shown(session: Session, event: StatementShown) -> None:
    """The finances of a period are found under their accounts."""
    found = session.execute(_statements().where(FinanceStatement.id == event.statement_id)).one()
    put(session, _statement(*found))


def on_statement_withdrawn(session: Session, event: StatementWithdrawn) -> None:
    """Withdrawn finances are no longer found."""
    remove(session, _statement_path(*_where(session, event.statement_id)))


def _where(session: Session, statement_id: uuid.UUID) -> tuple[str, str]:
    slug, period = session.execute(
        select(Unit.slug, FinanceStatement.period)
        .join(Board, Board.unit_id == Unit.id)
        .join(FinanceStatement, FinanceStatement.board_id == Board.id)
        .where(FinanceStatement.id == statement_id)
    ).one()
    return slug, period


@cache
def _postings() -> Select[Disclosure, DisclosureVersion, Unit]:
    newest = and_(
        DisclosureVersion.disclosure_id == Disclosure.id, DisclosureVersion.number == Disclosure.version
    )
    return (
        select(Disclosure, DisclosureVersion, Unit)
        .join(DisclosureVersion, newest)
        .join(Board, Board.id == Disclosure.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(Disclosure.state == DisclosureState.PUBLISHED)
        .order_by(Disclosure.published_at, Disclosure.reference)
    )


@cache
def _statements() -> Select[FinanceStatement, Unit]:
    return (
        select(FinanceStatement, Unit)
        .join(Board, Board.id == FinanceStatement.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(FinanceStatement.state == StatementState.PUBLISHED)
        .order_by(FinanceStatement.published_at, FinanceStatement.reference)
    )


def _board(unit: Unit) -> Findable:
    return Findable(
        kind=FoundKind.BOARD,
        path=f"/boards/{unit.slug}",
        title=f"{unit.name}的公开栏",
        place=unit.name,
        body=unit.short_name,
    )


def _posting(made: Disclosure, version: DisclosureVersion, unit: Unit) -> Findable:
    """A posting by its words; the rows of its list are about people and are left out."""
    said, item = Content.of(version.content), catalogue().item(made.code)
    about = [item.heading, item.item] if item else []
    if made.period:
        about.append(Period.read(made.period).chinese)
    named = [file.caption or file.name for file in said.files]
    return Findable(
        kind=FoundKind.BOARD,
        path=_posting_path(unit.slug, made.reference),
        title=said.title,
        place=unit.name,
        also=(made.reference,),
        body="\n".join(
            part for part in (said.body, " ".join(about), "、".join(named), version.reason) if part
        ),
    )


def _statement(made: FinanceStatement, unit: Unit) -> Findable:
    sums, period = made.added, Period.read(made.period)
    accounts = [
        f"{DIRECTION_WORDS[direction]}：{'、'.join(each.account for each in sums.accounts(direction))}"
        for direction in Direction
        if sums.accounts(direction)
    ]
    return Findable(
        kind=FoundKind.BOARD,
        path=_statement_path(unit.slug, made.period),
        title=f"{unit.name} {period.chinese}收支",
        place=unit.name,
        also=(made.reference,),
        body="\n".join([*accounts, "财务"]),
    )


def _posting_path(slug: str, reference: str) -> str:
    return f"/boards/{slug}/{reference}"


def _statement_path(slug: str, period: str) -> str:
    return f"/boards/{slug}/finances/{period}"
