"""How either database is asked for pages by their words: the one module that knows.

They only tell which pages hold the words, and that of what was shown last first; both answer alike.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    TextClause,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from evalapp.core.errors import Unavailable
from evalapp.core.i18n import N_
from evalapp.portal.models import TITLE_VECTOR, VECTOR, SearchEntry
from evalapp.portal.rules import words
from evalapp.portal.rules.words import Group, Parts, Term

RANKED = 20_000  # pages; what is found more often is not ranked, and not counted further
_CANCELLED = "57014"


class Engine(Protocol):
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
        is_frequent: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        """What was shown last first; `without_titles`: not those that `titled` gives. `is_frequent`: more than `RANKED`."""

    def near(self, parts: Parts, marks: Sequence[Group], secret: Sequence[Term]) -> Select[*tuple[Any, ...]]:
        """What holds some of the parts, with its words; what was shown last first."""


@contextmanager
def asking(session: Session) -> Iterator[Engine]:
    """Give the session's engine for one search. Raises `Unavailable` for one that takes too long (PostgreSQL).

    Pages are read without a transaction (decision 0023), so that the limit is set for the connection and taken back.
    """
    if session.get_bind().dialect.name == "sqlite":
        yield _Sqlite()
        return
    session.execute(_set(_WHILE_ASKING))
    try:
        yield _Postgresql()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != _CANCELLED:
            raise
        raise Unavailable(N_("这样找太久了。请多写一个词，或者先选一类再找。"), retry_after=2) from error
    finally:
        session.execute(text("RESET ALL"))


# A statement that takes longer is given up. Of a word that is frequent, each page that is read one after the other, or found in a
# bitmap with too little memory, has its words made anew to be looked at again: twenty times what the index takes.
_WHILE_ASKING = {"statement_timeout": "2s", "enable_seqscan": "off", "work_mem": "32MB"}


def _set(wanted: Mapping[str, str]) -> TextClause:
    said = ", ".join(f"set_config('{name}', :{name}, false)" for name in wanted)
    return text(f"SELECT {said}").bindparams(**wanted)


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
        is_frequent: bool = False,  # noqa: ARG002  that database has one way only
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
        is_frequent: bool = False,
    ) -> Select[*tuple[Any, ...]]:
        rows = self._rows(_COLUMNS, is_frequent=is_frequent).where(self._holds(wanted, secret))
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
    def _rows(columns: Iterable[Any], *, is_frequent: bool = False) -> Select[*tuple[Any, ...]]:
        """What is rare is fetched by its words and sorted; only of what every fiftieth page holds is the newest soon met.

        The planner cannot know how rare a word is beyond the commonest thousand, and walked through all pages in their order.
        """
        by = SearchEntry.seq if is_frequent else SearchEntry.seq + literal(0)
        return select(*columns).order_by(by.desc(), SearchEntry.path)

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
