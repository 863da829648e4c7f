"""Totals of cases: by what handling took, by day, by step, by window and hour; what a handling was measured in."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None
_MEASURES = ("working_days", "calendar_days", "working_minutes", "calendar_minutes")
_DAY_COUNTS = ("submitted", "decided", "kept", "closed")


def upgrade() -> None:
    said = ", ".join(f"'{measure}'" for measure in _MEASURES)
    check = f"CONSTRAINT ck_cases_measure CHECK (used_in IN ({said}))"
    op.execute(f"ALTER TABLE cases ADD COLUMN used_in VARCHAR(32) {check}")
    op.create_table(
        "case_handled_totals",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("measure", _enum(_MEASURES, "measure"), nullable=False),
        sa.Column("used", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_handled_totals_cases_not_negative")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["service_items.id"], name=op.f("fk_case_handled_totals_item_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "month", "measure", "used", name=op.f("pk_case_handled_totals")),
    )
    op.create_table(
        "case_day_totals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("what", _enum(_DAY_COUNTS, "daycount"), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_day_totals_cases_not_negative")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_day_totals_unit_id")),
        sa.PrimaryKeyConstraint("day", "unit_id", "what", name=op.f("pk_case_day_totals")),
    )
    op.create_index("ix_case_day_totals_unit_id_day", "case_day_totals", ["unit_id", "day"])
    op.create_table(
        "case_step_totals",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_step_totals_cases_not_negative")),
        sa.ForeignKeyConstraint(["item_id"], ["service_items.id"], name=op.f("fk_case_step_totals_item_id")),
        sa.PrimaryKeyConstraint("month", "item_id", "step", name=op.f("pk_case_step_totals")),
    )
    op.create_index(op.f("ix_case_step_totals_item_id"), "case_step_totals", ["item_id"])
    op.create_table(
        "case_arrival_totals",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_arrival_totals_cases_not_negative")),
        sa.CheckConstraint(
            "weekday BETWEEN 0 AND 6 AND hour BETWEEN 0 AND 23",
            name=op.f("ck_case_arrival_totals_hour_of_a_week"),
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_arrival_totals_unit_id")),
        sa.PrimaryKeyConstraint(
            "month", "unit_id", "window", "weekday", "hour", name=op.f("pk_case_arrival_totals")
        ),
    )
    op.create_index("ix_case_arrival_totals_unit_id_month", "case_arrival_totals", ["unit_id", "month"])


def _enum(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    op.drop_table("case_arrival_totals")
    op.drop_table("case_step_totals")
    op.drop_table("case_day_totals")
    op.drop_table("case_handled_totals")
    op.drop_column("cases", "used_in")  # with its own check; a table that others refer to is not made anew
