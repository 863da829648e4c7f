"""What was answered last, over all units: the home page reads it from an index."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_replies_answered_at", "replies", ["answered_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_replies_answered_at", table_name="replies")
