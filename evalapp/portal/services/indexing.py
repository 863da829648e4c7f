"""Keeping the index of the search in step with what the pages show."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.rules.words import words_of


@dataclass(frozen=True, kw_only=True)
class Findable:
    """A page that people may look for."""

    kind: FoundKind
    path: str
    title: str
    place: str = ""
    body: str = ""


def keep_in_step(session: Session, pages: Iterable[Findable]) -> int:
    """Make the index hold exactly `pages`; returns how many rows were written or removed."""
    wanted = {page.path: page for page in pages}
    there = {entry.path: entry for entry in session.scalars(select(SearchEntry).order_by(SearchEntry.path))}
    gone = [entry.id for path, entry in there.items() if path not in wanted]
    changed = [page for path, page in wanted.items() if path not in there or not _agrees(there[path], page)]
    stale = gone + [there[page.path].id for page in changed if page.path in there]
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        for entry_id in stale:
            session.execute(text("DELETE FROM search_words WHERE id = :id"), {"id": entry_id.hex})
    session.execute(delete(SearchEntry).where(SearchEntry.id.in_(stale)))
    for page in changed:
        entry = _entry(page)
        session.add(entry)
        if is_sqlite:
            session.execute(
                text("INSERT INTO search_words (id, title_words, words) VALUES (:id, :title_words, :words)"),
                {"id": entry.id.hex, "title_words": entry.title_words, "words": entry.words},
            )
    session.flush()
    return len(gone) + len(changed)


def _agrees(entry: SearchEntry, page: Findable) -> bool:
    return (entry.kind, entry.title, entry.place, entry.body) == (
        page.kind,
        page.title,
        page.place,
        page.body,
    )


def _entry(page: Findable) -> SearchEntry:
    return SearchEntry(
        id=uuid.uuid4(),
        kind=page.kind,
        path=page.path,
        title=page.title,
        place=page.place,
        body=page.body,
        title_words=words_of(page.title),
        words=words_of(f"{page.place} {page.body}"),
    )
