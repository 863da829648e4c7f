"""The power list at the ends of two years: what was shown or withdrawn between them is found by its moment."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_power_versions_shown_from_power_id", "power_versions", ["shown_from", "power_id"])
    op.create_index("ix_powers_withdrawn_at", "powers", ["withdrawn_at"])


def downgrade() -> None:
    op.drop_index("ix_powers_withdrawn_at", table_name="powers")
    op.drop_index("ix_power_versions_shown_from_power_id", table_name="power_versions")
