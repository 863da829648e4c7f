"""Finding what the public pages say: the one module that knows how either database searches.

The databases only tell which pages hold the words; ranking is done here, so that both answer alike. Up to `RANKED` pages
are ranked: titles first, the best of them first, then what was shown last. Beyond, what was shown last comes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from evalapp.core.folding import folded
from evalapp.portal.models import TITLE_VECTOR, VECTOR, FoundKind, SearchEntry
from evalapp.portal.queries.findable import hidden_episodes
from evalapp.portal.rules import words
from evalapp.portal.rules.words import Group, Parts, Piece, Term

PAGE_SIZE = 20
RANKED = 20_000  # pages; what is found more often is not ranked
_TITLES = 500  # pages found by their title that are ranked
_NEARLY = 500  # pages looked at for what nearly holds the question
_HALF = 0.5
_FEW = 3  # where fewer pages hold the question, those that nearly do follow
_SECONDS = 2  # a search that takes longer is given up (PostgreSQL)
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

    Four statements, and up to two more where hardly anything holds the question.
    """
    asked = " ".join(question[: words.LONGEST_QUESTION].split())
    wanted = words.question(asked)
    if not wanted:
        return Hits(question=asked, hits=(), total=0, page=1)
    engine = _engine(session)
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
    return replace(found, near=[hit for hit in near.hits if hit.path not in there])


