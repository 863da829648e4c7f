"""What helps a unit to answer one comment: the chapter that it is about, the closest pledge, its neighbours, its notes."""

import enum
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    String,
    Uuid,
    bindparam,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from evalapp.comments import queries as comments
from evalapp.comments.models import Comment, ReplyTemplate
from evalapp.comments.queries import InboxItem
from evalapp.comments.rules.moderation import CommentState
from evalapp.console.rules import closest
from evalapp.core.base import Moment
from evalapp.pledges import queries as pledges
from evalapp.pledges.queries import ShownPledge
from evalapp.programme.models import Chapter, Episode, Recording
from evalapp.programme.queries.recordings import watched
from evalapp.supervision.models import MatterEvent
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.states import Act
from evalapp.units.models import Membership, Unit

NEIGHBOURS = 4
_ENTRIES = 20
_TOLD = (Act.HANDED_OVER, Act.NOTED)


class _Part(enum.StrEnum):
    """What a row of the one statement is."""

    CHAPTER = "chapter"
    ENTRY = "entry"
    HEAD = "head"
    NEIGHBOUR = "neighbour"
    SECTION = "section"
    TEMPLATE = "template"


@dataclass(frozen=True, kw_only=True)
class ChapterShown:
    """The chapter of the recording in which a moment lies."""

    seconds: int
    title: str


@dataclass(frozen=True, kw_only=True)
class NoteShown:
    """What was noted inside the unit, or to whom the matter was handed."""

    at: datetime
    post: str
    note: str
    to: str
    section: str


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """Another comment of the thread, close to the moment that one is about, or new."""

    reference: str
    text: str
    at_seconds: int | None
    is_answered: bool


@dataclass(frozen=True, kw_only=True)
class Named:
    """A template or a section, by its key."""

    id: uuid.UUID
    title: str
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class InboxPage:
    """Everything beside a comment. `needs_sign_off`: its reply is signed by the unit's head, who may be reading."""

    item: InboxItem
    chapter: ChapterShown | None
    pledge: ShownPledge | None
    neighbours: Sequence[Neighbour]
    entries: Sequence[NoteShown]
    templates: Sequence[Named]
    sections: Sequence[Named]
    needs_sign_off: bool
    is_head: bool

    def template(self, template_id: uuid.UUID | None) -> Named | None:
        """The template with this key, if the unit has it."""
        return next((one for one in self.templates if one.id == template_id), None)


