"""What moderation keeps: groups, watched words, appeals, reports of misconduct, 我也遇到, the journal's figures."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from evalapp.migrations.rewording import reword

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATES = "'held', 'shown', 'refused', 'withdrawn', 'erased'"
_VERDICTS = "'approved', 'refused', 'masked'"
_ROLES_BEFORE = "'office', 'unit', 'station', 'auditor', 'administrator'"
_ROLES_NOW = "'office', 'unit', 'station', 'reports', 'auditor', 'administrator'"
_COUNTS = ("shown", "answered", "refused", "withdrawn")
_INDEXES = (
    ("ix_comments_alone", ["state", "group_id", "written_on", "reference"], ""),
    ("ix_comments_answered", ["thread_id", "is_answered", "written_on", "reference"], ""),
    ("ix_comments_counted", ["thread_id", "state", "is_answered"], ""),
    ("ix_comments_grouped", ["group_id", "state", "place"], ""),
    ("ix_comments_listed", ["thread_id", "written_on", "reference"], "shown_on IS NOT NULL"),
    ("ix_comments_masked", ["state", "written_on", "reference"], "original IS NOT NULL"),
    ("ix_comments_moments", ["thread_id", "state", "written_on", "reference"], "at_seconds IS NOT NULL"),
    ("uq_comments_group_id_place", ["group_id", "place"], ""),
)
_CONSTRAINTS = (
    "CONSTRAINT ck_comments_moved_is_empty CHECK (state != 'moved' OR (text = '' AND original IS NULL))",
    "CONSTRAINT ck_comments_place_in_a_group CHECK ((group_id IS NULL) = (place IS NULL))",
    "CONSTRAINT ck_comments_met_not_negative CHECK (met >= 0)",
    "CONSTRAINT fk_comments_group_id FOREIGN KEY(group_id) REFERENCES comment_groups (id)",
)
_COUNTED = """
UPDATE threads SET
  shown = (SELECT count(*) FROM comments WHERE thread_id = threads.id AND state = 'shown'),
  answered = (SELECT count(*) FROM comments WHERE thread_id = threads.id AND state = 'shown' AND is_answered),
  refused = (SELECT count(*) FROM comments WHERE thread_id = threads.id AND state = 'refused'),
  withdrawn = (SELECT count(*) FROM comments WHERE thread_id = threads.id AND state IN ('withdrawn', 'erased'))
