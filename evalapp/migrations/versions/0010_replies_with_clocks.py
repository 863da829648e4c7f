"""Replies with clocks: what a comment asks for and its matter, drafts and templates of replies, heads who sign."""

import sqlalchemy as sa
from alembic import op

from evalapp.migrations.rewording import reword

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ASKING = (
    "'statement', 'simple_question', 'general_question', 'complex_question', "
    "'simple_complaint', 'general_complaint', 'complex_complaint'"
)
_CONSTRAINTS = (
    f"CONSTRAINT ck_comments_asking CHECK (asking IN ({_ASKING}))",
    (
        "CONSTRAINT ck_comments_a_clock_where_it_asks CHECK "
        "(matter_id IS NULL OR (state = 'shown' AND asking IS NOT NULL AND asking != 'statement'))"
    ),
    "CONSTRAINT fk_comments_matter_id FOREIGN KEY(matter_id) REFERENCES matters (id)",
)
_WITH_CLOCK = sa.text("matter_id IS NOT NULL")
_WITHOUT_CLOCK = sa.text("matter_id IS NULL")
_AT = sa.text("at_seconds IS NOT NULL")
_ANSWERED_AT = """
UPDATE replies SET answered_at =
  (SELECT min(written_at) FROM reply_wordings WHERE reply_id = replies.id AND number = 1)
WHERE EXISTS (SELECT 1 FROM reply_wordings WHERE reply_id = replies.id AND number = 1)
"""


def upgrade() -> None:
    op.create_table(
        "reply_drafts",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "submitted_at IS NULL OR sent_back = ''", name=op.f("ck_reply_drafts_submitted_or_sent_back")
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comments.id"], name=op.f("fk_reply_drafts_comment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reply_drafts_unit_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_reply_drafts_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_drafts")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_reply_drafts_comment_id")),
    )
    op.create_index("ix_reply_drafts_staff_id", "reply_drafts", ["staff_id"])
    op.create_index("ix_reply_drafts_unit_id_submitted_at", "reply_drafts", ["unit_id", "submitted_at", "id"])
    op.create_table(
        "reply_templates",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reply_templates_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_templates")),
        sa.UniqueConstraint("unit_id", "title", name=op.f("uq_reply_templates_unit_id_title")),
    )
    # Each by itself, not in a batch: SQLite would make the tables anew, which others refer to.
    op.add_column("comments", sa.Column("asking", sa.String(length=32), nullable=True))
    op.add_column("comments", sa.Column("matter_id", sa.Uuid(), nullable=True))
    op.add_column(
        "unit_members", sa.Column("is_head", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "replies",
        sa.Column(
            "answered_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("'1970-01-01 00:00:00.000000'"),
        ),
    )
    op.execute(_ANSWERED_AT)
    op.drop_index("ix_replies_unit_id", table_name="replies")
    op.create_index("ix_replies_unit_id_answered_at", "replies", ["unit_id", "answered_at", "id"])
    op.create_index(
        "ix_comments_without_clock",
        "comments",
        ["thread_id", "state", "is_answered", "matter_id", "shown_on", "reference"],
        sqlite_where=_WITHOUT_CLOCK,
        postgresql_where=_WITHOUT_CLOCK,
    )
    op.create_index(
        "ix_comments_at",
        "comments",
        ["thread_id", "state", "at_seconds", "reference"],
        sqlite_where=_AT,
        postgresql_where=_AT,
    )
    op.create_index(
        "uq_comments_matter_id",
        "comments",
        ["matter_id"],
        unique=True,
        sqlite_where=_WITH_CLOCK,
        postgresql_where=_WITH_CLOCK,
    )
    reword("comments", checks={}, more=_CONSTRAINTS)


def downgrade() -> None:
    reword("comments", checks={}, fewer=[constraint.split()[1] for constraint in _CONSTRAINTS])
    op.drop_index("uq_comments_matter_id", table_name="comments")
    op.drop_index("ix_comments_at", table_name="comments")
    op.drop_index("ix_comments_without_clock", table_name="comments")
    op.drop_index("ix_replies_unit_id_answered_at", table_name="replies")
    op.create_index("ix_replies_unit_id", "replies", ["unit_id"])
    op.drop_column("replies", "answered_at")
    op.drop_column("unit_members", "is_head")
    op.drop_column("comments", "matter_id")
    op.drop_column("comments", "asking")
    op.drop_table("reply_templates")
    op.drop_table("reply_drafts")
