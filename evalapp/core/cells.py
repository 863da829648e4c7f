"""What stands in a cell of a table that people hand in: texts, numbers and days, however they were typed."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?", re.ASCII)
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))",
    re.ASCII,
)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(?::00(?:\.0+)?)?$")
_LONGEST_NUMBER = 30
_YEARS = range(1900, 2200)


def plain(value: object) -> str:
    """Return a cell as text: a number without needless zeros, a day as 2026-11-29, nothing as an empty text."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def number(value: object, *, field: str) -> Decimal:
    """Return a number, typed with or without thousands separators, in full or half width. Raises `Invalid`."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    text = unicodedata.normalize("NFKC", plain(value)).replace(" ", "")
    if len(text) > _LONGEST_NUMBER or not _GROUPED.fullmatch(text):
        raise Invalid(
            N_("“%(text)s”不是数字：请只填数字，不带单位和别的字。"), field=field, text=plain(value)[:30]
        )
    return Decimal(text.replace(",", ""))


def whole(value: object, *, field: str, least: int, most: int) -> int:
    """Return a whole number from `least` to `most`. Raises `Invalid`."""
    found = number(value, field=field)
    if found != found.to_integral_value() or not least <= found <= most:
        raise Invalid(N_("请填 %(least)d 到 %(most)d 的整数。"), field=field, least=least, most=most)
    return int(found)


def fen(value: object, *, field: str, most: int = 10**15) -> int:
    """Return an amount of yuan in fen. Raises `Invalid` for parts of a fen and for more than `most` fen."""
    found = number(value, field=field) * 100
    if found != found.to_integral_value():
        raise Invalid(N_("金额最多两位小数，单位是元。"), field=field)
    if abs(found) > most:
        raise Invalid(N_("金额太大，单位是元，请核对。"), field=field)
    return int(found)


def day(value: object, *, field: str) -> date:
    """Return a day: a cell formatted as one, or typed as 2026-11-29, 2026/11/29, 2026.11.29, 2026年11月29日, 20261129.

    Refuses a time of day, and a day whose year does not come first: which number is the month nobody can know.
    """
    if isinstance(value, datetime):
        if value.time() != datetime.min.time():
            raise Invalid(N_("这里只填日期，不填几点几分。"), field=field)
        return _in_years(value.date(), field)
    if isinstance(value, date):
        return _in_years(value, field)
    text = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", plain(value))).replace(" ", "")
    found = _DAY.fullmatch(text)
    if found is None:
        raise Invalid(N_("“%(text)s”不是日期：请写成 2026-11-29 这样。"), field=field, text=plain(value)[:30])
    year, month, of_month = (int(part) for part in found.groups() if part is not None)
    try:
        return _in_years(date(year, month, of_month), field)
    except ValueError as error:
        raise Invalid(N_("没有“%(text)s”这一天。"), field=field, text=plain(value)[:30]) from error


def _in_years(found: date, field: str) -> date:
    if found.year not in _YEARS:
        raise Invalid(
            N_("年份应在 %(first)d 到 %(last)d 之间。"), field=field, first=_YEARS[0], last=_YEARS[-1]
        )
    return found
