"""Matters and their clocks: deadlines, timelines, notices, rectifications; and which years of the calendar are announced."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_REFUSAL = "entries of a matter are only ever added"
_GUARDS = {
    "sqlite": (
        (
            "CREATE TRIGGER matter_events_unchanged BEFORE UPDATE ON matter_events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        ),
        (
            "CREATE TRIGGER matter_events_undeleted BEFORE DELETE ON matter_events "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_matter_events() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        ),
        (
            "CREATE TRIGGER matter_events_unchanged BEFORE UPDATE OR DELETE ON matter_events "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_matter_events()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "calendar_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("year BETWEEN 1990 AND 2999", name=op.f("ck_calendar_years_year_in_range")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_years")),
    )
    op.create_table(
        "supervision_counters",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_supervision_counters")),
    )
    op.create_table(
        "supervision_profiles",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_profiles")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_profiles_number")),
    )

    op.create_table(
        "matters",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "complaint",
                "low_grade",
                "objection",
                name="matterkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("section_id", sa.Uuid(), nullable=True),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column(
            "weight",
            sa.Enum(
                "simple",
                "general",
                "complex",
                name="weight",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "phase",
            sa.Enum(
                "open",
                "answered",
                "reopened",
                "planned",
                "mending",
                "claimed",
                "checked",
                "confirmed",
                "explained",
                "contested",
                "upheld",
                "closed",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=False),
        sa.Column("topic_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rests_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "answered",
                "evasive",
                "not_answered",
                name="answergrade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind NOT IN ('question', 'complaint') OR weight IS NOT NULL", name=op.f("ck_matters_weighed")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (phase IN ('open', 'reopened', 'planned', 'mending', 'claimed', 'contested'))",
            name=op.f("ck_matters_settled_when_nothing_waits"),
        ),
        sa.CheckConstraint(
            "phase NOT IN ('checked', 'confirmed') OR checked_at IS NOT NULL",
            name=op.f("ck_matters_mended_only_when_checked"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f("ck_matters_withdrawn_with_a_reason")
        ),
        sa.CheckConstraint("(grade IS NULL) = (graded_at IS NULL)", name=op.f("ck_matters_graded_whole")),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["supervision_profiles.id"], name=op.f("fk_matters_profile_id")
        ),
        sa.ForeignKeyConstraint(["section_id"], ["units.id"], name=op.f("fk_matters_section_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_matters_topic_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_matters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matters")),
        sa.UniqueConstraint("key", name=op.f("uq_matters_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_matters_reference")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_matters_topic_id")),
    )
    with op.batch_alter_table("matters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matters_about"), ["about"], unique=False)
        batch_op.create_index(batch_op.f("ix_matters_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_matters_section_id"), ["section_id"], unique=False)
        batch_op.create_index("ix_matters_settled_at", ["settled_at", "id"], unique=False)
        batch_op.create_index("ix_matters_unit_id_settled_at", ["unit_id", "settled_at", "id"], unique=False)

    op.create_table(
        "point_changes",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_point_changes_with_a_reason")),
        sa.CheckConstraint(
            "points <> 0 AND points BETWEEN -100 AND 100", name=op.f("ck_point_changes_points_in_range")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_point_changes_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_point_changes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point_changes")),
    )
    with op.batch_alter_table("point_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_point_changes_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index("ix_point_changes_unit_id_at", ["unit_id", "at"], unique=False)

    op.create_table(
        "matter_deadlines",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "answer",
                "mend",
                "check",
                "rule",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=True),
        sa.Column("fixed_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("listed_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("very_late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "ended_how",
            sa.Enum(
                "met",
                "passed_on",
                "called_off",
                name="ending",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("next_act_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(due_on IS NULL) = (due_at IS NULL) AND (due_on IS NULL) = (soon_at IS NULL) AND (due_on IS NULL) = (very_late_at IS NULL)",
            name=op.f("ck_matter_deadlines_counted_whole"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_matter_deadlines_ended_whole")
        ),
        sa.CheckConstraint(
            "(working_days IS NULL) <> (fixed_on IS NULL)", name=op.f("ck_matter_deadlines_one_kind_of_term")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR next_act_at IS NULL",
            name=op.f("ck_matter_deadlines_nothing_due_after_its_end"),
        ),
        sa.CheckConstraint(
            "working_days IS NULL OR working_days >= 0", name=op.f("ck_matter_deadlines_term_not_negative")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_deadlines_matter_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_matter_deadlines_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_deadlines")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_matter_deadlines_matter_id_number")),
    )
    with op.batch_alter_table("matter_deadlines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_deadlines_next_act_at"), ["next_act_at"], unique=False)
        batch_op.create_index(
            "ix_matter_deadlines_running_listed",
            ["listed_on", "matter_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index("ix_matter_deadlines_unit_id_due_at", ["unit_id", "due_at"], unique=False)
        batch_op.create_index(
            "ix_matter_deadlines_unit_running_listed",
            ["unit_id", "listed_on", "matter_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_matter_deadlines_running",
            ["matter_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "matter_events",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "opened",
                "classified",
                "handed_over",
                "noted",
                "paused",
                "resumed",
                "answered",
                "graded",
                "reopened",
                "planned",
                "step_done",
                "file_added",
                "file_withdrawn",
                "claimed",
                "checked",
                "sent_back",
                "confirmed",
                "explained",
                "contested",
                "ruling_proposed",
                "ruling_dropped",
                "upheld",
                "rejected",
                "closed",
                "withdrawn",
                "recounted",
                "reminded",
                "notice_issued",
                "notice_answered",
                "notice_withdrawn",
                name="act",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_events_matter_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_matter_events_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_events")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_matter_events_matter_id_number")),
    )
    with op.batch_alter_table("matter_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_events_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "matter_rulings",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("is_upheld", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_post", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_post", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_matter_rulings_with_a_reason")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_matter_rulings_confirmed_whole")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR dropped_at IS NULL", name=op.f("ck_matter_rulings_confirmed_or_dropped")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_matter_rulings_two_people")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_matter_rulings_confirmed_by")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_matter_rulings_matter_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_matter_rulings_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_rulings")),
    )
    with op.batch_alter_table("matter_rulings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_rulings_confirmed_by"), ["confirmed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_rulings_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_matter_rulings_proposed_by"), ["proposed_by"], unique=False)
        batch_op.create_index(
            "uq_matter_rulings_waiting",
            ["matter_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )

    op.create_table(
        "rectifications",
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("longer_because", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_rectifications_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectifications")),
        sa.UniqueConstraint("matter_id", "number", name=op.f("uq_rectifications_matter_id_number")),
    )
    op.create_table(
        "deadline_pauses",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("resumed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_deadline_pauses_with_a_reason")),
        sa.CheckConstraint(
            "resumed_on IS NULL OR resumed_on >= noticed_on", name=op.f("ck_deadline_pauses_forwards")
        ),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["matter_deadlines.id"], name=op.f("fk_deadline_pauses_deadline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_pauses")),
    )
    with op.batch_alter_table("deadline_pauses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deadline_pauses_deadline_id"), ["deadline_id"], unique=False)
        batch_op.create_index(
            "uq_deadline_pauses_open",
            ["deadline_id"],
            unique=True,
            sqlite_where=sa.text("resumed_on IS NULL"),
            postgresql_where=sa.text("resumed_on IS NULL"),
        )

    op.create_table(
        "matter_checks",
        sa.Column("rectification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("has_passed", sa.Boolean(), nullable=False),
        sa.Column(
            "checked_by",
            sa.Enum(
                "office", "panel", name="checkedby", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("note <> ''", name=op.f("ck_matter_checks_with_words")),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectifications.id"], name=op.f("fk_matter_checks_rectification_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_matter_checks_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_checks")),
        sa.UniqueConstraint(
            "rectification_id", "number", name=op.f("uq_matter_checks_rectification_id_number")
        ),
    )
    with op.batch_alter_table("matter_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matter_checks_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "matter_confirmations",
        sa.Column("rectification_id", sa.Uuid(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("is_mended", sa.Boolean(), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectifications.id"], name=op.f("fk_matter_confirmations_rectification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_confirmations")),
        sa.UniqueConstraint(
            "rectification_id", "pseudonym", name=op.f("uq_matter_confirmations_rectification_id_pseudonym")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matter_reminders",
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["matter_deadlines.id"], name=op.f("fk_matter_reminders_deadline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_reminders")),
        sa.UniqueConstraint("deadline_id", "code", name=op.f("uq_matter_reminders_deadline_id_code")),
    )
    op.create_table(
        "rectification_files",
        sa.Column("rectification_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "before",
                "after",
                "document",
                name="filekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("caption", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_by <> ''",
            name=op.f("ck_rectification_files_withdrawn_by_somebody"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_rectification_files_size_positive")),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectifications.id"], name=op.f("fk_rectification_files_rectification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_files")),
        sa.UniqueConstraint("token", name=op.f("uq_rectification_files_token")),
    )
    with op.batch_alter_table("rectification_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rectification_files_rectification_id"), ["rectification_id"], unique=False
        )

    op.create_table(
        "rectification_steps",
        sa.Column("rectification_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "done_at IS NULL OR done_by <> ''", name=op.f("ck_rectification_steps_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["rectification_id"], ["rectifications.id"], name=op.f("fk_rectification_steps_rectification_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rectification_steps")),
        sa.UniqueConstraint(
            "rectification_id", "number", name=op.f("uq_rectification_steps_rectification_id_number")
        ),
    )
    op.create_table(
        "supervision_notices",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column(
            "colour",
            sa.Enum(
                "blue", "orange", "red", name="colour", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("addressee", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "answered_at IS NULL OR answer <> ''", name=op.f("ck_supervision_notices_answered_with_words")
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''",
            name=op.f("ck_supervision_notices_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint("issued_at < due_at", name=op.f("ck_supervision_notices_forwards")),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["matter_deadlines.id"], name=op.f("fk_supervision_notices_deadline_id")
        ),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_supervision_notices_matter_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_supervision_notices_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_notices")),
        sa.UniqueConstraint("deadline_id", "colour", name=op.f("uq_supervision_notices_deadline_id_colour")),
        sa.UniqueConstraint("number", name=op.f("uq_supervision_notices_number")),
    )
    with op.batch_alter_table("supervision_notices", schema=None) as batch_op:
        batch_op.create_index("ix_supervision_notices_issued_at", ["issued_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_supervision_notices_matter_id"), ["matter_id"], unique=False)
        batch_op.create_index(
            "ix_supervision_notices_unit_id_issued_at", ["unit_id", "issued_at", "id"], unique=False
        )

    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _announce_the_years_that_are_there()


def _announce_the_years_that_are_there() -> None:
    """What the calendar holds so far was seeded from announced years only."""
    bind = op.get_bind()
    days = bind.execute(sa.select(sa.column("day", sa.Date())).select_from(sa.table("work_calendar")))
    years = sorted({day.year for (day,) in days})
    table = sa.table(
        "calendar_years",
        sa.column("year", sa.Integer()),
        sa.column("published_at", sa.DateTime(timezone=True)),
        sa.column("source", sa.String()),
    )
    for year in years:
        bind.execute(table.insert().values(year=year, published_at=sa.func.now(), source="chinesecalendar"))


def downgrade() -> None:
    with op.batch_alter_table("supervision_notices", schema=None) as batch_op:
        batch_op.drop_index("ix_supervision_notices_unit_id_issued_at")
        batch_op.drop_index(batch_op.f("ix_supervision_notices_matter_id"))
        batch_op.drop_index("ix_supervision_notices_issued_at")

    op.drop_table("supervision_notices")
    op.drop_table("rectification_steps")
    with op.batch_alter_table("rectification_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rectification_files_rectification_id"))

    op.drop_table("rectification_files")
    op.drop_table("matter_reminders")
    op.drop_table("matter_confirmations")
    with op.batch_alter_table("matter_checks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matter_checks_staff_id"))

    op.drop_table("matter_checks")
    with op.batch_alter_table("deadline_pauses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deadline_pauses_open",
            sqlite_where=sa.text("resumed_on IS NULL"),
            postgresql_where=sa.text("resumed_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deadline_pauses_deadline_id"))

    op.drop_table("deadline_pauses")
    op.drop_table("rectifications")
    with op.batch_alter_table("matter_rulings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_matter_rulings_waiting",
            sqlite_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND dropped_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_matter_rulings_proposed_by"))
        batch_op.drop_index(batch_op.f("ix_matter_rulings_matter_id"))
        batch_op.drop_index(batch_op.f("ix_matter_rulings_confirmed_by"))

    op.drop_table("matter_rulings")
    with op.batch_alter_table("matter_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_matter_events_staff_id"))

    op.drop_table("matter_events")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_change_matter_events()")
    with op.batch_alter_table("matter_deadlines", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_matter_deadlines_running",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_matter_deadlines_unit_running_listed",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index("ix_matter_deadlines_unit_id_due_at")
        batch_op.drop_index(
            "ix_matter_deadlines_running_listed",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_matter_deadlines_next_act_at"))

    op.drop_table("matter_deadlines")
    with op.batch_alter_table("point_changes", schema=None) as batch_op:
        batch_op.drop_index("ix_point_changes_unit_id_at")
        batch_op.drop_index(batch_op.f("ix_point_changes_staff_id"))

    op.drop_table("point_changes")
    with op.batch_alter_table("matters", schema=None) as batch_op:
        batch_op.drop_index("ix_matters_unit_id_settled_at")
        batch_op.drop_index("ix_matters_settled_at")
        batch_op.drop_index(batch_op.f("ix_matters_section_id"))
        batch_op.drop_index(batch_op.f("ix_matters_profile_id"))
        batch_op.drop_index(batch_op.f("ix_matters_about"))

    op.drop_table("matters")
    op.drop_table("supervision_profiles")
    op.drop_table("supervision_counters")
    op.drop_table("calendar_years")
