"""Terms: how many of which unit of time, counted how."""

import enum
from dataclasses import dataclass

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

LONGEST = 9_999


class TimeUnit(enum.StrEnum):
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class Basis(enum.StrEnum):
    WORKING = "working"  # days and hours of the working calendar
    CALENDAR = "calendar"  # every day, every hour


@dataclass(frozen=True, kw_only=True)
class Term:
    """`5 working days` is `Term(amount=5, unit=TimeUnit.DAY, basis=Basis.WORKING)`."""

    amount: int
    unit: TimeUnit
    basis: Basis


def checked(term: Term | None, *, field: str) -> Term | None:
    """Return the term. Raises `Invalid` for one that cannot be counted."""
    if term is None:
        return None
    if not 1 <= term.amount <= LONGEST:
        raise Invalid(N_("期限应是 1 到 %(most)s 之间的整数。"), field=field, most=LONGEST)
    if term.unit is TimeUnit.MONTH and term.basis is Basis.WORKING:
        raise Invalid(N_("以月计的期限只能按自然日计算。"), field=field)
    return term


def is_longer(term: Term, than: Term) -> bool:
    """Whether `term` is longer, where both are counted alike; terms counted differently are not compared."""
    alike = (term.unit, term.basis) == (than.unit, than.basis)
    return alike and term.amount > than.amount
