"""What the public journal of moderation tells: acts by month, and broken down only where ten people stand behind a figure."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from evalapp.core.i18n import N_

LEAST_PEOPLE = 10
MONTHS = 12
MOST_DAYS = 365  # of waiting; longer counts as this

K = TypeVar("K")


class JournalAct(enum.StrEnum):
    HELD = "held"  # waits to be read before it is shown
    CAUGHT = "caught"  # held a watched word
    SHOWN = "shown"
    REFUSED = "refused"  # before it was ever shown
    HIDDEN = "hidden"  # after it had been shown
    MASKED = "masked"
    MOVED = "moved"  # to the office's channel for reports of misconduct
    APPEALED = "appealed"
    RESTORED = "restored"
    UPHELD = "upheld"


ACTS = {
    JournalAct.HELD: N_("留待审核"),
    JournalAct.CAUGHT: N_("含关注词"),
    JournalAct.SHOWN: N_("已通过"),
    JournalAct.REFUSED: N_("已退回"),
    JournalAct.HIDDEN: N_("公开后隐去"),
    JournalAct.MASKED: N_("隐去字词"),
    JournalAct.MOVED: N_("已转检举控告"),
    JournalAct.APPEALED: N_("申诉"),
    JournalAct.RESTORED: N_("申诉后恢复"),
    JournalAct.UPHELD: N_("申诉后维持"),
}
# What is told by unit.
OF_UNITS = (
    JournalAct.HELD,
    JournalAct.SHOWN,
    JournalAct.REFUSED,
    JournalAct.HIDDEN,
    JournalAct.APPEALED,
    JournalAct.RESTORED,
)
WITH_REASONS = frozenset({JournalAct.REFUSED, JournalAct.HIDDEN})


@dataclass(frozen=True, kw_only=True)
class Figure:
    """How often, and how many people's comments it was."""

    times: int
    people: int


@dataclass(frozen=True, kw_only=True)
class Breakdown(Generic[K]):
    """Figures that may be shown one by one, and the others as one sum."""

    shown: dict[K, int]
    together: frozenset[K]
    together_times: int


def of_unit(act: JournalAct, *, was_shown: bool) -> JournalAct:
    """Return what a unit's figures call an act: of what was moved nobody learns which unit it was about."""
    if act is JournalAct.MOVED:
        return JournalAct.HIDDEN if was_shown else JournalAct.REFUSED
    return act


def month_of(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def month_before(month: date) -> date:
    """Return the month before `month`."""
    return (
        month.replace(year=month.year - 1, month=12)
        if month.month == 1
        else month.replace(month=month.month - 1)
    )


def breakdown(figures: Mapping[K, Figure]) -> Breakdown[K]:
    """Show what ten people or more stand behind; put the rest together, with one more if the sum would give it away.

    What is put together can then not be told apart: it is two cells at least, and one of them is of ten people.
    """
    by_size = sorted(figures, key=lambda key: (figures[key].people, figures[key].times, str(key)))
    together: set[K] = set()
    is_covered = True  # nothing to cover yet
    for key in by_size:
        is_small = figures[key].people < LEAST_PEOPLE
        if is_small or not is_covered:
            together.add(key)
            is_covered = not is_small
    return Breakdown(
        shown={key: figures[key].times for key in figures if key not in together},
        together=frozenset(together),
        together_times=sum(figures[key].times for key in together),
    )


def median_days(waits: Sequence[tuple[int, int]]) -> float | None:
    """Return the median of days given as (days, how often); none where nothing was decided."""
    total = sum(times for _, times in waits)
    if not total:
        return None
    places = ((total - 1) // 2, total // 2)
    found: list[int] = []
    passed = 0
    for days, times in sorted(waits):
        passed += times
        while len(found) < 2 and places[len(found)] < passed:
            found.append(days)
    return sum(found) / 2
