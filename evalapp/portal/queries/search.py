"""Finding what the public pages say.

The databases only tell which pages hold the words; ranking is done here, so that both answer alike. Up to `engines.RANKED` pages
are ranked: titles first, the best of them first, then what was shown last. Beyond, what was shown last comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from evalapp.core.folding import folded
from evalapp.portal.models import FoundKind
from evalapp.portal.queries import engines
from evalapp.portal.queries.engines import Engine
from evalapp.portal.queries.findable import hidden_episodes
from evalapp.portal.rules import words
from evalapp.portal.rules.words import Group, Piece, Term

PAGE_SIZE = 20
_TITLES = 500  # pages found by their title that are ranked
_NEARLY = 500  # pages looked at for what nearly holds the question
_HALF = 0.5
_FEW = 3  # where fewer pages hold the question, those that nearly do follow,
_NEAR = 5  # and of them so many
# Whose name was asked for comes before what mentions it.
_ORDER = (
    FoundKind.UNIT,
    FoundKind.SERVICE,
    FoundKind.EPISODE,
    FoundKind.PLEDGE,
    FoundKind.HIGHLIGHT,
    FoundKind.POWER,
    FoundKind.MATTER,
    FoundKind.BOARD,
    FoundKind.TRANSCRIPT,
    FoundKind.COMMENT,
)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A page that was found, with what was asked for marked."""

    kind: FoundKind
    path: str
    title: Sequence[Piece]
    place: str
    excerpt: Sequence[Piece]


@dataclass(frozen=True, kw_only=True)
class Hits:
    """A page of what was found.

    `is_nearly`: nothing holds the question; these sound alike or hold most of it. `is_newest_first`: too many to rank.
    `near` hold most of it where only a few hold the whole.
    """

    question: str
    hits: Sequence[Hit]
    total: int
    page: int
    is_nearly: bool = False
    is_newest_first: bool = False
    near: Sequence[Hit] = ()

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


def hits(session: Session, question: str, *, kind: FoundKind | None = None, page: int = 1) -> Hits:
    """Return what holds every word of `question`, else what nearly does. An empty question finds nothing.

    Four statements, and up to two more where hardly anything holds the question; on PostgreSQL two that limit its time.
    Raises `Unavailable` for a search that takes too long there.
    """
    asked = " ".join(question[: words.LONGEST_QUESTION].split())
    wanted = words.question(asked)
    if not wanted:
        return Hits(question=asked, hits=(), total=0, page=1)
    with engines.asking(session) as engine:
        return _asked(session, engine, wanted, asked=asked, kind=kind, page=page)


def _asked(
    session: Session,
    engine: Engine,
    wanted: Sequence[Group],
    *,
    asked: str,
    kind: FoundKind | None,
    page: int,
) -> Hits:
    secret = _secret_marks(session)
    marks = [(Term(words.mark(kind.value)),)] if kind else []
    found = _found(session, engine, [*wanted, *marks], secret, asked=asked, page=page)
    by_sound = words.question_by_sound(asked)
    if not found.total and by_sound != wanted:
        found = _found(session, engine, [*by_sound, *marks], secret, asked=asked, page=page, is_nearly=True)
    if found.total >= _FEW:
        return found
    near = _nearly(session, engine, marks, secret, asked=asked, page=page)
    if not found.total:
        return near
    there = {hit.path for hit in found.hits}
    return replace(found, near=[hit for hit in near.hits if hit.path not in there][:_NEAR])


