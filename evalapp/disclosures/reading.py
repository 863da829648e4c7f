"""What pages of boards share, public and on the desks: names of periods, amounts, charts, the standing of duties."""

from collections.abc import Sequence
from typing import Any

from evalapp.disclosures.queries.boards import StatementRow
from evalapp.disclosures.rules.catalogue import AfterForming, EachPeriod, Item
from evalapp.disclosures.rules.finances import DIRECTION_WORDS, FIGURE_WORDS
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.disclosures.rules.silence import STANDING_WORDS, Standing
from evalapp.web.charts import Flow
from evalapp.web.i18n import _, gettext, language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WAN = 1_000_000  # fen in 万元
_IN_WAN_FROM = 100 * _WAN
_MOST_NAMED = 8  # places below a chart on a telephone
TONES = {
    Standing.MISSING: ("bad", "x-octagon-fill"),
    Standing.DUE_SOON: ("warn", "exclamation-triangle-fill"),
    Standing.WAITING: ("", "clock"),
    Standing.POSTED_LATE: ("warn", "clock"),
    Standing.POSTED: ("ok", "check-circle-fill"),
}


def words() -> dict[str, Any]:
    """What the parts of a board's page call things."""
    return {
        "period_words": period_words,
        "term_words": term_words,
        "standings": STANDING_WORDS,
        "tones": TONES,
        "figures": FIGURE_WORDS,
        "directions": DIRECTION_WORDS,
        "yuan": yuan,
    }


def period_words(period: Period | str) -> str:
    """`2026 年第 3 季度`, `Q3 2026`; nothing for no period."""
    if not period:
        return ""
    span = Period.read(period) if isinstance(period, str) else period
    if language() != "en":
        return span.chinese
    if span.length is Length.YEAR:
        return str(span.year)
    return (
        f"Q{span.place} {span.year}"
        if span.length is Length.QUARTER
        else f"{_MONTHS[span.place - 1]} {span.year}"
    )


def term_words(item: Item) -> str:
    """By when an item is to be posted, in words."""
    term = item.term
    if isinstance(term, AfterForming):
        if term.kind == "at_once":
            return gettext("随时公开（%(days)s 个工作日内）", days=term.days)
        return gettext("形成或变更后 %(days)s 个工作日内", days=term.days)
    if isinstance(term, EachPeriod):
        if term.length is Length.MONTH:
            return gettext("每月，次月 %(day)s 日前", day=term.day)
        return gettext("每季度，下季度第一个月 %(day)s 日前", day=term.day)
    if term.of == "this":
        return gettext("每年，当年 %(month)s 月 %(day)s 日前", month=term.month, day=term.day)
    return gettext("每年，次年 %(month)s 月 %(day)s 日前", month=term.month, day=term.day)


def yuan(fen: int) -> str:
    """An amount in yuan, as vouchers have it: `1,234.50`."""
    sign = "−" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02}"


class Money:
    """Amounts of one page in one unit: 万元 where they are large, else 元."""

    def __init__(self, largest: int) -> None:
        self.is_large = abs(largest) >= _IN_WAN_FROM

    @property
    def unit(self) -> str:
        return _("万元") if self.is_large else _("元")

    def value(self, fen: int) -> float:
        return fen / (_WAN if self.is_large else 100)

    def axis(self, value: float) -> str:
        """A number beside a chart, as short as it can be said: 30 万, 300k."""
        if language() == "en":
            return f"{value / 1_000:,g}k" if value >= 1_000 else f"{value:,g}"
        return f"{value / 10_000:,g} 万" if value >= 10_000 and not self.is_large else f"{value:,g}"

    def __call__(self, fen: int) -> str:
        if not self.is_large:
            return yuan(fen).removesuffix(".00")
        return f"{self.value(fen):,.2f}".replace("-", "−")


def charted(series: Sequence[StatementRow], money: Money) -> list[Flow]:
    """What a chart of these periods draws, oldest first. Of many only every second is named, the last among them."""
    named, year = [], 0
    for place, row in enumerate(series):
        is_named = len(series) <= _MOST_NAMED or (len(series) - 1 - place) % 2 == 0
        named.append(_short(row.period, with_year=row.period.year != year) if is_named else "")
        year = row.period.year if is_named else year
    return [
        Flow(
            name=name,
            income=money.value(row.income),
            expense=money.value(row.expense),
            left=money.value(row.closing),
        )
        for name, row in zip(named, series, strict=True)
    ]


def _short(period: Period, *, with_year: bool) -> str:
    """`26Q1`, `Q2`; `26/1`, `2`: the year stands where it is another than before."""
    if period.length is Length.YEAR:
        return str(period.year)
    if period.length is Length.QUARTER:
        return f"{period.year % 100}Q{period.place}" if with_year else f"Q{period.place}"
    return f"{period.year % 100}/{period.place}" if with_year else str(period.place)


def finding(series: Sequence[StatementRow]) -> str:
    """What the chart shows, as its title: which stretches spent more than came in."""
    over = [row for row in series if row.expense > row.income]
    if not series:
        return _("还没有收支")
    if not over:
        return _("每一期都是收大于支")
    if len(over) == len(series):
        return _("每一期都是支大于收")
    return gettext("%(count)s 期里有 %(over)s 期支大于收", count=len(series), over=len(over))


def plain_yuan(fen: int) -> str:
    """An amount in yuan for machines: `-1234.50`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02}"
