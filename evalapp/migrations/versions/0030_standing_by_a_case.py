"""Standing as a client by a completed case, kept like a code that nobody printed."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("client_codes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("case_mark", sa.LargeBinary(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_client_codes_case_mark"), ["case_mark"])


def downgrade() -> None:
    with op.batch_alter_table("client_codes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_client_codes_case_mark"), type_="unique")
        batch_op.drop_column("case_mark")
