"""How pages write days, times and numbers, in Chinese and in English."""

from datetime import date, datetime, timedelta

from flask import Flask

from evalapp.core import clock
from evalapp.web.i18n import gettext, language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(value: date | datetime) -> str:
    """`11 月 26 日`, `26 Nov`."""
    on = _day_of(value)
    return f"{on.day} {_MONTHS[on.month - 1]}" if language() == "en" else f"{on.month} 月 {on.day} 日"


def day_year(value: date | datetime) -> str:
    """`2026 年 11 月 26 日`, `26 Nov 2026`."""
    on = _day_of(value)
    return f"{day(on)} {on.year}" if language() == "en" else f"{on.year} 年 {day(on)}"


def month_year(value: date) -> str:
    """`2026 年 11 月`, `Nov 2026`."""
    return (
        f"{_MONTHS[value.month - 1]} {value.year}"
        if language() == "en"
        else f"{value.year} 年 {value.month} 月"
    )


def hour(value: datetime) -> str:
    """`20:18`; midnight at the end of a day is for `moment` to write."""
    return f"{clock.local(value):%H:%M}"


def moment(value: datetime) -> str:
    """`11 月 23 日 20:18`."""
    return f"{day(value)} {hour(value)}"


def iso_moment(text: str) -> str:
    """The same, of a moment that was kept as text (in records of what happened)."""
    return moment(datetime.fromisoformat(text))


def weekday(value: date | datetime) -> str:
    """`周四`, `Thu`."""
    names = (
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun") if language() == "en" else tuple("一二三四五六日")
    )
    name = names[_day_of(value).weekday()]
    return name if language() == "en" else f"周{name}"


def number(value: float) -> str:
    """`12,345`."""
    return f"{value:,}"


def score(value: float) -> str:
    """One decimal: `88.2`."""
    return f"{value:.1f}"


def duration(seconds: float) -> str:
    """`41:06`, `1:02:03`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, last = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{last:02}" if hours else f"{minutes:02}:{last:02}"


def left(until: datetime) -> str:
    """`还剩 3 天 3 小时`; the two largest units that matter."""
    remaining = max(until - clock.now(), timedelta(0))
    days, hours, minutes = remaining.days, remaining.seconds // 3600, remaining.seconds // 60 % 60
    if days:
        return gettext("还剩 %(days)s 天 %(hours)s 小时", days=days, hours=hours)
    if hours:
        return gettext("还剩 %(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minutes)
    return gettext("还剩 %(minutes)s 分钟", minutes=max(minutes, 1))


def _day_of(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def init_app(app: Flask) -> None:
    """Teach templates to write them."""
    app.jinja_env.filters.update(
        day=day,
        day_year=day_year,
        month_year=month_year,
        clock=hour,
        iso_moment=iso_moment,
        moment=moment,
        weekday=weekday,
        number=number,
        score=score,
        duration=duration,
        left=left,
    )
