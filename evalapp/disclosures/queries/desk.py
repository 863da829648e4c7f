"""Boards as their unit and the office work on them: drafts beside what is shown. Another unit's do not exist here."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.disclosures.models import (
    Attachment,
    Board,
    Disclosure,
    DisclosureDraft,
    DisclosureState,
    FinanceStatement,
    StatementState,
)
from evalapp.disclosures.queries.postings import ShownVersion, versions_of
from evalapp.disclosures.rules.catalogue import Item, catalogue
from evalapp.disclosures.rules.contents import Content
from evalapp.units.models import Unit, UnitKind

_MOST = 400


@dataclass(frozen=True, kw_only=True)
class DeskRow:
    """A posting in the unit's own list."""

    reference: str
    item: Item | None
    period: str
    title: str
    state: DisclosureState
    version: int
    has_draft: bool


@dataclass(frozen=True, kw_only=True)
class DeskStatement:
    """A version of a period's finances in the unit's own list."""

    id: uuid.UUID
    reference: str
    period: str
    number: int
    state: StatementState
    agrees: bool
    imported_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DeskPosting:
    """A posting with its draft and its versions, newest first."""

    disclosure: Disclosure
    item: Item | None
    draft: Content | None
    draft_number: int
    versions: Sequence[ShownVersion]

    @property
    def working(self) -> Content:
        """What the next version says so far."""
        return self.draft if self.draft is not None else self.versions[0].content


def postings(session: Session, board_id: uuid.UUID) -> list[DeskRow]:
    """Return what a board has and prepares, drafts first, then the newest."""
    rows = session.execute(
        select(Disclosure, DisclosureDraft.disclosure_id.is_not(None))
        .outerjoin(DisclosureDraft, DisclosureDraft.disclosure_id == Disclosure.id)
        .where(Disclosure.board_id == board_id)
        .order_by(DisclosureDraft.disclosure_id.is_(None), Disclosure.reference.desc())
        .limit(_MOST)
    ).all()
    return [
        DeskRow(
            reference=made.reference,
            item=catalogue().item(made.code),
            period=made.period,
            title=made.title,
            state=made.state,
            version=made.version,
            has_draft=has_draft,
        )
        for made, has_draft in rows
    ]


def statements(session: Session, board_id: uuid.UUID) -> list[DeskStatement]:
    """Return every version of the finances, drafts first, then the newest period."""
    found = FinanceStatement
    rows = session.execute(
        select(
            found.id,
            found.reference,
            found.period,
            found.number,
            found.state,
            found.agrees,
            found.imported_at,
            found.published_at,
        )
        .where(found.board_id == board_id)
        .order_by(found.state != StatementState.DRAFT, found.period.desc(), found.number.desc())
        .limit(_MOST)
    ).mappings()
    return [DeskStatement(**{str(name): value for name, value in row.items()}) for row in rows]


def posting_of_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> DeskPosting:
    """Return a posting of this unit's board; raises `NotFound`."""
    row = session.execute(
        select(Disclosure, DisclosureDraft)
        .join(Board, Board.id == Disclosure.board_id)
        .outerjoin(DisclosureDraft, DisclosureDraft.disclosure_id == Disclosure.id)
        .where(Disclosure.reference == reference, Board.unit_id == unit_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这一项公开内容。"))
    made: Disclosure = row[0]
    draft: DisclosureDraft | None = row[1]
    return DeskPosting(
        disclosure=made,
        item=catalogue().item(made.code),
        draft=None if draft is None else Content.of(draft.content),
        draft_number=0 if draft is None else draft.number,
        versions=versions_of(session, made.id),
    )


def statement_of_unit(
    session: Session, statement_id: uuid.UUID, *, unit_id: uuid.UUID
) -> tuple[FinanceStatement, Board, Unit]:
    """Return a version of this unit's finances; raises `NotFound`."""
    row = session.execute(
        select(FinanceStatement, Board, Unit)
        .join(Board, Board.id == FinanceStatement.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(FinanceStatement.id == statement_id, Board.unit_id == unit_id)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("这一期的收支还没有公开。"))
    return row[0], row[1], row[2]


def file_of_unit(session: Session, token: str, *, unit_id: uuid.UUID) -> Attachment:
    """Return a file that this unit handed in, shown or not; raises `NotFound`."""
    found = session.scalar(
        select(Attachment)
        .join(Disclosure, Disclosure.id == Attachment.disclosure_id)
        .join(Board, Board.id == Disclosure.board_id)
        .where(Attachment.token == token, Board.unit_id == unit_id)
    )
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    return found


def tokens_of(session: Session, disclosure_id: uuid.UUID) -> list[str]:
    """Return the addresses of every file that was handed in for a posting."""
    return list(
        session.scalars(
            select(Attachment.token)
            .where(Attachment.disclosure_id == disclosure_id)
            .order_by(Attachment.token)
        )
    )


def items_to_write(kind: UnitKind, *, is_busy: bool) -> list[Item]:
    """Return what a unit writes by hand; its money is imported."""
    return [item for item in catalogue().of_board(kind, is_busy=is_busy) if not item.statement]
