"""What a unit's comments say, counted together."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_voices",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_voices_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_voices")),
    )


def downgrade() -> None:
    op.drop_table("unit_voices")
