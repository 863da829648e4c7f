"""How often a unit keeps its terms: a share with its interval, never of a few; and when a talk is suggested."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalapp.core.statistics import Share, wilson
from evalapp.supervision.rules.profile import TalkRules


@dataclass(frozen=True, kw_only=True)
class OnTime:
    """Of `due` terms that are over, `met` were met in time; `share` is none when there are too few to tell."""

    due: int
    met: int
    share: Share | None


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month in figures: terms that ended in it, and those of them met in time."""

    year: int
    month: int
    due: int
    met: int


def on_time(*, due: int, met: int, minimum: int) -> OnTime:
    """Return the share with its interval, or without one below the minimum count."""
    return OnTime(due=due, met=met, share=wilson(met, due) if due >= minimum else None)


def is_bad(month: Month, rules: TalkRules) -> bool:
    """Whether a month counts as bad: enough terms, and too few of them met in time."""
    return month.due >= rules.minimum and month.met * 100 < rules.on_time_below * month.due


def talk_is_suggested(months: Sequence[Month], rules: TalkRules) -> bool:
    """Whether the newest whole months, without a gap between them, were all bad."""
    newest = sorted(months, key=lambda each: (each.year, each.month))[-rules.months :]
    places = [each.year * 12 + each.month for each in newest]
    is_row = places == list(range(places[0], places[0] + len(places))) if places else False
    return is_row and len(newest) == rules.months and all(is_bad(each, rules) for each in newest)
