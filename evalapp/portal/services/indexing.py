"""Keeping the index of the search in step with what the pages show."""

import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.rules.words import mark, sounds_of, words_of

_FULL_TEXT = "INSERT INTO search_words (rowid, title_words, words) VALUES (:seq, :title_words, :words)"
_PIECE = 1_000


@dataclass(frozen=True, kw_only=True)
class Findable:
    """A page that people may look for.

    `is_named`: its title is its own, so that it is found by the title and by its sound; a comment's is that of the episode.
    `also`: other names of it, which count as its title and are not shown: a reference, what everybody calls it.
    `episode`: the number of the episode without which it is not shown to the public.
    """

    kind: FoundKind
    path: str
    title: str
    place: str = ""
    body: str = ""
    is_named: bool = True
    also: Sequence[str] = ()
    episode: int | None = None


def put(session: Session, page: Findable) -> bool:
    """Make `page` findable under its present words; returns whether anything was written."""
    there = session.scalar(select(SearchEntry).where(SearchEntry.path == page.path))
    if there is not None and _agrees(there, page):
        return False
    remove(session, page.path)
    entry = _entry(page, seq=_next(session))
    session.add(entry)
    session.flush()
    if _is_sqlite(session):
        session.execute(
            text(_FULL_TEXT),
            {"seq": entry.seq, "title_words": entry.title_words, "words": entry.words},
        )
    return True


def put_all(session: Session, pages: Iterable[Findable]) -> int:
    """Make pages findable that are not yet, many at a time; returns how many there were."""
    number, first = 0, _next(session)
    waiting = iter(pages)
    while piece := list(itertools.islice(waiting, _PIECE)):
        rows = [_row(page, seq=first + number + place) for place, page in enumerate(piece)]
        session.execute(insert(SearchEntry), rows)
        if _is_sqlite(session):
            session.execute(text(_FULL_TEXT), rows)
        number += len(piece)
    return number


def remove(session: Session, path: str) -> bool:
    """Take a page out of the index; returns whether it was there."""
    there = session.scalar(select(SearchEntry).where(SearchEntry.path == path))
    if there is None:
        return False
    if _is_sqlite(session):
        session.execute(text("DELETE FROM search_words WHERE rowid = :seq"), {"seq": there.seq})
    session.delete(there)
    session.flush()
    return True


def remove_below(session: Session, path: str) -> int:
    """Take every page out whose address begins with `path`; returns how many there were."""
    paths = session.scalars(
        select(SearchEntry.path).where(SearchEntry.path.startswith(path, autoescape=True))
    ).all()
    return sum(remove(session, each) for each in paths)


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
            "INSERT INTO search_words (rowid, title_words, words) SELECT seq, title_words, words FROM search_entries"
        )
    )


def _next(session: Session) -> int:
    """The time in microseconds, or the number after the highest: whoever writes on SQLite writes alone."""
    now = int(clock.now().timestamp() * 1_000_000)
    highest = session.scalar(select(func.max(SearchEntry.seq)))
    return max(now, (highest or 0) + 1)


def _agrees(entry: SearchEntry, page: Findable) -> bool:
    said = (page.kind, page.title, page.place, page.body, _title_words(page), _words(page))
    return (entry.kind, entry.title, entry.place, entry.body, entry.title_words, entry.words) == said


def _title_words(page: Findable) -> str:
    if not page.is_named:
        return ""
    words = [f"{words_of(name)} {sounds_of(name)}" for name in (page.title, *page.also) if name]
    return " ".join(dict.fromkeys(" ".join(words).split()))


def _words(page: Findable) -> str:
    marks = [mark(page.kind.value)]
    if page.episode is not None:
        marks.append(mark(f"{page.kind.value}{page.episode}"))
    return " ".join([words_of(f"{page.place} {page.body}"), *marks]).strip()


def _entry(page: Findable, *, seq: int) -> SearchEntry:
    return SearchEntry(**_row(page, seq=seq))


def _row(page: Findable, *, seq: int) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "kind": page.kind,
        "path": page.path,
        "title": page.title,
        "place": page.place,
        "body": page.body,
        "seq": seq,
        "title_words": _title_words(page),
        "words": _words(page),
    }
