"""What comes of published results: matters of low grades, objections and the end of their term, second looks, corrections by two people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
_ACTS_BEFORE = "kind IN ('extend', 'void', 'set_apart', 'publish')"
_ACTS_NOW = "kind IN ('extend', 'void', 'set_apart', 'publish', 'put_back', 'correct')"


def upgrade() -> None:
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.add_column(sa.Column("objections_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE results SET objections_until ="
        " (SELECT final_at FROM episodes WHERE episodes.id = results.episode_id)"
        " WHERE published_at IS NOT NULL"
    )
    with op.batch_alter_table("two_person_acts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_two_person_acts_actkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_two_person_acts_actkind"), sa.text(_ACTS_NOW))
    with op.batch_alter_table("set_apart_ballots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("put_back_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_set_apart_ballots_put_back_id"), "two_person_acts", ["put_back_id"], ["id"]
        )
    op.create_table(
        "result_corrections",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced", sa.LargeBinary(), nullable=True),
        sa.Column("replaced_hash", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(replaced IS NULL) = (replaced_hash IS NULL)",
            name=op.f("ck_result_corrections_replaced_by_its_hash"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["two_person_acts.id"], name=op.f("fk_result_corrections_act_id")
        ),
        sa.ForeignKeyConstraint(
            ["episode_id"], ["episodes.id"], name=op.f("fk_result_corrections_episode_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_corrections")),
        sa.UniqueConstraint("act_id", name=op.f("uq_result_corrections_act_id")),
    )
    with op.batch_alter_table("result_corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_corrections_episode_id"), ["episode_id"], unique=False)
    op.create_table(
        "low_grades",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "dimension",
            sa.Enum(
                "openness",
                "highlights",
                "service",
                name="dimension",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("people >= 10", name=op.f("ck_low_grades_ten_people")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_low_grades_episode_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_low_grades_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_low_grades")),
        sa.UniqueConstraint(
            "episode_id", "dimension", "reason", name=op.f("uq_low_grades_episode_id_dimension_reason")
        ),
        sa.UniqueConstraint("matter_id", name=op.f("uq_low_grades_matter_id")),
    )
    op.create_table(
        "objections",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "count",
                "set-apart",
                "rules",
                "influence",
                "other",
                name="objectionreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("against", sa.String(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["result_corrections.id"], name=op.f("fk_objections_correction_id")
        ),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_objections_episode_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_objections_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint(
            "episode_id", "reason", "against", name=op.f("uq_objections_episode_id_reason_against")
        ),
        sa.UniqueConstraint("matter_id", name=op.f("uq_objections_matter_id")),
    )
    op.create_table(
        "episode_segments",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["earlier_id"], ["episodes.id"], name=op.f("fk_episode_segments_earlier_id")),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_episode_segments_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_segments")),
        sa.UniqueConstraint("episode_id", "reference", name=op.f("uq_episode_segments_episode_id_reference")),
    )
    with op.batch_alter_table("episode_segments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_episode_segments_earlier_id"), ["earlier_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_episode_segments_reference"), ["reference"], unique=False)

    op.create_table(
        "again_requests",
        sa.Column("episode_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["episode_id"], ["episodes.id"], name=op.f("fk_again_requests_episode_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_again_requests")),
        sa.UniqueConstraint("mark", name=op.f("uq_again_requests_mark")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("again_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_again_requests_episode_id"), ["episode_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("again_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_again_requests_episode_id"))

    op.drop_table("again_requests")
    with op.batch_alter_table("episode_segments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episode_segments_reference"))
        batch_op.drop_index(batch_op.f("ix_episode_segments_earlier_id"))

    op.drop_table("episode_segments")
    op.drop_table("objections")
    op.drop_table("low_grades")
    with op.batch_alter_table("result_corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_corrections_episode_id"))

    op.drop_table("result_corrections")
    op.execute("DELETE FROM set_apart_ballots WHERE put_back_id IS NOT NULL")
    with op.batch_alter_table("set_apart_ballots", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_set_apart_ballots_put_back_id"), type_="foreignkey")
        batch_op.drop_column("put_back_id")
    op.execute("DELETE FROM two_person_acts WHERE kind IN ('put_back', 'correct')")
    with op.batch_alter_table("two_person_acts", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_two_person_acts_actkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_two_person_acts_actkind"), sa.text(_ACTS_BEFORE))
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.drop_column("objections_until")
