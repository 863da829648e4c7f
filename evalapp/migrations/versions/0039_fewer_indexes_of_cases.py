"""An open case stands in two indexes less: of what was decided by unit, which nothing reads, and by item, where it has no place."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_DECIDED = sa.text("decided_at IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_cases_unit_id_decided_at", table_name="cases")
    op.drop_index("ix_cases_item_id_decided_at", table_name="cases")
    op.create_index(
        "ix_cases_item_id_decided_at",
        "cases",
        ["item_id", "decided_at"],
        sqlite_where=_DECIDED,
        postgresql_where=_DECIDED,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_item_id_decided_at", table_name="cases")
    op.create_index("ix_cases_item_id_decided_at", "cases", ["item_id", "decided_at"])
    op.create_index("ix_cases_unit_id_decided_at", "cases", ["unit_id", "decided_at"])
