"""Finding episodes, units and pledges: the one module that knows how either database searches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session

from evalapp.portal.models import VECTOR, FoundKind, SearchEntry
from evalapp.portal.queries.findable import is_announced
from evalapp.portal.rules import words
from evalapp.programme.models import Episode

PAGE_SIZE = 20
_SECONDS = 2  # a search that takes longer is given up (PostgreSQL)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A page that was found."""

    kind: FoundKind
    path: str
    title: str
    place: str
    excerpt: str


@dataclass(frozen=True, kw_only=True)
class Hits:
    """A page of what was found."""

    question: str
    hits: Sequence[Hit]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return -(-self.total // PAGE_SIZE)


def hits(session: Session, question: str, *, kind: FoundKind | None = None, page: int = 1) -> Hits:
    """Return what holds every word of `question`: units of that name first, then titles. An empty question finds nothing."""
    asked = " ".join(question[: words.LONGEST_QUESTION].split())
    wanted = words.words_of_question(asked)
    if not wanted:
        return Hits(question=asked, hits=(), total=0, page=1)
    query = _matching(session, wanted, asked)
    if kind is not None:
        query = query.where(SearchEntry.kind == kind)
    rows = session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return Hits(
        question=asked,
        hits=[
            Hit(
                kind=row.kind,
                path=row.path,
                title=row.title,
                place=row.place,
                excerpt=words.excerpt(row.body, asked),
            )
            for row in rows
        ],
        total=rows[0].total if rows else 0,
        page=page,
    )


def _matching(
    session: Session, wanted: Sequence[str], asked: str
) -> Select[FoundKind, str, str, str, str, int]:
    if session.get_bind().dialect.name == "sqlite":
        matches, rank = _sqlite(wanted)
    else:
        session.execute(
            text(f"SET LOCAL statement_timeout = '{_SECONDS}s'")
        )  # until the request's transaction ends
        matches, rank = _postgresql(wanted)
    is_named = (SearchEntry.kind == FoundKind.UNIT) & SearchEntry.title.contains(asked, autoescape=True)
    return (
        select(
            SearchEntry.kind,
            SearchEntry.path,
            SearchEntry.title,
            SearchEntry.place,
            SearchEntry.body,
            func.count().over().label("total"),
        )
        .where(matches, ~_is_still_a_secret())
        .order_by(case((is_named, 0), else_=1), rank, SearchEntry.kind, SearchEntry.path)
    )


def _sqlite(wanted: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[float]]:
    asked = " ".join(f'"{word}"*' if words.is_beginning(word) else f'"{word}"' for word in wanted)
    found = text(
        "SELECT id, bm25(search_words, 0.0, 10.0, 1.0) AS rank FROM search_words WHERE search_words MATCH :asked"
    ).bindparams(bindparam("asked", asked, unique=True))
    table = found.columns(SearchEntry.id, literal_column("rank")).subquery("found")
    return SearchEntry.id == table.c.id, table.c.rank


def _postgresql(wanted: Sequence[str]) -> tuple[ColumnElement[bool], ColumnElement[float]]:
    asked = " & ".join(f"{word}:*" if words.is_beginning(word) else word for word in wanted)
    vector: ColumnElement[str] = literal_column(VECTOR)
    question = func.to_tsquery(text("'simple'::regconfig"), asked)
    return and_(vector.op("@@")(question)), -func.ts_rank(vector, question)


def _is_still_a_secret() -> ColumnElement[bool]:
    """Whether an entry is of an episode that was planned and that the public does not know of yet."""
    path = literal("/episodes/") + cast(Episode.number, String)
    return exists().where(SearchEntry.kind == FoundKind.EPISODE, SearchEntry.path == path, ~is_announced())
