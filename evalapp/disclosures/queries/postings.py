"""Postings one by one: every version, their files, and their list for machines."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, page_of
from evalapp.disclosures.models import Attachment, Board, Disclosure, DisclosureState, DisclosureVersion
from evalapp.disclosures.rules.catalogue import Item, catalogue
from evalapp.disclosures.rules.contents import PICTURE, Content
from evalapp.disclosures.rules.previews import Preview
from evalapp.units.models import Unit

MOST_VERSIONS = 200


@dataclass(frozen=True, kw_only=True)
class ShownVersion:
    number: int
    content: Content
    sha256: str
    before: str
    published_at: datetime
    published_by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class PostingPage:
    """A posting with its versions, newest first. Of a withdrawn one the words are not told. `previews` by token."""

    unit: Unit
    board: Board
    disclosure: Disclosure
    item: Item | None
    versions: Sequence[ShownVersion]
    previews: Mapping[str, Preview]

    @property
    def newest(self) -> ShownVersion:
        return self.versions[0]


def posting_page(session: Session, slug: str, reference: str) -> PostingPage:
    """Return a posting that was shown once, in two statements, one more where it has documents; raises `NotFound`."""
    row = session.execute(_posting(), {"slug": slug, "reference": reference}).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这一项公开内容。"))
    disclosure, board, unit = row
    versions = versions_of(session, disclosure.id)
    return PostingPage(
        unit=unit,
        board=board,
        disclosure=disclosure,
        item=catalogue().item(disclosure.code),
        versions=versions,
        previews=previews_of(session, disclosure.id, versions[0].content),
    )


def previews_of(session: Session, disclosure_id: uuid.UUID, content: Content) -> dict[str, Preview]:
    """Return what is seen of a posting's documents before they are opened, by their tokens."""
    if all(file.is_picture for file in content.files):
        return {}
    rows = session.execute(
        select(Attachment.token, Attachment.preview).where(Attachment.disclosure_id == disclosure_id)
    )
    return {row.token: Preview.of(row.preview) for row in rows if row.preview}


@cache
def _posting() -> Select[*tuple[Any, ...]]:
    return (
        select(Disclosure, Board, Unit)
        .join(Board, Board.id == Disclosure.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(
            Disclosure.reference == bindparam("reference"),
            Unit.slug == bindparam("slug"),
            Disclosure.state != DisclosureState.DRAFT,
        )
    )


def versions_of(session: Session, disclosure_id: uuid.UUID) -> list[ShownVersion]:
    """Return every version of a posting, the newest first."""
    rows = session.scalars(
        select(DisclosureVersion)
        .where(DisclosureVersion.disclosure_id == disclosure_id)
        .order_by(DisclosureVersion.number.desc())
        .limit(MOST_VERSIONS)
    )
    return [
        ShownVersion(
            number=row.number,
            content=Content.of(row.content),
            sha256=row.sha256,
            before=row.before,
            published_at=row.published_at,
            published_by=row.published_by,
            reason=row.reason,
        )
        for row in rows
    ]


def shown_file(session: Session, token: str, *, is_picture: bool) -> Attachment:
    """Return a file that a posting shows now; a picture is no document and the other way round. Raises `NotFound`."""
    found = session.scalar(select(Attachment).where(Attachment.token == token, Attachment.is_shown))
    if found is None or (found.media_type == PICTURE) is not is_picture:
        raise NotFound(N_("没有这个文件。"))
    return found


def shown_page(session: Session, token: str) -> Attachment:
    """Return a document that a posting shows now and whose first page was drawn. Raises `NotFound`."""
    found = shown_file(session, token, is_picture=False)
    if not Preview.of(found.preview).is_picture:
        raise NotFound(N_("没有这个文件。"))
    return found


def disclosures_page(
    session: Session,
    *,
    unit_id: uuid.UUID | None = None,
    code: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Disclosure]:
    """Return a piece of what is shown, by reference."""
    wanted = select(Disclosure).where(Disclosure.state == DisclosureState.PUBLISHED)
    if unit_id is not None:
        wanted = wanted.join(Board, Board.id == Disclosure.board_id).where(Board.unit_id == unit_id)
    if code:
        wanted = wanted.where(Disclosure.code == code)
    return page_of(session, wanted, by=(Disclosure.reference,), limit=limit, cursor=cursor)


@dataclass(frozen=True, kw_only=True)
class OfPosting:
    """What the list for machines tells of a posting beside its row."""

    unit: str
    version: DisclosureVersion


def told_of(session: Session, shown: Sequence[Disclosure]) -> dict[uuid.UUID, OfPosting]:
    """Return the newest version and the unit of some postings, in one statement."""
    newest = and_(
        DisclosureVersion.disclosure_id == Disclosure.id, DisclosureVersion.number == Disclosure.version
    )
    rows = session.execute(
        select(Disclosure.id, Unit.slug, DisclosureVersion)
        .join(DisclosureVersion, newest)
        .join(Board, Board.id == Disclosure.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(Disclosure.id.in_([one.id for one in shown]))
    )
    return {row[0]: OfPosting(unit=row[1], version=row[2]) for row in rows}
