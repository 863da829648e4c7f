"""What the record of cases says of a promised term: pledged, measured, and the verdict between them."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evalapp.approvals.rules import profile as profiles
from evalapp.approvals.rules.totals import limit_of
from evalapp.core.statistics import Share, wilson
from evalapp.core.terms import Term, TimeUnit, is_longer

MONTHS = 12  # evidence is that of a year, as the rates of replies are
_TENTHS = 9


class Verdict(enum.StrEnum):
    KEPT = "kept"  # 说到做到
    NEAR_LIMIT = "near_limit"  # 接近时限
    NOT_KEPT = "not_kept"  # 未达承诺
    NO_DATA = "no_data"  # 暂无数据


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole months, from the first day of one to the last of another; the last may still run."""

    first: date
    last: date  # the first day of the last month

    @classmethod
    def of_year(cls, day: date) -> "Period":
        """The month of `day` and the eleven before."""
        month = day.year * 12 + day.month - MONTHS
        return cls(first=date(month // 12, month % 12 + 1, 1), last=day.replace(day=1))

    @property
    def after(self) -> date:
        """The first day that lies behind it."""
        year, month = divmod(self.last.year * 12 + self.last.month, 12)
        return date(year, month + 1, 1)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What monitored cases took, in the unit of time and the basis of the term."""

    cases: int
    on_time: int
    mean: float
    nine_in_ten: float  # what nine of ten took at most (nearest rank)

    def __post_init__(self) -> None:
        if not 0 <= self.on_time <= self.cases:
            raise ValueError("more cases on time than cases")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A term beside its record; without enough cases nothing but their number is said."""

    verdict: Verdict
    term: Term | None
    cases: int = 0
    mean: float | None = None  # in the unit of the term, as the next
    nine_in_ten: float | None = None
    on_time: Share | None = None
    period: Period | None = None
    is_hardly_less: bool = False  # hardly shorter than what the law allows

    @property
    def on_time_percent(self) -> float | None:
        return float(100 * self.on_time.value) if self.on_time is not None else None


def record_of(counted: Iterable[tuple[int, int, int]], term: Term) -> Record | None:
    """Return what cases took, from rows of how much was used, by how many cases, in all; none where nothing is comparable."""
    limit = limit_of(term)
    rows = sorted(row for row in counted if row[1] > 0)
    cases = sum(number for _, number, _ in rows)
    if limit is None or not cases:
        return None
    per = 60 if term.unit is TimeUnit.HOUR else 1
    passed, nine_in_ten = 0, 0
    for used, number, _ in rows:
        passed, nine_in_ten = passed + number, used
        if passed * 10 >= cases * _TENTHS:
            break
    return Record(
        cases=cases,
        on_time=sum(number for used, number, _ in rows if used <= limit),
        mean=sum(total for *_, total in rows) / cases / per,
        nine_in_ten=nine_in_ten / per,
    )


def evidence(
    term: Term | None,
    record: Record | None,
    rule: profiles.Verdict,
    *,
    period: Period | None = None,
    statutory: Term | None = None,
) -> Evidence:
    """Return what `record` says of a promise of that term (domain rule: verdict on a pledge).

    说到做到 with a rate of at least `rule.kept` and a mean within the term, 未达承诺 under `rule.missed` or with a mean beyond it,
    接近时限 in between; 暂无数据 without a term or below the minimum, of which only the number is told.
    """
    flatters = is_hardly_less(term, statutory, rule)
    cases = record.cases if record is not None and term is not None else 0
    if term is None or record is None or cases < rule.minimum:
        return Evidence(
            verdict=Verdict.NO_DATA, term=term, cases=cases, period=period, is_hardly_less=flatters
        )
    return Evidence(
        verdict=_verdict(term, record, rule),
        term=term,
        cases=cases,
        mean=record.mean,
        nine_in_ten=record.nine_in_ten,
        on_time=wilson(record.on_time, cases),
        period=period,
        is_hardly_less=flatters,
    )


def is_hardly_less(term: Term | None, statutory: Term | None, rule: profiles.Verdict) -> bool:
    """Whether a promise flatters itself: statutory 20, promised 19. Terms counted differently are not compared."""
    if term is None or statutory is None or (term.unit, term.basis) != (statutory.unit, statutory.basis):
        return False
    return not is_longer(term, statutory) and term.amount * 100 >= statutory.amount * rule.hardly_less


def _verdict(term: Term, record: Record, rule: profiles.Verdict) -> Verdict:
    hundredfold = 100 * record.on_time
    if record.mean > term.amount or hundredfold < rule.missed * record.cases:
        return Verdict.NOT_KEPT
    if hundredfold >= rule.kept * record.cases:
        return Verdict.KEPT
    return Verdict.NEAR_LIMIT
