"""Open cases by unit are a total; arrivals are counted by the hour of the day; what shows yellow has an index."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_cases_unit_id_yellow_open",
        "cases",
        ["unit_id", "yellow_at", "red_at", "closed_at"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "case_open_totals",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_open_totals_cases_not_negative")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_open_totals_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_case_open_totals")),
    )
    op.execute(
        "INSERT INTO case_open_totals (unit_id, cases)"
        " SELECT unit_id, count(*) FROM cases WHERE closed_at IS NULL GROUP BY unit_id"
    )
    _count_arrivals_by(hour=("hour BETWEEN 0 AND 23", "hour_of_a_day"))


def downgrade() -> None:
    _count_arrivals_by(
        hour=("weekday BETWEEN 0 AND 6 AND hour BETWEEN 0 AND 23", "hour_of_a_week"), weekday=True
    )
    op.drop_table("case_open_totals")
    op.drop_index("ix_cases_unit_id_yellow_open", table_name="cases")


def _count_arrivals_by(*, hour: tuple[str, str], weekday: bool = False) -> None:
    """Make the table anew from its sums; which day of the week it was is not known any more on the way back."""
    op.execute(
        'CREATE TABLE case_arrivals_once AS SELECT month, unit_id, "window", hour, sum(cases) AS cases'
        ' FROM case_arrival_totals GROUP BY month, unit_id, "window", hour'
    )
    op.drop_table("case_arrival_totals")
    days = [sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False)] if weekday else []
    key = ["month", "unit_id", "window", *(["weekday"] if weekday else []), "hour"]
    check, name = hour
    op.create_table(
        "case_arrival_totals",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("window", sa.String(), nullable=False),
        *days,
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.CheckConstraint("cases >= 0", name=op.f("ck_case_arrival_totals_cases_not_negative")),
        sa.CheckConstraint(check, name=op.f(f"ck_case_arrival_totals_{name}")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_case_arrival_totals_unit_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_case_arrival_totals")),
    )
    day = "0, " if weekday else ""
    names = ", ".join(f'"{each}"' for each in key)
    op.execute(
        f"INSERT INTO case_arrival_totals ({names}, cases)"  # noqa: S608  names of columns
        f' SELECT month, unit_id, "window", {day}hour, cases FROM case_arrivals_once'
    )
    op.drop_table("case_arrivals_once")
    op.create_index("ix_case_arrival_totals_unit_id_month", "case_arrival_totals", ["unit_id", "month"])
