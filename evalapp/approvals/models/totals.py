"""Tables of totals: sums over cases that are kept up as cases are folded, so that what is read of them costs the same at any size."""

import uuid
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.totals import DayCount, Measure
from evalapp.core.base import Base


class HandledTotal(Base):
    """Cases of an item decided in a month, by how much handling took: evidence of a pledge is read from it."""

    __tablename__ = "case_handled_totals"
    __table_args__ = (CheckConstraint("cases >= 0", name="cases_not_negative"),)

    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)  # its first day
    measure: Mapped[Measure] = mapped_column(primary_key=True)
    used: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cases: Mapped[int] = mapped_column()
    total: Mapped[int] = mapped_column(BigInteger)  # of what they took, exactly


class DayTotal(Base):
    """Cases of a unit on a day: submitted, decided, decided in time, closed."""

    __tablename__ = "case_day_totals"
    __table_args__ = (
        CheckConstraint("cases >= 0", name="cases_not_negative"),
        Index("ix_case_day_totals_unit_id_day", "unit_id", "day"),
    )

    day: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    what: Mapped[DayCount] = mapped_column(primary_key=True)
    cases: Mapped[int] = mapped_column()


class StepTotal(Base):
    """Steps of an item's flowchart that ended in a month, with the seconds that they took."""

    __tablename__ = "case_step_totals"
    __table_args__ = (CheckConstraint("cases >= 0", name="cases_not_negative"),)

    month: Mapped[date] = mapped_column(primary_key=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), primary_key=True, index=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int] = mapped_column()
    total: Mapped[int] = mapped_column(BigInteger)  # seconds


class OpenTotal(Base):
    """Cases of a unit that are open."""

    __tablename__ = "case_open_totals"
    __table_args__ = (CheckConstraint("cases >= 0", name="cases_not_negative"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    cases: Mapped[int] = mapped_column()


class ArrivalTotal(Base):
    """Cases that arrived at a unit's window in a month, by the hour of the day."""

    __tablename__ = "case_arrival_totals"
    __table_args__ = (
        CheckConstraint("cases >= 0", name="cases_not_negative"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour_of_a_day"),
        Index("ix_case_arrival_totals_unit_id_month", "unit_id", "month"),
    )

    month: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    window: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cases: Mapped[int] = mapped_column()
