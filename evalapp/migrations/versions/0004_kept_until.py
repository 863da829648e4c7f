"""Residents know until when ids from before a change are kept, so that casting asks for them only then."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE residents SET kept_until ="
        " (SELECT max(kept.until) FROM kept_person_ids AS kept WHERE kept.resident_id = residents.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("residents", schema=None) as batch_op:
        batch_op.drop_column("kept_until")
