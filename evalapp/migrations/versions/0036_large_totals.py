"""Seconds and minutes of a month are more than four bytes hold: a step of a day, thirty thousand times."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None
_TABLES = ("case_handled_totals", "case_step_totals")


def upgrade() -> None:
    _keep_in(sa.BigInteger(), was=sa.Integer())


def downgrade() -> None:
    _keep_in(sa.Integer(), was=sa.BigInteger())


def _keep_in(kind: sa.types.TypeEngine[int], *, was: sa.types.TypeEngine[int]) -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column("total", type_=kind, existing_type=was, existing_nullable=False)
