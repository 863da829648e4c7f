"""The table of the search: one row for each page that can be found, written with the change that it shows."""

import enum

from sqlalchemy import DDL, BigInteger, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed

# The same expressions in the indexes and in the queries, or PostgreSQL does not use the indexes.
TITLE_VECTOR = "to_tsvector('simple'::regconfig, title_words)"
VECTOR = "to_tsvector('simple'::regconfig, title_words || ' ' || words)"
# SQLite's full text is a virtual table beside the rows; `services.indexing` writes both. Its row numbers are their `seq`.
FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_words USING "
    "fts5(title_words, words, prefix = '2 3 4', tokenize = 'unicode61 remove_diacritics 0')"
)


class FoundKind(enum.StrEnum):
    """What can be found."""

    EPISODE = "episode"
    TRANSCRIPT = "transcript"
    UNIT = "unit"
    PLEDGE = "pledge"
    HIGHLIGHT = "highlight"
    POWER = "power"
    SERVICE = "service"
    BOARD = "board"
    MATTER = "matter"
    COMMENT = "comment"


class SearchEntry(Keyed, Base):
    """A page that can be found: what it says, and the words that the application made of it."""

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_seq", "seq", "id"),
        Index("ix_search_entries_vector", text(VECTOR), postgresql_using="gin").ddl_if(dialect="postgresql"),
        Index("ix_search_entries_title_vector", text(TITLE_VECTOR), postgresql_using="gin").ddl_if(
            dialect="postgresql"
        ),
    )

    kind: Mapped[FoundKind] = mapped_column()
    path: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    place: Mapped[str] = mapped_column(default="")  # whose it is: a unit's name
    body: Mapped[str] = mapped_column(default="")
    seq: Mapped[int] = mapped_column(
        BigInteger()
    )  # rises with time: what was shown or changed last is highest
    title_words: Mapped[str] = mapped_column()
    words: Mapped[str] = mapped_column()


# SQLAlchemy has no types for DDL.
_made = DDL(FULL_TEXT).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
_gone = DDL("DROP TABLE search_words").execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
event.listen(SearchEntry.__table__, "after_create", _made)
event.listen(SearchEntry.__table__, "before_drop", _gone)