def inbox_page(
    session: Session, unit_id: uuid.UUID, reference: str, *, staff_id: uuid.UUID | None
) -> InboxPage:
    """Return one comment as this unit's, with what helps to answer it: three statements.

    Raises `NotFound` for another unit's.
    """
    item = comments.inbox_item(session, unit_id, reference)
    matter = item.asked.matter if item.asked else None
    parts = _parts(session, item, unit_id=unit_id, staff_id=staff_id)
    chapters = [
        ChapterShown(seconds=row.number // 1000, title=row.title) for row in parts.get(_Part.CHAPTER, ())
    ]
    about = f"{item.text} {chapters[0].title if chapters else ''}"
    known = pledges.shown_pledges(session, unit_id)
    place = closest(about, [f"{one.title} {one.text}" for one in known])
    profile = profiles.profile_of(session, matter.profile_id) if matter else None
    return InboxPage(
        item=item,
        chapter=chapters[0] if chapters else None,
        pledge=known[place] if place is not None else None,
        neighbours=_nearest(item, parts.get(_Part.NEIGHBOUR, ())),
        entries=[_note(row) for row in sorted(parts.get(_Part.ENTRY, ()), key=lambda row: -row.number)],
        templates=_named(parts.get(_Part.TEMPLATE, ())),
        sections=_named(parts.get(_Part.SECTION, ())),
        needs_sign_off=bool(profile and profile.reply.needs_sign_off),
        is_head=_Part.HEAD in parts,
    )


def _parts(
    session: Session, item: InboxItem, *, unit_id: uuid.UUID, staff_id: uuid.UUID | None
) -> Mapping[str, list[Row[Any]]]:
    asked = {
        "unit_id": unit_id,
        "staff_id": staff_id,
        "thread_id": item.thread_id,
        "reference": item.reference,
        "seconds": item.at_seconds,
        "milliseconds": None if item.at_seconds is None else item.at_seconds * 1000,
        "matter_id": item.asked.matter.id if item.asked else None,
    }
    found: dict[str, list[Row[Any]]] = {}
    for row in session.execute(_beside(at_a_moment=item.at_seconds is not None), asked):
        found.setdefault(row.part, []).append(row)
    return found


@cache
def _beside(*, at_a_moment: bool) -> CompoundSelect[Any]:
    """One statement for all that stands beside a comment; each part reads a few rows of one index."""
    near = (_later(), _earlier(), _chapter()) if at_a_moment else (_newest(),)
    pieces = (*near, _entries(), _templates(), _sections(), _head())
    return union_all(*(select(*piece.subquery().c) for piece in pieces))


def _part(
    part: _Part,
    *,
    key: SQLColumnExpression[Any] | None = None,
    title: SQLColumnExpression[Any] | None = None,
    text: SQLColumnExpression[Any] | None = None,
    more: SQLColumnExpression[Any] | None = None,
    number: SQLColumnExpression[Any] | None = None,
    at: SQLColumnExpression[Any] | None = None,
) -> Select[*tuple[Any, ...]]:
    def words(name: str, column: SQLColumnExpression[Any] | None) -> ColumnElement[Any]:
        return cast(null() if column is None else column, String).label(name)

    return select(
        literal(part.value).label("part"),
        words("key", key),
        words("title", title),
        words("text", text),
        words("more", more),
        cast(null() if number is None else number, Integer).label("number"),
        (cast(null(), Moment()) if at is None else at).label("at"),
    )


def _shown() -> Select[*tuple[Any, ...]]:
    return _part(
        _Part.NEIGHBOUR,
        key=Comment.reference,
        text=Comment.text,
        number=Comment.at_seconds,
        more=cast(Comment.is_answered, Integer),
    ).where(
        Comment.thread_id == bindparam("thread_id", type_=Uuid()),
        Comment.state == CommentState.SHOWN,
        Comment.reference != bindparam("reference", type_=String()),
    )


def _later() -> Select[*tuple[Any, ...]]:
    near = _shown().where(Comment.at_seconds >= bindparam("seconds", type_=Integer()))
    return near.order_by(Comment.at_seconds, Comment.reference).limit(NEIGHBOURS)


def _earlier() -> Select[*tuple[Any, ...]]:
    near = _shown().where(Comment.at_seconds < bindparam("seconds", type_=Integer()))
    return near.order_by(Comment.at_seconds.desc(), Comment.reference).limit(NEIGHBOURS)


def _newest() -> Select[*tuple[Any, ...]]:
    near = _shown().where(Comment.shown_on.is_not(None))
    return near.order_by(Comment.written_on.desc(), Comment.reference.desc()).limit(NEIGHBOURS)


def _chapter() -> Select[*tuple[Any, ...]]:
    return (
        _part(_Part.CHAPTER, title=Chapter.title, number=Chapter.start_ms)
        .join_from(Chapter, Recording, Recording.id == Chapter.recording_id)
        .join(Episode, Episode.id == Recording.episode_id)
        .where(
            Episode.thread_id == bindparam("thread_id", type_=Uuid()),
            watched(),
            Chapter.start_ms <= bindparam("milliseconds", type_=Integer()),
        )
        .order_by(Chapter.start_ms.desc())
        .limit(1)
    )


def _entries() -> Select[*tuple[Any, ...]]:
    return (
        _part(
            _Part.ENTRY,
            key=MatterEvent.detail["to"].as_string(),
            title=MatterEvent.post,
            text=MatterEvent.note,
            more=MatterEvent.detail["section"].as_string(),
            number=MatterEvent.number,
            at=MatterEvent.at,
        )
        .where(
            MatterEvent.matter_id == bindparam("matter_id", type_=Uuid()),
            MatterEvent.kind.in_(_TOLD),
        )
        .order_by(MatterEvent.number.desc())
        .limit(_ENTRIES)
    )


def _templates() -> Select[*tuple[Any, ...]]:
    return _part(
        _Part.TEMPLATE, key=ReplyTemplate.id, title=ReplyTemplate.title, text=ReplyTemplate.text
    ).where(ReplyTemplate.unit_id == bindparam("unit_id", type_=Uuid()))


def _sections() -> Select[*tuple[Any, ...]]:
    return _part(_Part.SECTION, key=Unit.id, title=Unit.name, more=Unit.sort_key).where(
        Unit.parent_id == bindparam("unit_id", type_=Uuid()), Unit.closed_at.is_(None)
    )


def _head() -> Select[*tuple[Any, ...]]:
    return _part(_Part.HEAD, key=Membership.id).where(
        Membership.staff_id == bindparam("staff_id", type_=Uuid()),
        Membership.unit_id == bindparam("unit_id", type_=Uuid()),
        Membership.is_head,
    )


def _nearest(item: InboxItem, rows: Sequence[Row[Any]]) -> list[Neighbour]:
    found = [
        Neighbour(reference=row.key, text=row.text, at_seconds=row.number, is_answered=row.more == "1")
        for row in rows
    ]
    at = item.at_seconds
    if at is None:
        return found
    return sorted(found, key=lambda one: (abs((one.at_seconds or 0) - at), one.reference))[:NEIGHBOURS]


def _note(row: Row[Any]) -> NoteShown:
    return NoteShown(at=row.at, post=row.title, note=row.text, to=row.key or "", section=row.more or "")


def _named(rows: Sequence[Row[Any]]) -> list[Named]:
    return [
        Named(id=uuid.UUID(row.key), title=row.title, text=row.text or "")
        for row in sorted(rows, key=lambda row: (row.more or "", row.title))
    ]
