"""Tries to find a case by its number and code."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_attempts",
        sa.Column("case_key", sa.String(), nullable=False),
        sa.Column("network_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_attempts")),
    )
    op.create_index(op.f("ix_case_attempts_at"), "case_attempts", ["at"], unique=False)
    op.create_index("ix_case_attempts_case_key_at", "case_attempts", ["case_key", "at"], unique=False)
    op.create_index("ix_case_attempts_network_key_at", "case_attempts", ["network_key", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("case_attempts")
