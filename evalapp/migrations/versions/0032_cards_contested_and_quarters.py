"""Cards with their notices and what is said against them, points by two people, quarters, the journal of the monitor."""

import sqlalchemy as sa
from alembic import op

from evalapp.migrations.rewording import reword

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None
_KIND = "ck_matters_matterkind"
_KINDS_BEFORE = "kind IN ('question', 'complaint', 'low_grade', 'objection', 'line_question')"
_KINDS_NOW = (
    "kind IN ('question', 'complaint', 'low_grade', 'objection', 'line_question', 'monitoring', 'card')"
)
_REFUSAL = "what the monitor published is only ever added to"
_TABLES = ("unit_quarters", "monitor_entries")
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER {table}_{name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for table in _TABLES
        for name, act in (("unchanged", "UPDATE"), ("undeleted", "DELETE"))
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_the_monitor() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        ),
        *(
            f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_the_monitor()"
            for table in _TABLES
        ),
    ),
}


def upgrade() -> None:
    with op.batch_alter_table("case_cards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("matter_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_case_cards_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(
            "ix_case_cards_untold",
            ["at", "id"],
            unique=False,
            sqlite_where=sa.text(
                "colour = 'red' AND (noticed_at IS NULL) = (gone_at IS NULL AND lifted_at IS NULL)"
            ),
            postgresql_where=sa.text(
                "colour = 'red' AND (noticed_at IS NULL) = (gone_at IS NULL AND lifted_at IS NULL)"
            ),
        )
        batch_op.create_foreign_key(batch_op.f("fk_case_cards_matter_id"), "matters", ["matter_id"], ["id"])

    # Cards from before there were notices led to none, and lead to none now.
    op.execute(
        "UPDATE case_cards SET noticed_at = made_at"
        " WHERE colour = 'red' AND gone_at IS NULL AND lifted_at IS NULL"
    )
    op.create_table(
        "monitor_entries",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "lifted",
                "upheld",
                "reviewed_late",
                "notice_late",
                "profile",
                "calendar",
                "points",
                "corrected",
                name="monitoract",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("posts", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_monitor_entries_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitor_entries")),
    )
    with op.batch_alter_table("monitor_entries", schema=None) as batch_op:
        batch_op.create_index("ix_monitor_entries_at", ["at", "id"], unique=False)
        batch_op.create_index("ix_monitor_entries_kind_at", ["kind", "at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_monitor_entries_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_quarters",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("yellow", sa.Integer(), nullable=False),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.Column("yellow_points", sa.Integer(), nullable=False),
        sa.Column("red_points", sa.Integer(), nullable=False),
        sa.Column("manual", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(score IS NULL) = (grade = '')", name=op.f("ck_unit_quarters_graded_by_its_score")
        ),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_unit_quarters_corrected_with_a_reason")
        ),
        sa.CheckConstraint("kept <= completed", name=op.f("ck_unit_quarters_kept_of_the_completed")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_unit_quarters_one_of_four")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_unit_quarters_matter_id")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["approval_profiles.id"], name=op.f("fk_unit_quarters_profile_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_quarters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_quarters")),
        sa.UniqueConstraint(
            "year", "quarter", "unit_id", "number", name=op.f("uq_unit_quarters_year_quarter_unit_id_number")
        ),
    )
    with op.batch_alter_table("unit_quarters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_quarters_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_quarters_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(
            "ix_unit_quarters_unit_id", ["unit_id", "year", "quarter", "number"], unique=False
        )

    op.create_table(
        "card_contests",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_lifted", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_card_contests_with_a_reason")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (has_lifted IS NULL)", name=op.f("ck_card_contests_ended_whole")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["case_cards.id"], name=op.f("fk_card_contests_card_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_card_contests_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_contests")),
        sa.UniqueConstraint("matter_id", name=op.f("uq_card_contests_matter_id")),
    )
    with op.batch_alter_table("card_contests", schema=None) as batch_op:
        batch_op.create_index("ix_card_contests_card_id", ["card_id", "made_at"], unique=False)
        batch_op.create_index(
            "uq_card_contests_of_unit",
            ["card_id", "is_own"],
            unique=True,
            sqlite_where=sa.text("NOT is_own"),
            postgresql_where=sa.text("NOT is_own"),
        )
        batch_op.create_index(
            "uq_card_contests_waiting",
            ["card_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("point_changes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_post", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_point_changes_unit_id_at"))
        batch_op.create_index("ix_point_changes_confirmed_at", ["confirmed_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_point_changes_confirmed_by"), ["confirmed_by"], unique=False)
        batch_op.create_index(
            "ix_point_changes_unit_id_confirmed_at", ["unit_id", "confirmed_at"], unique=False
        )
        batch_op.create_index(
            "ix_point_changes_waiting",
            ["at", "id"],
            unique=False,
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_point_changes_confirmed_by"), "staff", ["confirmed_by"], ["id"]
        )

    # What one person gave before there were two stands, and says so: both posts are the same.
    op.execute("UPDATE point_changes SET confirmed_at = at, confirmed_post = post")
    with op.batch_alter_table("point_changes", schema=None) as batch_op:
        batch_op.alter_column("confirmed_post", server_default=None)
        batch_op.create_check_constraint(
            batch_op.f("ck_point_changes_confirmed_whole"), "(confirmed_at IS NULL) = (confirmed_post = '')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_point_changes_by_two_people"), "confirmed_by IS NULL OR confirmed_by <> staff_id"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_point_changes_confirmed_or_dropped"), "confirmed_at IS NULL OR dropped_at IS NULL"
        )
    reword("matters", checks={_KIND: _KINDS_NOW})
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    reword("matters", checks={_KIND: _KINDS_BEFORE})
    with op.batch_alter_table("point_changes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_point_changes_confirmed_whole"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_point_changes_by_two_people"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_point_changes_confirmed_or_dropped"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_point_changes_confirmed_by"), type_="foreignkey")
        batch_op.drop_index(
            "ix_point_changes_waiting",
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )
        batch_op.drop_index("ix_point_changes_unit_id_confirmed_at")
        batch_op.drop_index(batch_op.f("ix_point_changes_confirmed_by"))
        batch_op.drop_index("ix_point_changes_confirmed_at")
        batch_op.create_index(batch_op.f("ix_point_changes_unit_id_at"), ["unit_id", "at"], unique=False)
        batch_op.drop_column("dropped_at")
        batch_op.drop_column("confirmed_post")
        batch_op.drop_column("confirmed_by")
        batch_op.drop_column("confirmed_at")

    with op.batch_alter_table("card_contests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_card_contests_waiting",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "uq_card_contests_of_unit",
            sqlite_where=sa.text("NOT is_own"),
            postgresql_where=sa.text("NOT is_own"),
        )
        batch_op.drop_index("ix_card_contests_card_id")

    op.drop_table("card_contests")
    with op.batch_alter_table("unit_quarters", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_quarters_unit_id")
        batch_op.drop_index(batch_op.f("ix_unit_quarters_profile_id"))
        batch_op.drop_index(batch_op.f("ix_unit_quarters_matter_id"))

    op.drop_table("unit_quarters")
    with op.batch_alter_table("monitor_entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_monitor_entries_unit_id"))
        batch_op.drop_index("ix_monitor_entries_kind_at")
        batch_op.drop_index("ix_monitor_entries_at")

    op.drop_table("monitor_entries")
    with op.batch_alter_table("case_cards", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_case_cards_matter_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_case_cards_untold",
            sqlite_where=sa.text(
                "colour = 'red' AND (noticed_at IS NULL) = (gone_at IS NULL AND lifted_at IS NULL)"
            ),
            postgresql_where=sa.text(
                "colour = 'red' AND (noticed_at IS NULL) = (gone_at IS NULL AND lifted_at IS NULL)"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_case_cards_matter_id"))
        batch_op.drop_column("noticed_at")
        batch_op.drop_column("matter_id")

    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_the_monitor()")
