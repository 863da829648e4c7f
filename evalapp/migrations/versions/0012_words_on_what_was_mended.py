"""Words on what was mended go with the account that said them."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("matter_confirmations", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_matter_confirmations_pseudonym"), ["pseudonym"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("matter_confirmations", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_matter_confirmations_pseudonym"))
