"""Terms: how many of which unit of time, counted how."""

import enum
import re
import unicodedata
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


_SPELLED = {
    (TimeUnit.DAY, Basis.WORKING): "个工作日",
    (TimeUnit.DAY, Basis.CALENDAR): "日",
    (TimeUnit.HOUR, Basis.WORKING): "个工作小时",
    (TimeUnit.HOUR, Basis.CALENDAR): "小时",
    (TimeUnit.MINUTE, Basis.CALENDAR): "分钟",
    (TimeUnit.MINUTE, Basis.WORKING): "工作分钟",
    (TimeUnit.MONTH, Basis.CALENDAR): "个月",
}
_READ = {text.removeprefix("个"): meant for meant, text in _SPELLED.items()} | {
    "天": (TimeUnit.DAY, Basis.CALENDAR),
    "自然日": (TimeUnit.DAY, Basis.CALENDAR),
    "workingday": (TimeUnit.DAY, Basis.WORKING),
    "day": (TimeUnit.DAY, Basis.CALENDAR),
    "workinghour": (TimeUnit.HOUR, Basis.WORKING),
    "hour": (TimeUnit.HOUR, Basis.CALENDAR),
    "minute": (TimeUnit.MINUTE, Basis.CALENDAR),
    "month": (TimeUnit.MONTH, Basis.CALENDAR),
}
_TYPED = re.compile(r"([0-9]{1,4})个?([^0-9\s]+)")


def spelled(term: Term | None) -> str:
    """A term as it is written in tables: 5 个工作日; empty without one."""
    return f"{term.amount} {_SPELLED[term.unit, term.basis]}" if term else ""


def typed(text: str, *, field: str) -> Term | None:
    """Read a term as people write it: 5 个工作日, 30日, 2 小时, 5 working days. None for an empty text; raises `Invalid`."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    if not plain:
        return None
    found = _TYPED.fullmatch(plain)
    meant = _READ.get(found[2]) or _READ.get(found[2].removesuffix("s")) if found else None
    if found is None or meant is None:
        raise Invalid(
            N_("“%(text)s”不是时限：请写成“5 个工作日”“30 日”“2 小时”这样。"), field=field, text=text[:30]
        )
    return checked(Term(amount=int(found[1]), unit=meant[0], basis=meant[1]), field=field)
