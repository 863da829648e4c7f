"""The search finds by sound, and transcripts, comments and replies; its index is made anew, empty: `evalapp db upgrade` fills it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BEFORE = ("episode", "unit", "pledge")
_KINDS = ("episode", "transcript", "unit", "pledge", "comment")
_FULL_TEXT = "CREATE VIRTUAL TABLE search_words USING fts5({})"
_TOKENS = "tokenize = 'unicode61 remove_diacritics 0'"
_VECTOR = "CREATE INDEX ix_search_entries_{}vector ON search_entries USING gin ({})"


def _table(kinds: tuple[str, ...], *more: sa.Column[Any]) -> None:
    kind = sa.Enum(*kinds, name="foundkind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "search_entries",
        sa.Column("kind", kind, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        *more,
        sa.Column("title_words", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("path", name=op.f("uq_search_entries_path")),
    )


def _gone() -> bool:
    """Drop what there is; returns whether the full text is a table of its own."""
    is_sqlite = op.get_context().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("DROP TABLE search_words")
    op.drop_table("search_entries")
    return is_sqlite


def upgrade() -> None:
    is_sqlite = _gone()
    _table(_KINDS, sa.Column("seq", sa.BigInteger(), nullable=False))
    op.create_index("ix_search_entries_seq", "search_entries", ["seq", "id"])
    if is_sqlite:
        op.execute(_FULL_TEXT.format(f"title_words, words, prefix = '2 3 4', {_TOKENS}"))
    else:
        both = "to_tsvector('simple'::regconfig, title_words || ' ' || words)"
        op.execute(_VECTOR.format("", f"({both})"))
        op.execute(_VECTOR.format("title_", "to_tsvector('simple'::regconfig, title_words)"))


def downgrade() -> None:
    is_sqlite = _gone()
    _table(_BEFORE)
    if is_sqlite:
        op.execute(_FULL_TEXT.format(f"id UNINDEXED, title_words, words, {_TOKENS}"))
    else:
        op.execute(
            _VECTOR.format(
                "",
                "(setweight(to_tsvector('simple'::regconfig, title_words), 'A') || "
                "setweight(to_tsvector('simple'::regconfig, words), 'D'))",
            )
        )
