"""Documents of postings are seen before they are opened; those handed in before are not."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("disclosure_files", schema=None) as batch_op:
        batch_op.add_column(sa.Column("preview", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("disclosure_files", schema=None) as batch_op:
        batch_op.drop_column("preview")
