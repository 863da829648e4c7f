"""The power list: powers in their tree, versions kept whole, drafts, flowcharts with their places."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flowcharts",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("outline", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("wide", sa.JSON(), nullable=False),
        sa.Column("narrow", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flowcharts")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_flowcharts_fingerprint")),
    )
    op.create_index("ix_flowcharts_outline", "flowcharts", ["outline"])

    op.create_table(
        "powers",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("parent_level", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
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
        sa.Column(
            "kind",
            sa.Enum(
                "approval",
                "penalty",
                "compulsion",
                "levy",
                "payment",
                "ruling",
                "confirmation",
                "reward",
                "inspection",
                "other",
                name="powerkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("basis_ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_powers_withdrawn_with_its_moment"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f("ck_powers_withdrawn_with_a_reason")
        ),
        sa.CheckConstraint("(level = 0) = (parent_id IS NULL)", name=op.f("ck_powers_main_or_below")),
        sa.CheckConstraint(
            "(parent_id IS NULL) = (parent_level IS NULL)", name=op.f("ck_powers_parent_whole")
        ),
        sa.CheckConstraint("level BETWEEN 0 AND 2", name=op.f("ck_powers_level_in_range")),
        sa.CheckConstraint(
            "parent_level IS NULL OR parent_level < level", name=op.f("ck_powers_below_its_parent")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "parent_level"],
            ["powers.id", "powers.level"],
            name=op.f("fk_powers_parent_id_parent_level"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_powers_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_powers")),
        sa.UniqueConstraint("code", name=op.f("uq_powers_code")),
        sa.UniqueConstraint("id", "level", name=op.f("uq_powers_id_level")),
    )
    op.create_index("ix_powers_basis_ends_on", "powers", ["basis_ends_on"])
    op.create_index("ix_powers_counted", "powers", ["state", "unit_id", "kind"])
    op.create_index("ix_powers_kind_state_code", "powers", ["kind", "state", "code"])
    op.create_index("ix_powers_parent_id_parent_level", "powers", ["parent_id", "parent_level"])
    op.create_index("ix_powers_state_code_folded", "powers", ["state", "code", "folded"])
    op.create_index("ix_powers_unit_id_state_code", "powers", ["unit_id", "state", "code"])

    op.create_table(
        "power_drafts",
        sa.Column("power_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("flowchart_id", sa.Uuid(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["flowchart_id"], ["flowcharts.id"], name=op.f("fk_power_drafts_flowchart_id")
        ),
        sa.ForeignKeyConstraint(["power_id"], ["powers.id"], name=op.f("fk_power_drafts_power_id")),
        sa.PrimaryKeyConstraint("power_id", name=op.f("pk_power_drafts")),
    )
    op.create_index("ix_power_drafts_flowchart_id", "power_drafts", ["flowchart_id"])

    op.create_table(
        "power_versions",
        sa.Column("power_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("flowchart_id", sa.Uuid(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("shown_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_power_versions_changed_with_a_reason")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_power_versions_number_positive")),
        sa.CheckConstraint(
            "shown_until IS NULL OR shown_from <= shown_until", name=op.f("ck_power_versions_shown_forwards")
        ),
        sa.ForeignKeyConstraint(
            ["flowchart_id"], ["flowcharts.id"], name=op.f("fk_power_versions_flowchart_id")
        ),
        sa.ForeignKeyConstraint(["power_id"], ["powers.id"], name=op.f("fk_power_versions_power_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_versions")),
        sa.UniqueConstraint("power_id", "number", name=op.f("uq_power_versions_power_id_number")),
    )
    op.create_index("ix_power_versions_flowchart_id", "power_versions", ["flowchart_id"])
    op.create_index("ix_power_versions_power_id", "power_versions", ["power_id"])
    op.create_index(
        "uq_power_versions_shown_now",
        "power_versions",
        ["power_id"],
        unique=True,
        sqlite_where=sa.text("shown_until IS NULL"),
        postgresql_where=sa.text("shown_until IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("power_versions")
    op.drop_table("power_drafts")
    op.drop_table("powers")
    op.drop_table("flowcharts")
