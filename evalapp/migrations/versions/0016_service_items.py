"""Service items: guides kept in versions, drafts, what they are found by, their forms and samples."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_items",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("power_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "withdrawn",
                name="powerstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_service_items_withdrawn_with_its_moment"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''",
            name=op.f("ck_service_items_withdrawn_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(["power_id"], ["powers.id"], name=op.f("fk_service_items_power_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_service_items_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_items")),
        sa.UniqueConstraint("code", name=op.f("uq_service_items_code")),
    )
    op.create_index("ix_service_items_power_id", "service_items", ["power_id"])
    op.create_index("ix_service_items_state_code", "service_items", ["state", "code"])
    op.create_index("ix_service_items_unit_id_state_code", "service_items", ["unit_id", "state", "code"])

    op.create_table(
        "service_item_labels",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column(
            "axis",
            sa.Enum("subject", "event", name="axis", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("label", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_service_item_labels_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "axis", "label", name=op.f("pk_service_item_labels")),
    )
    op.create_index("ix_service_item_labels_axis_label", "service_item_labels", ["axis", "label"])

    op.create_table(
        "service_item_versions",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_service_item_versions_number_positive")),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until",
            name=op.f("ck_service_item_versions_shown_forwards"),
        ),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_service_item_versions_changed_with_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_service_item_versions_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item_versions")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_service_item_versions_item_id_number")),
    )
    op.create_index("ix_service_item_versions_item_id", "service_item_versions", ["item_id"])
    op.create_index(
        "uq_service_item_versions_shown_now",
        "service_item_versions",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("shown_until IS NULL"),
        postgresql_where=sa.text("shown_until IS NULL"),
    )

    op.create_table(
        "service_item_drafts",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_service_item_drafts_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_service_item_drafts")),
    )

    op.create_table(
        "service_item_files",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_service_item_files_size_positive")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_service_item_files_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_item_files")),
        sa.UniqueConstraint("item_id", "file_name", name=op.f("uq_service_item_files_item_id_file_name")),
        sa.UniqueConstraint("token", name=op.f("uq_service_item_files_token")),
    )


def downgrade() -> None:
    for table in (
        "service_item_files",
        "service_item_drafts",
        "service_item_versions",
        "service_item_labels",
        "service_items",
    ):
        op.drop_table(table)