def _found(
    session: Session,
    engine: "_Engine",
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
    elif total > RANKED:
        rows = _slice(session, engine.listed(wanted, secret), first, PAGE_SIZE)
    else:
        rows, titles = _by_title(session, engine, wanted, secret, asked=asked, first=first)
        if len(rows) < PAGE_SIZE:
            others = engine.listed(wanted, secret, without_titles=True)
            rows += _slice(session, others, max(first - titles, 0), PAGE_SIZE - len(rows))
    return Hits(
        question=asked,
        hits=[_hit(row, asked) for row in rows],
        total=min(total, RANKED),
        page=page,
        is_nearly=is_nearly and total > 0,
        is_newest_first=total > RANKED,
    )


def _by_title(
    session: Session,
    engine: "_Engine",
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
    engine: "_Engine",
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


class _Engine(Protocol):
    """How a database is asked for pages that hold at least one term of each group and none that is secret."""

    def counted(
        self, wanted: Sequence[Group], secret: Sequence[Term], *, in_title: bool = False
    ) -> Select[int]:
        """How many there are, or `RANKED` + 1."""

    def titled(self, wanted: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        """Those that hold it in their titles, what was shown last first."""

    def listed(
        self,
        wanted: Sequence[Group],
        secret: Sequence[Term],
        *,
        without_titles: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        """What was shown last first; `without_titles`: not those that `titled` gives."""

    def near(self, parts: Parts, marks: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        """What holds some of the parts, with its words; what was shown last first."""


def _engine(session: Session) -> _Engine:
    if session.get_bind().dialect.name == "sqlite":
        return _Sqlite()
    session.execute(
        text(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
    )  # until the request's transaction ends
    return _Postgresql()


_COLUMNS = (
    SearchEntry.kind,
    SearchEntry.path,
    SearchEntry.title,
    SearchEntry.place,
    SearchEntry.body,
    SearchEntry.seq,
)
_WORDS = (SearchEntry.title_words, SearchEntry.words)


class _Sqlite:
    """FTS5: its row numbers are the entries' `seq`, so that it gives what was shown last without sorting."""

    def counted(
        self, wanted: Sequence[Group], secret: Sequence[Term], *, in_title: bool = False
    ) -> Select[int]:
        rows = self._matching(self._said(wanted, secret, in_title=in_title), f"LIMIT {RANKED + 1}")
        return select(func.count()).select_from(rows)

    def titled(self, wanted: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        return self._rows(self._said(wanted, secret, in_title=True), _COLUMNS)

    def listed(
        self,
        wanted: Sequence[Group],
        secret: Sequence[Term],
        *,
        without_titles: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        said = self._said(wanted, secret)
        if without_titles:
            said = f"({said}) NOT ({self._said(wanted, (), in_title=True)})"
        return self._rows(said, _COLUMNS)

    def near(self, parts: Parts, marks: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        said = [
            *(f"({self._said(part, ())})" for part in parts.any_of),
            *(f"({self._said(part, (), in_title=True)})" for part in parts.in_title),
        ]
        one = " AND ".join([f"({' OR '.join(said)})", *(self._said([mark], ()) for mark in marks)])
        return self._rows(f"({one}) NOT {self._one_of(secret)}" if secret else one, (*_COLUMNS, *_WORDS))

    def _rows(self, said: str, columns: Iterable[Any]) -> Select[*tuple[Any, ...]]:
        found = self._matching(said, "ORDER BY rowid DESC")
        return (
            select(*columns)
            .join_from(found, SearchEntry, SearchEntry.seq == found.c.seq)
            .order_by(found.c.seq.desc())
        )

    @staticmethod
    def _matching(said: str, more: str) -> Any:
        asked: BindParameter[str] = bindparam("asked", said, unique=True)
        found = text(f"SELECT rowid AS seq FROM search_words WHERE search_words MATCH :asked {more}")  # noqa: S608
        return found.bindparams(asked).columns(literal_column("seq", SearchEntry.seq.type)).subquery("found")

    @staticmethod
    def _one_of(group: Iterable[Term]) -> str:
        return "(" + " OR ".join(f'"{one.word}"' + "*" * one.is_beginning for one in group) + ")"

    def _said(self, wanted: Sequence[Group], secret: Sequence[Term], *, in_title: bool = False) -> str:
        one_of = self._one_of
        asked = wanted if not in_title else [group for group in wanted if not _is_mark(group)]
        said = " AND ".join(one_of(group) for group in asked)
        if in_title:
            said = f"{{title_words}} : ({said})"
            said = " AND ".join([f"({said})", *(one_of(group) for group in wanted if _is_mark(group))])
        return f"({said}) NOT {one_of(secret)}" if secret else said


class _Postgresql:
    """tsvector with GIN: titles have an index of their own."""

    def counted(
        self, wanted: Sequence[Group], secret: Sequence[Term], *, in_title: bool = False
    ) -> Select[int]:
        rows: Select[Any] = (
            select(literal_column("1")).select_from(SearchEntry).where(self._holds(wanted, secret))
        )
        rows = rows.where(*self._in_title(wanted)) if in_title else rows
        return select(func.count()).select_from(rows.limit(RANKED + 1).subquery())

    def titled(self, wanted: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        return self._rows(_COLUMNS).where(*self._in_title(wanted), self._holds(wanted, secret))

    def listed(
        self,
        wanted: Sequence[Group],
        secret: Sequence[Term],
        *,
        without_titles: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        rows = self._rows(_COLUMNS).where(self._holds(wanted, secret))
        return rows.where(*(~one for one in self._in_title(wanted))) if without_titles else rows

    def near(self, parts: Parts, marks: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        more = "".join(f" & {self._one_of(mark)}" for mark in marks)
        more += f" & !{self._one_of(secret)}" if secret else ""
        anywhere = self._asked(VECTOR, f"({self._any_of(parts.any_of)}){more}")
        in_title = [self._asked(TITLE_VECTOR, self._any_of(parts.in_title))]
        if more:
            in_title.append(self._asked(VECTOR, more.removeprefix(" & ")))
        return self._rows((*_COLUMNS, *_WORDS)).where(or_(anywhere, and_(*in_title)))

    @staticmethod
    def _rows(columns: Iterable[Any]) -> Select[*tuple[Any, ...]]:
        return select(*columns).order_by(SearchEntry.seq.desc(), SearchEntry.path)

    def _in_title(self, wanted: Sequence[Group]) -> list[ColumnElement[bool]]:
        return [self._question(TITLE_VECTOR, [group for group in wanted if not _is_mark(group)], ())]

    def _holds(self, wanted: Sequence[Group], secret: Sequence[Term]) -> ColumnElement[bool]:
        return self._question(VECTOR, wanted, secret)

    def _question(self, vector: str, wanted: Sequence[Group], secret: Sequence[Term]) -> ColumnElement[bool]:
        said = [self._one_of(group) for group in wanted]
        if secret:
            said.append(f"!{self._one_of(secret)}")
        return self._asked(vector, " & ".join(said))

    def _any_of(self, parts: Iterable[Sequence[Group]]) -> str:
        return " | ".join("(" + " & ".join(self._one_of(group) for group in part) + ")" for part in parts)

    @staticmethod
    def _one_of(group: Iterable[Term]) -> str:
        return "(" + " | ".join(one.word + ":*" * one.is_beginning for one in group) + ")"

    @staticmethod
    def _asked(vector: str, said: str) -> ColumnElement[bool]:
        column: ColumnElement[str] = literal_column(vector)
        return column.op("@@")(func.to_tsquery(text("'simple'::regconfig"), said))


def _is_mark(group: Group) -> bool:
    return len(group) == 1 and words.is_mark(group[0].word)
