"""What a unit hands in of a case that was closed too long ago is kept to be read."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TABLE = "events_after_closing"


def upgrade() -> None:
    kind = sa.Enum(
        "submitted",
        "papers_asked",
        "supplied",
        "accepted",
        "refused",
        "step_begun",
        "step_ended",
        "paused",
        "resumed",
        "extended",
        "charged",
        "decided",
        "delivered",
        "withdrawn",
        "complained",
        name="eventkind",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        _TABLE,
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{_TABLE}_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f(f"fk_{_TABLE}_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("unit_id", "source_id", name=op.f(f"uq_{_TABLE}_unit_id_source_id")),
    )
    op.create_index(f"ix_{_TABLE}_case_id", _TABLE, ["case_id"])
    op.create_index(f"ix_{_TABLE}_received_at", _TABLE, ["received_at"])
    op.create_index(f"ix_{_TABLE}_unit_id_received_at", _TABLE, ["unit_id", "received_at"])


def downgrade() -> None:
    op.drop_table(_TABLE)
