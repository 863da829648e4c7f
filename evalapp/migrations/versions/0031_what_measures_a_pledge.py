"""By the cases of which service items a wording of a pledge is measured."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pledge_version_items",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["pledge_versions.id"], name=op.f("fk_pledge_version_items_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_pledge_version_items_item_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "item_id", name=op.f("pk_pledge_version_items")),
    )
    op.create_index(op.f("ix_pledge_version_items_item_id"), "pledge_version_items", ["item_id"])


def downgrade() -> None:
    op.drop_table("pledge_version_items")