def _found(
    session: Session,
    engine: Engine,
    wanted: Sequence[Group],
    secret: Sequence[Term],
    *,
    asked: str,
    page: int,
    is_nearly: bool = False,
) -> Hits:
    total: int = session.scalar(engine.counted(wanted, secret)) or 0
    first = (page - 1) * PAGE_SIZE
    if not total:
        rows: list[Row[Any]] = []
    elif total > engines.RANKED:
        rows = _slice(session, engine.listed(wanted, secret, is_frequent=True), first, PAGE_SIZE)
    else:
        rows, titles = _by_title(session, engine, wanted, secret, asked=asked, first=first)
        if len(rows) < PAGE_SIZE:
            others = engine.listed(wanted, secret, without_titles=True)
            rows += _slice(session, others, max(first - titles, 0), PAGE_SIZE - len(rows))
    return Hits(
        question=asked,
        hits=[_hit(row, asked) for row in rows],
        total=min(total, engines.RANKED),
        page=page,
        is_nearly=is_nearly and total > 0,
        is_newest_first=total > engines.RANKED,
    )


def _by_title(
    session: Session,
    engine: Engine,
    wanted: Sequence[Group],
    secret: Sequence[Term],
    *,
    asked: str,
    first: int,
) -> tuple[list[Row[Any]], int]:
    """The piece of a page that holds the question in its title, and how many do; the best first, unless they are too many."""
    titled = engine.titled(wanted, secret)
    rows = _slice(session, titled, 0, _TITLES + 1)
    if len(rows) > _TITLES:
        number: int = session.scalar(engine.counted(wanted, secret, in_title=True)) or 0
        return _slice(session, titled, first, PAGE_SIZE), number
    said = folded(asked)
    best = sorted(rows, key=lambda row: (*_title_rank(row, said), -row.seq, row.path))
    return best[first : first + PAGE_SIZE], len(best)


def _slice(session: Session, statement: Select[*tuple[Any, ...]], first: int, most: int) -> list[Row[Any]]:
    return list(session.execute(statement.limit(most).offset(first)))


def _title_rank(row: Row[Any], asked: str) -> tuple[int, int, int]:
    """How well a title answers: a unit of that name, the whole of it, its beginning, a part, its words; then the shorter one.

    A unit has other names than its title, by which it was found as well.
    """
    title = folded(row.title)
    fits = (
        row.kind is FoundKind.UNIT,
        title == asked,
        title.startswith(asked),
        asked in title,
    )
    fit = fits.index(True) if any(fits) else len(fits)
    return fit, _ORDER.index(row.kind), len(title)


def _nearly(
    session: Session,
    engine: Engine,
    marks: Sequence[Group],
    secret: Sequence[Term],
    *,
    asked: str,
    page: int,
) -> Hits:
    """What holds at least half of a question that nothing holds whole, most of it first; in a title it counts twice."""
    parts = words.question_in_part(asked)
    if not parts.any_of:
        return Hits(question=asked, hits=(), total=0, page=1)
    rows = session.execute(engine.near(parts, marks, secret).limit(_NEARLY)).all()
    held = [
        (
            words.share_held(parts.terms, f"{row.title_words} {row.words}")
            + words.share_held(parts.terms, row.title_words),
            row,
        )
        for row in rows
    ]
    best = sorted(
        ((share, row) for share, row in held if share >= _HALF),
        key=lambda one: (-one[0], _ORDER.index(one[1].kind), -one[1].seq, one[1].path),
    )
    shown = best[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Hits(
        question=asked,
        hits=[_hit(row, asked) for _share, row in shown],
        total=len(best),
        page=page,
        is_nearly=bool(best),
    )


def _hit(row: Row[Any], asked: str) -> Hit:
    return Hit(
        kind=row.kind,
        path=row.path,
        title=words.highlighted(row.title, asked),
        place=row.place,
        excerpt=words.excerpt(row.body, asked),
    )


def _secret_marks(session: Session) -> list[Term]:
    """What marks pages of episodes that the public does not know of yet, or may not watch yet."""
    hidden = hidden_episodes(session)
    return [
        Term(words.mark(f"{kind.value}{number}"))
        for kind, numbers in (
            (FoundKind.EPISODE, hidden.unannounced),
            (FoundKind.TRANSCRIPT, hidden.unwatchable),
        )
        for number in numbers
    ]
