"""What is read aloud of guides: made by `evalapp service speak` where there are guides already."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recorded_speech",
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("milliseconds > 0", name=op.f("ck_recorded_speech_milliseconds_positive")),
        sa.ForeignKeyConstraint(["item_id"], ["service_items.id"], name=op.f("fk_recorded_speech_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_speech")),
        sa.UniqueConstraint("item_id", "place", name=op.f("uq_recorded_speech_item_id_place")),
    )
    with op.batch_alter_table("recorded_speech", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recorded_speech_mark"), ["mark"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recorded_speech", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recorded_speech_mark"))

    op.drop_table("recorded_speech")
