"""What a posting is for: a month, a quarter or a year, written as 2026-10, 2026-Q3, 2026."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, timedelta

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

_WRITTEN = re.compile(r"(20\d\d)(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


class Length(enum.StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, order=True)
class Period:
    """A stretch of whole months. `place` is the how manieth of its year, from 1."""

    year: int
    length: Length
    place: int = 1

    @classmethod
    def read(cls, text: str) -> Period:
        """Return the period that is written so. Raises `Invalid`."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise Invalid(N_("期间请写成 2026、2026-Q3 或 2026-10。"), field="period")
        year, quarter, month = found.groups()
        if quarter:
            return cls(year=int(year), length=Length.QUARTER, place=int(quarter))
        if month:
            return cls(year=int(year), length=Length.MONTH, place=int(month))
        return cls(year=int(year), length=Length.YEAR)

    @classmethod
    def holding(cls, day: date, length: Length) -> Period:
        """Return the period of that length in which `day` lies."""
        return cls(year=day.year, length=length, place=(day.month - 1) // _MONTHS[length] + 1)

    @property
    def first(self) -> date:
        return date(self.year, (self.place - 1) * _MONTHS[self.length] + 1, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> Period:
        return self.shifted(1)

    @property
    def before(self) -> Period:
        return self.shifted(-1)

    @property
    def year_before(self) -> Period:
        """The same stretch of the year before, for comparing."""
        return Period(year=self.year - 1, length=self.length, place=self.place)

    def shifted(self, places: int) -> Period:
        in_a_year = 12 // _MONTHS[self.length]
        at = self.year * in_a_year + self.place - 1 + places
        return Period(year=at // in_a_year, length=self.length, place=at % in_a_year + 1)

    @property
    def chinese(self) -> str:
        """`2026 年第 3 季度`, as it is written on a wall."""
        if self.length is Length.YEAR:
            return f"{self.year} 年"
        return (
            f"{self.year} 年第 {self.place} 季度"
            if self.length is Length.QUARTER
            else f"{self.year} 年 {self.place} 月"
        )

    def __str__(self) -> str:
        if self.length is Length.YEAR:
            return str(self.year)
        return (
            f"{self.year}-Q{self.place}" if self.length is Length.QUARTER else f"{self.year}-{self.place:02}"
        )
