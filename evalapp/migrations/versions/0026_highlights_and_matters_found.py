"""The search finds highlights and matters; its index is emptied, and `evalapp db upgrade` fills it again."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_BEFORE = ("episode", "transcript", "unit", "pledge", "power", "service", "board", "comment")
_KINDS = (
    "episode",
    "transcript",
    "unit",
    "pledge",
    "highlight",
    "power",
    "service",
    "board",
    "matter",
    "comment",
)
_CHECK = "ck_search_entries_foundkind"


def _only(kinds: tuple[str, ...]) -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DELETE FROM search_words")
    op.execute("DELETE FROM search_entries")
    with op.batch_alter_table("search_entries", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_CHECK), type_="check")
        batch_op.create_check_constraint(op.f(_CHECK), sa.column("kind").in_(kinds))


def upgrade() -> None:
    _only(_KINDS)


def downgrade() -> None:
    _only(_BEFORE)
