"""Late steps of plans, and a unit's running clocks by lamp, are read from indexes alone."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


_LISTED = ("unit_id", "listed_on", "matter_id")


def _index_clocks(*columns: str) -> None:
    op.drop_index("ix_matter_deadlines_unit_running_listed", table_name="matter_deadlines")
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_matter_deadlines_unit_running_listed",
        "matter_deadlines",
        columns,
        sqlite_where=running,
        postgresql_where=running,
    )


def upgrade() -> None:
    undone = sa.text("done_at IS NULL")
    _index_clocks(*_LISTED, "stage", "soon_at", "ended_at")
    op.create_index(
        "ix_rectification_steps_undone",
        "rectification_steps",
        ["due_on"],
        sqlite_where=undone,
        postgresql_where=undone,
    )


def downgrade() -> None:
    op.drop_index("ix_rectification_steps_undone", table_name="rectification_steps")
    _index_clocks(*_LISTED)
