"""Words on what was mended go with the account that said them; topics of what was withdrawn say so."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


# What was withdrawn before is named to nobody who follows it either.
_WITHDRAWN = """
UPDATE topics SET withdrawn_at = (SELECT withdrawn_at FROM matters WHERE matters.topic_id = topics.id)
WHERE id IN (SELECT topic_id FROM matters WHERE withdrawn_at IS NOT NULL)
"""
_THEIR_NEWS = """
DELETE FROM topic_news WHERE topic_id IN (SELECT topic_id FROM matters WHERE withdrawn_at IS NOT NULL)
"""


def upgrade() -> None:
    with op.batch_alter_table("matter_confirmations", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_matter_confirmations_pseudonym"), ["pseudonym"], unique=False)
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_WITHDRAWN)
    op.execute(_THEIR_NEWS)


def downgrade() -> None:
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")
    with op.batch_alter_table("matter_confirmations", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_matter_confirmations_pseudonym"))