"""


def upgrade() -> None:
    op.create_table(
        "comment_groups",
        sa.Column(
            "kind",
            sa.Enum("alike", "flood", name="groupkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_groups")),
    )
    op.create_table(
        "moderation_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "held",
                "caught",
                "shown",
                "refused",
                "hidden",
                "masked",
                "moved",
                "appealed",
                "restored",
                "upheld",
                name="journalact",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "act", name=op.f("pk_moderation_months")),
    )
    op.create_table(
        "moderation_people",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_moderation_people")),
    )
    with op.batch_alter_table("moderation_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderation_people_month"), ["month"], unique=False)

    op.create_table(
        "moderation_reasons",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "held",
                "caught",
                "shown",
                "refused",
                "hidden",
                "masked",
                "moved",
                "appealed",
                "restored",
                "upheld",
                name="journalact",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "privacy",
                "insult",
                "off_topic",
                "advertising",
                "unlawful",
                "report",
                "other",
                name="refusalreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "act", "reason", name=op.f("pk_moderation_reasons")),
    )
    op.create_table(
        "moderation_waits",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("month", "days", name=op.f("pk_moderation_waits")),
    )
    op.create_table(
        "moderation_units",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column(
            "act",
            sa.Enum(
                "held",
                "caught",
                "shown",
                "refused",
                "hidden",
                "masked",
                "moved",
                "appealed",
                "restored",
                "upheld",
                name="journalact",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("act != 'moved'", name=op.f("ck_moderation_units_nothing_moved")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_moderation_units_unit_id")),
        sa.PrimaryKeyConstraint("month", "act", "unit_id", name=op.f("pk_moderation_units")),
    )
    with op.batch_alter_table("moderation_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderation_units_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "watched_lists",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_watched_lists_numbered_from_one")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_watched_lists_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_lists")),
        sa.UniqueConstraint("number", name=op.f("uq_watched_lists_number")),
    )
    with op.batch_alter_table("watched_lists", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_watched_lists_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "comment_appeals",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("refused_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "restored",
                "upheld",
                name="appealoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_comment_appeals_decided_at_a_moment")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR refused_by_id IS NULL OR decided_by_id != refused_by_id",
            name=op.f("ck_comment_appeals_decided_by_another"),
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_appeals_comment_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff.id"], name=op.f("fk_comment_appeals_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["refused_by_id"], ["staff.id"], name=op.f("fk_comment_appeals_refused_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_appeals")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_comment_appeals_comment_id")),
    )
    with op.batch_alter_table("comment_appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_appeals_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index("ix_comment_appeals_queue", ["outcome", "made_on", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_appeals_refused_by_id"), ["refused_by_id"], unique=False)

    op.create_table(
        "comment_bands",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_bands_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", "value", name=op.f("pk_comment_bands")),
    )
    with op.batch_alter_table("comment_bands", schema=None) as batch_op:
        batch_op.create_index("ix_comment_bands_value", ["value", "written_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_comment_bands_written_on"), ["written_on"], unique=False)

    op.create_table(
        "comment_catches",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_comment_catches_comment_id")),
        sa.ForeignKeyConstraint(["list_id"], ["watched_lists.id"], name=op.f("fk_comment_catches_list_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_catches")),
    )
    with op.batch_alter_table("comment_catches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comment_catches_list_id"), ["list_id"], unique=False)

    op.create_table(
        "met_toos",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_met_toos_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", "mark", name=op.f("pk_met_toos")),
    )
    with op.batch_alter_table("met_toos", schema=None) as batch_op:
        batch_op.create_index("ix_met_toos_mark", ["mark"], unique=False)

    op.create_table(
        "misconduct_reports",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.Column("returned_on", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(sealed IS NULL) = (returned_on IS NOT NULL)",
            name=op.f("ck_misconduct_reports_sealed_until_returned"),
        ),
        sa.CheckConstraint(
            "returned_on IS NULL OR taken_on IS NULL", name=op.f("ck_misconduct_reports_taken_or_returned")
        ),
        sa.ForeignKeyConstraint(
            ["comment_id"], ["comments.id"], name=op.f("fk_misconduct_reports_comment_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_misconduct_reports_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_misconduct_reports")),
        sa.UniqueConstraint("reference", name=op.f("uq_misconduct_reports_reference")),
    )
    with op.batch_alter_table("misconduct_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_misconduct_reports_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index("ix_misconduct_reports_moved_on", ["moved_on", "reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_misconduct_reports_staff_id"), ["staff_id"], unique=False)

    # Each by itself, not in a batch: SQLite would make the tables anew, which others refer to.
    for name in _COUNTS:
        op.add_column("threads", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "comments", sa.Column("is_answered", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("comments", sa.Column("met", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("comments", sa.Column("group_id", sa.Uuid(), nullable=True))
    op.add_column("comments", sa.Column("place", sa.Integer(), nullable=True))
    op.drop_index("ix_comments_thread", table_name="comments")
    for name, columns, where in _INDEXES:
        partial: dict[str, Any] = (
            {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        )
        op.create_index(name, "comments", columns, unique=name.startswith("uq_"), **partial)
    op.execute("UPDATE comments SET is_answered = true WHERE id IN (SELECT comment_id FROM replies)")
    op.execute(_COUNTED)
    reword(
        "comments", checks={"ck_comments_commentstate": f"state IN ({_STATES}, 'moved')"}, more=_CONSTRAINTS
    )
    reword(
        "comment_decisions",
        checks={
            "ck_comment_decisions_verdict": f"verdict IN ({_VERDICTS}, 'restored', 'upheld', 'moved', 'returned')"
        },
    )
    reword("staff", checks={"ck_staff_role": f"role IN ({_ROLES_NOW})"})
    reword("staff_notices", checks={"ck_staff_notices_role": f"role IN ({_ROLES_NOW})"})


def downgrade() -> None:
    # Nobody keeps the misconduct channel any more; what was moved stays empty, and hidden like what was refused.
    op.execute(
        "UPDATE staff SET role = 'auditor', disabled_at = coalesce(disabled_at, created_at) WHERE role = 'reports'"
    )
    op.execute("DELETE FROM staff_notices WHERE role = 'reports'")
    op.execute("UPDATE comments SET state = 'erased' WHERE state = 'moved'")
    op.execute("DELETE FROM comment_decisions WHERE verdict IN ('restored', 'upheld', 'moved', 'returned')")
    reword("staff_notices", checks={"ck_staff_notices_role": f"role IN ({_ROLES_BEFORE})"})
    reword("staff", checks={"ck_staff_role": f"role IN ({_ROLES_BEFORE})"})
    reword("comment_decisions", checks={"ck_comment_decisions_verdict": f"verdict IN ({_VERDICTS})"})
    reword(
        "comments",
        checks={"ck_comments_commentstate": f"state IN ({_STATES})"},
        fewer=[constraint.split()[1] for constraint in _CONSTRAINTS],
    )
    for name, _columns, _where in _INDEXES:
        op.drop_index(name, table_name="comments")
    op.create_index("ix_comments_thread", "comments", ["thread_id", "written_on", "reference"])
    for name in ("place", "group_id", "met", "is_answered"):
        op.drop_column("comments", name)
    for name in _COUNTS:
        op.drop_column("threads", name)
    with op.batch_alter_table("misconduct_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_misconduct_reports_staff_id"))
        batch_op.drop_index("ix_misconduct_reports_moved_on")
        batch_op.drop_index(batch_op.f("ix_misconduct_reports_comment_id"))

    op.drop_table("misconduct_reports")
    with op.batch_alter_table("met_toos", schema=None) as batch_op:
        batch_op.drop_index("ix_met_toos_mark")

    op.drop_table("met_toos")
    with op.batch_alter_table("comment_catches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_catches_list_id"))

    op.drop_table("comment_catches")
    with op.batch_alter_table("comment_bands", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_bands_written_on"))
        batch_op.drop_index("ix_comment_bands_value")

    op.drop_table("comment_bands")
    with op.batch_alter_table("comment_appeals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comment_appeals_refused_by_id"))
        batch_op.drop_index("ix_comment_appeals_queue")
        batch_op.drop_index(batch_op.f("ix_comment_appeals_decided_by_id"))

    op.drop_table("comment_appeals")
    with op.batch_alter_table("watched_lists", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_watched_lists_staff_id"))

    op.drop_table("watched_lists")
    with op.batch_alter_table("moderation_units", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderation_units_unit_id"))

    op.drop_table("moderation_units")
    op.drop_table("moderation_waits")
    op.drop_table("moderation_reasons")
    with op.batch_alter_table("moderation_people", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderation_people_month"))

    op.drop_table("moderation_people")
    op.drop_table("moderation_months")
    op.drop_table("comment_groups")
