"""What the record of cases says of a pledge. Until cases are monitored there is no record: 暂无数据."""

import enum
from dataclasses import dataclass

from evalapp.core.terms import Term

KEPT_AT_PERCENT = 95  # domain rules 4: 说到做到 from here on
NOT_KEPT_BELOW_PERCENT = 85  # 未达承诺 below


class Verdict(enum.StrEnum):
    KEPT = "kept"  # 说到做到
    NEAR_LIMIT = "near_limit"  # 接近时限
    NOT_KEPT = "not_kept"  # 未达承诺
    NO_DATA = "no_data"  # 暂无数据


@dataclass(frozen=True, kw_only=True)
class Record:
    """What monitored cases took, in the unit of time and the basis of the pledge."""

    cases: int
    on_time: int
    mean: float

    def __post_init__(self) -> None:
        if not 0 <= self.on_time <= self.cases:
            raise ValueError("more cases on time than cases")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A pledge's term beside its record; without enough cases nothing but that is said."""

    verdict: Verdict
    term: Term | None
    cases: int = 0
    mean: float | None = None
    on_time_percent: float | None = None


def evidence(term: Term | None, record: Record | None, *, minimum: int) -> Evidence:
    """Return what `record` says of a pledge with that term.

    说到做到 with a rate of at least 95 % and a mean within the pledge, 未达承诺 under 85 % or with a mean beyond it,
    接近时限 in between; 暂无数据 without a term or below `minimum` cases, of which only the number is told.
    """
    if term is None or record is None:
        return Evidence(verdict=Verdict.NO_DATA, term=term)
    if record.cases < max(minimum, 1):
        return Evidence(verdict=Verdict.NO_DATA, term=term, cases=record.cases)
    return Evidence(
        verdict=_verdict(term, record),
        term=term,
        cases=record.cases,
        mean=record.mean,
        on_time_percent=100 * record.on_time / record.cases,
    )


def _verdict(term: Term, record: Record) -> Verdict:
    hundredfold = 100 * record.on_time
    if record.mean > term.amount or hundredfold < NOT_KEPT_BELOW_PERCENT * record.cases:
        return Verdict.NOT_KEPT
    if hundredfold >= KEPT_AT_PERCENT * record.cases:
        return Verdict.KEPT
    return Verdict.NEAR_LIMIT
