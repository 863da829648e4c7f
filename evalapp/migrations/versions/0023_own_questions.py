"""Questions about lines are found again by whoever asked them; those asked before stay and are nobody's own."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_UNIQUE = "uq_line_questions_pseudonym"


def upgrade() -> None:
    with op.batch_alter_table("line_questions", schema=None) as batch_op:
        batch_op.create_unique_constraint(op.f(_UNIQUE), ["pseudonym"])


def downgrade() -> None:
    with op.batch_alter_table("line_questions", schema=None) as batch_op:
        batch_op.drop_constraint(op.f(_UNIQUE), type_="unique")
