"""Boards, what is posted on them, the money line by line, and questions about a line."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from evalapp.core import clock
from evalapp.migrations.rewording import reword

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
_KIND = "ck_matters_matterkind"
_KINDS_BEFORE = "kind IN ('question', 'complaint', 'low_grade', 'objection')"
_KINDS_NOW = "kind IN ('question', 'complaint', 'low_grade', 'objection', 'line_question')"
_REFUSAL = "versions of a posting are only ever added"
_GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER disclosure_versions_{name} BEFORE {act} ON disclosure_versions "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for name, act in (("unchanged", "UPDATE"), ("undeleted", "DELETE"))
    ),
    "postgresql": (
        (
            "CREATE OR REPLACE FUNCTION refuse_to_change_disclosure_versions() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        ),
        (
            "CREATE TRIGGER disclosure_versions_unchanged BEFORE UPDATE OR DELETE ON disclosure_versions "
            "FOR EACH ROW EXECUTE FUNCTION refuse_to_change_disclosure_versions()"
        ),
    ),
}


def upgrade() -> None:
    op.create_table(
        "disclosure_counters",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_disclosure_counters")),
    )
    op.create_table(
        "question_allowances",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_question_allowances")),
    )
    with op.batch_alter_table("question_allowances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_allowances_day"), ["day"], unique=False)

    op.create_table(
        "boards",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("is_busy", sa.Boolean(), nullable=False),
        sa.Column("watched_from", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_boards_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boards")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_boards_unit_id")),
    )
    op.create_table(
        "budget_lines",
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "income", "expense", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_lines_amount_not_negative")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2999", name=op.f("ck_budget_lines_year_in_range")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_budget_lines_board_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_lines")),
        sa.UniqueConstraint(
            "board_id",
            "year",
            "direction",
            "account",
            name=op.f("uq_budget_lines_board_id_year_direction_account"),
        ),
    )
    op.create_table(
        "disclosures",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("formed_on", sa.Date(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "withdrawn",
                name="disclosurestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(period = '') = (formed_on IS NOT NULL)", name=op.f("ck_disclosures_for_a_period_or_formed")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_disclosures_withdrawn_whole")
        ),
        sa.CheckConstraint(
            "state <> 'published' OR version > 0", name=op.f("ck_disclosures_published_with_a_version")
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''",
            name=op.f("ck_disclosures_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint(
            "(version = 0) = (published_at IS NULL)", name=op.f("ck_disclosures_published_whole")
        ),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_disclosures_board_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("reference", name=op.f("uq_disclosures_reference")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index("ix_disclosures_board_id_code", ["board_id", "code"], unique=False)
        batch_op.create_index("ix_disclosures_published_at", ["published_at", "id"], unique=False)
        batch_op.create_index(
            "uq_disclosures_of_a_period",
            ["board_id", "code", "period"],
            unique=True,
            sqlite_where=sa.text("period <> '' AND state <> 'withdrawn'"),
            postgresql_where=sa.text("period <> '' AND state <> 'withdrawn'"),
        )

    op.create_table(
        "finance_statements",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("board_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                "replaced",
                "withdrawn",
                name="statementstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opening", sa.BigInteger(), nullable=False),
        sa.Column("income", sa.BigInteger(), nullable=False),
        sa.Column("expense", sa.BigInteger(), nullable=False),
        sa.Column("closing", sa.BigInteger(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("difference_reason", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("first_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.String(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (published_at IS NULL)", name=op.f("ck_finance_statements_published_whole")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
            name=op.f("ck_finance_statements_withdrawn_whole"),
        ),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_finance_statements_changed_with_a_reason")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR agrees OR difference_reason <> ''",
            name=op.f("ck_finance_statements_differs_with_a_reason"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_reason <> ''",
            name=op.f("ck_finance_statements_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint(
            "income >= 0 AND expense >= 0", name=op.f("ck_finance_statements_totals_not_negative")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_finance_statements_number_positive")),
        sa.ForeignKeyConstraint(["board_id"], ["boards.id"], name=op.f("fk_finance_statements_board_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finance_statements")),
        sa.UniqueConstraint(
            "board_id", "period", "number", name=op.f("uq_finance_statements_board_id_period_number")
        ),
    )
    with op.batch_alter_table("finance_statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finance_statements_reference"), ["reference"], unique=False)
        batch_op.create_index(
            "uq_finance_statements_draft",
            ["board_id", "period"],
            unique=True,
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.create_index(
            "uq_finance_statements_published",
            ["board_id", "period"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "disclosure_drafts",
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosure_drafts_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("disclosure_id", name=op.f("pk_disclosure_drafts")),
    )
    op.create_table(
        "disclosure_files",
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_disclosure_files_not_empty")),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosure_files_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_files")),
        sa.UniqueConstraint("token", name=op.f("uq_disclosure_files_token")),
    )
    with op.batch_alter_table("disclosure_files", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_disclosure_files_disclosure_id"), ["disclosure_id"], unique=False
        )

    op.create_table(
        "disclosure_versions",
        sa.Column("disclosure_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(number = 1) = (before = '')", name=op.f("ck_disclosure_versions_bound_to_the_one_before")
        ),
        sa.CheckConstraint(
            "number = 1 OR reason <> ''", name=op.f("ck_disclosure_versions_changed_with_a_reason")
        ),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_disclosure_versions_hashed")),
        sa.CheckConstraint("number > 0", name=op.f("ck_disclosure_versions_number_positive")),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosure_versions_disclosure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_versions")),
        sa.UniqueConstraint(
            "disclosure_id", "number", name=op.f("uq_disclosure_versions_disclosure_id_number")
        ),
    )
    op.create_table(
        "finance_lines",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "income", "expense", name="direction", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("payee_class", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voucher", sa.String(), nullable=False),
        sa.Column("handler", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("accountant", sa.String(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_finance_lines_amount_positive")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["finance_statements.id"], name=op.f("fk_finance_lines_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finance_lines")),
        sa.UniqueConstraint("statement_id", "key", name=op.f("uq_finance_lines_statement_id_key")),
        sa.UniqueConstraint("statement_id", "number", name=op.f("uq_finance_lines_statement_id_number")),
    )
    op.create_table(
        "line_questions",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("matter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "doubt",
            sa.Enum(
                "purpose",
                "amount",
                "voucher",
                "approval",
                "not_received",
                "other",
                name="doubt",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["finance_lines.id"], name=op.f("fk_line_questions_line_id")),
        sa.ForeignKeyConstraint(["matter_id"], ["matters.id"], name=op.f("fk_line_questions_matter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_questions")),
        sa.UniqueConstraint("matter_id", name=op.f("uq_line_questions_matter_id")),
    )
    with op.batch_alter_table("line_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_questions_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index("ix_line_questions_line_id_asked_at", ["line_id", "asked_at"], unique=False)
    reword("matters", checks={_KIND: _KINDS_NOW})
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
    _hang_up_boards()


def _hang_up_boards() -> None:
    """Every unit that is there has a board from today on; what was due before is nobody's silence."""
    bind = op.get_bind()
    units = sa.table("units", sa.column("id", sa.Uuid()), sa.column("kind", sa.String()))
    boards = sa.table(
        "boards",
        sa.column("id", sa.Uuid()),
        sa.column("unit_id", sa.Uuid()),
        sa.column("is_busy", sa.Boolean()),
        sa.column("watched_from", sa.Date()),
        sa.column("opened_at", sa.DateTime(timezone=True)),
    )
    for (unit_id,) in bind.execute(sa.select(units.c.id).where(units.c.kind != "section")).all():
        bind.execute(
            boards.insert().values(
                id=uuid.uuid4(),
                unit_id=unit_id,
                is_busy=False,
                watched_from=clock.today(),
                opened_at=datetime.now(UTC),
            )
        )


