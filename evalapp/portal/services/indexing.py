"""Keeping the index of the search in step with what the pages show."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.rules.words import words_of, words_of_initials


@dataclass(frozen=True, kw_only=True)
class Findable:
    """A page that people may look for."""

    kind: FoundKind
    path: str
    title: str
    place: str = ""
    body: str = ""
    initials: str = ""  # what people type for the title: 教育局 is jyj


def put(session: Session, page: Findable) -> bool:
    """Make `page` findable under its present words; returns whether anything was written."""
    there = session.scalar(select(SearchEntry).where(SearchEntry.path == page.path))
    if there is not None and _agrees(there, page):
        return False
    remove(session, page.path)
    entry = _entry(page)
    session.add(entry)
    session.flush()
    if _is_sqlite(session):
        session.execute(
            text("INSERT INTO search_words (id, title_words, words) VALUES (:id, :title_words, :words)"),
            {"id": entry.id.hex, "title_words": entry.title_words, "words": entry.words},
        )
    return True


def remove(session: Session, path: str) -> bool:
    """Take a page out of the index; returns whether it was there."""
    there = session.scalar(select(SearchEntry).where(SearchEntry.path == path))
    if there is None:
        return False
    if _is_sqlite(session):
        session.execute(text("DELETE FROM search_words WHERE id = :id"), {"id": there.id.hex})
    session.delete(there)
    session.flush()
    return True


def keep_in_step(session: Session, pages: Iterable[Findable]) -> int:
    """Make the index hold exactly `pages`; returns how many rows were written or removed."""
    wanted = {page.path: page for page in pages}
    there = session.scalars(select(SearchEntry.path).order_by(SearchEntry.path)).all()
    gone = sum(remove(session, path) for path in there if path not in wanted)
    return gone + sum(put(session, page) for page in wanted.values())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def renew_full_text(session: Session) -> None:
    """Make SQLite's full text again out of the index, which alone goes into a backup; PostgreSQL has it in the index."""
    if not _is_sqlite(session):
        return
    session.execute(text("DELETE FROM search_words"))
    session.execute(
        text(
            "INSERT INTO search_words (id, title_words, words) SELECT id, title_words, words FROM search_entries"
        )
    )


def _agrees(entry: SearchEntry, page: Findable) -> bool:
    said = (page.kind, page.title, page.place, page.body, _title_words(page))
    return (entry.kind, entry.title, entry.place, entry.body, entry.title_words) == said


def _title_words(page: Findable) -> str:
    return " ".join(part for part in (words_of(page.title), words_of_initials(page.initials)) if part)


def _entry(page: Findable) -> SearchEntry:
    return SearchEntry(
        id=uuid.uuid4(),
        kind=page.kind,
        path=page.path,
        title=page.title,
        place=page.place,
        body=page.body,
        title_words=_title_words(page),
        words=words_of(f"{page.place} {page.body}"),
    )
