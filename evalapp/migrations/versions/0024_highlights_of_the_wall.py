"""A highlight says who answers for it and by when, and its progress where the evidence can be seen."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("highlight_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("highlight_progress", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proof_path", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("highlight_progress", schema=None) as batch_op:
        batch_op.drop_column("proof_path")
    with op.batch_alter_table("highlight_versions", schema=None) as batch_op:
        batch_op.drop_column("due_on")
        batch_op.drop_column("post")