def downgrade() -> None:
    # An answer to a line is an answer to a question once nobody knows of lines.
    op.execute("UPDATE matters SET kind = 'question', weight = 'complex' WHERE kind = 'line_question'")
    reword("matters", checks={_KIND: _KINDS_BEFORE})
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER disclosure_versions_unchanged ON disclosure_versions")
        op.execute("DROP FUNCTION refuse_to_change_disclosure_versions()")
    with op.batch_alter_table("line_questions", schema=None) as batch_op:
        batch_op.drop_index("ix_line_questions_line_id_asked_at")
        batch_op.drop_index(batch_op.f("ix_line_questions_asked_at"))

    op.drop_table("line_questions")
    op.drop_table("finance_lines")
    op.drop_table("disclosure_versions")
    with op.batch_alter_table("disclosure_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosure_files_disclosure_id"))

    op.drop_table("disclosure_files")
    op.drop_table("disclosure_drafts")
    with op.batch_alter_table("finance_statements", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_finance_statements_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(
            "uq_finance_statements_draft",
            sqlite_where=sa.text("state = 'draft'"),
            postgresql_where=sa.text("state = 'draft'"),
        )
        batch_op.drop_index(batch_op.f("ix_finance_statements_reference"))

    op.drop_table("finance_statements")
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_disclosures_of_a_period",
            sqlite_where=sa.text("period <> '' AND state <> 'withdrawn'"),
            postgresql_where=sa.text("period <> '' AND state <> 'withdrawn'"),
        )
        batch_op.drop_index("ix_disclosures_published_at")
        batch_op.drop_index("ix_disclosures_board_id_code")

    op.drop_table("disclosures")
    op.drop_table("budget_lines")
    op.drop_table("boards")
    with op.batch_alter_table("question_allowances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_allowances_day"))

    op.drop_table("question_allowances")
    op.drop_table("disclosure_counters")
