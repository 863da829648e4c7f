"""Tables of the district's working days."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base
from evalapp.core.calendar.counting import DayKind


class CalendarDay(Base):
    """A day that is not what its weekday says. Days without a row are: Monday to Friday working, else off."""

    __tablename__ = "work_calendar"

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind] = mapped_column()
    note: Mapped[str] = mapped_column(default="")


class CalendarYear(Base):
    """A year whose days off have been announced. Of a year without a row nothing is sure yet."""

    __tablename__ = "calendar_years"
    __table_args__ = (CheckConstraint("year BETWEEN 1990 AND 2999", name="year_in_range"),)

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    published_at: Mapped[datetime] = mapped_column()  # when the district took it over
    source: Mapped[str] = mapped_column(default="")
