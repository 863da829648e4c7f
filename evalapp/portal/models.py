"""The table of the search: one row for each page that can be found, written with the change that it shows."""

import enum

from sqlalchemy import DDL, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed

# The same expression in the index and in the query, or PostgreSQL does not use the index.
VECTOR = (
    "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
    "setweight(to_tsvector('simple'::regconfig, words), 'D'))"
)
# SQLite's full text is a virtual table beside the rows; `services.indexing` writes both.
FULL_TEXT = (
    "CREATE VIRTUAL TABLE search_words USING "
    "fts5(id UNINDEXED, title_words, words, tokenize = 'unicode61 remove_diacritics 0')"
)


class FoundKind(enum.StrEnum):
    """What can be found."""

    EPISODE = "episode"
    UNIT = "unit"
    PLEDGE = "pledge"


class SearchEntry(Keyed, Base):
    """A page that can be found: what it says, and the words that the application made of it."""

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_vector", text(VECTOR), postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    kind: Mapped[FoundKind] = mapped_column()
    path: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    place: Mapped[str] = mapped_column(default="")  # whose it is: a unit's name
    body: Mapped[str] = mapped_column(default="")
    title_words: Mapped[str] = mapped_column()
    words: Mapped[str] = mapped_column()


# SQLAlchemy has no types for DDL.
_made = DDL(FULL_TEXT).execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
_gone = DDL("DROP TABLE search_words").execute_if(dialect="sqlite")  # type: ignore[no-untyped-call]
event.listen(SearchEntry.__table__, "after_create", _made)
event.listen(SearchEntry.__table__, "before_drop", _gone)
