"""A unit's quarter: what its grade is reckoned from, and how. Exact fractions, rounded once, to hundredths of a point."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from evalapp.approvals.rules.profile import Contest, Quarter
from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar

_MONTHS = 3
HUNDRED = 100


@dataclass(frozen=True, order=True, kw_only=True)
class YearQuarter:
    """A quarter of a year, from 1 to 4."""

    year: int
    quarter: int

    @classmethod
    def of(cls, moment: datetime) -> "YearQuarter":
        """The quarter in which a moment of the district lies."""
        day = clock.local(moment).date()
        return cls(year=day.year, quarter=(day.month - 1) // _MONTHS + 1)

    @property
    def next(self) -> "YearQuarter":
        if self.quarter == 4:
            return YearQuarter(year=self.year + 1, quarter=1)
        return YearQuarter(year=self.year, quarter=self.quarter + 1)

    @property
    def begins_at(self) -> datetime:
        return clock.start_of(date(self.year, (self.quarter - 1) * _MONTHS + 1, 1))

    @property
    def ends_at(self) -> datetime:
        return self.next.begins_at

    @property
    def said(self) -> str:
        """How addresses and records call it: 2026-Q3."""
        return f"{self.year}-Q{self.quarter}"


def closes_at(one: YearQuarter, rule: Contest, calendar: WorkCalendar) -> datetime:
    """Return when a quarter is graded: once its last cards can have been contested and reviewed."""
    last = clock.local(one.ends_at).date()
    return clock.end_of(calendar.add_working_days(last, rule.days + rule.review_days))


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a unit did in a quarter: completed cases, those in time, standing cards with their points, points by hand."""

    completed: int = 0
    kept: int = 0
    yellow: int = 0
    red: int = 0
    yellow_points: int = 0
    red_points: int = 0
    manual: int = 0


@dataclass(frozen=True, kw_only=True)
class Graded:
    """The parts of a score in hundredths of a point, and what it is called; without a score too little was completed."""

    bonus: int
    taken: int
    score: int | None
    grade: str


def graded(figures: Figures, rule: Quarter) -> Graded:
    """Reckon a quarter: base, plus the bonus for what was in time, minus cards, plus or minus points by hand; never below nought."""
    if figures.completed < max(rule.minimum, 1):
        return Graded(bonus=0, taken=0, score=None, grade="")
    bonus = Fraction(rule.most_bonus * figures.kept, figures.completed)
    taken = Fraction((figures.yellow_points + figures.red_points) * rule.per_cases, figures.completed)
    score = _hundredths(max(Fraction(0), rule.base + bonus - taken + figures.manual))
    return Graded(
        bonus=_hundredths(bonus), taken=_hundredths(taken), score=score, grade=grade_of(score, rule)
    )


def grade_of(score: int, rule: Quarter) -> str:
    """What a score in hundredths is called: by the figure that is shown, so that everybody comes to the same."""
    return next(grade.name for grade in rule.grades if score >= grade.least * HUNDRED)


def is_failing(grade: str, rule: Quarter) -> bool:
    """Whether a grade is the last of the profile's: the unit gets a notice for it."""
    return bool(grade) and grade == rule.grades[-1].name


def _hundredths(exact: Fraction) -> int:
    return int(exact * HUNDRED + Fraction(1, 2))  # half a hundredth counts as one; no part is negative
