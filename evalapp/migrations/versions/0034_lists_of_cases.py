"""Indexes for the lists of cases on the desks: open ones by lamp, closed ones by their day."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_OPEN, _CLOSED = sa.text("closed_at IS NULL"), sa.text("closed_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_cases_due_at_open", table_name="cases")
    op.drop_index("ix_cases_unit_id_open", table_name="cases")
    _create("ix_cases_unit_id_open", "unit_id", "red_at", "id", "yellow_at", "state", "closed_at")
    _create("ix_cases_red_at_open", "red_at", "id", "yellow_at", "closed_at")
    _create("ix_cases_unit_id_closed_at", "unit_id", "closed_at", "id", "state", "item_id", where=_CLOSED)


def downgrade() -> None:
    op.drop_index("ix_cases_unit_id_closed_at", table_name="cases")
    op.drop_index("ix_cases_red_at_open", table_name="cases")
    op.drop_index("ix_cases_unit_id_open", table_name="cases")
    _create("ix_cases_unit_id_open", "unit_id", "red_at", "yellow_at", "state")
    _create("ix_cases_due_at_open", "due_at", "id")


def _create(name: str, *columns: str, where: sa.TextClause = _OPEN) -> None:
    op.create_index(name, "cases", list(columns), sqlite_where=where, postgresql_where=where)
