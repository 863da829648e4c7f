"""The league table: a season score for each unit, and rank ranges inside a class."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalapp.core.statistics import root
from evalapp.results.rules.statistics import Estimate


@dataclass(frozen=True, kw_only=True)
class RankRange:
    """The ranks that a unit may hold; equal ends are one rank."""

    first: int
    last: int


def season_estimate(episodes: Sequence[Estimate]) -> Estimate:
    """A unit's season score is the mean of its episodes; its half-width sqrt(Σ h²) / k, the episodes being apart."""
    if not episodes:
        raise ValueError("a unit without a published episode has no season score")
    k = len(episodes)
    return Estimate(
        mean=sum((episode.mean for episode in episodes), Fraction(0)) / k,
        half_width=root(sum((episode.half_width**2 for episode in episodes), Fraction(0))) / k,
    )


def rank_ranges(estimates: Mapping[str, Estimate]) -> dict[str, RankRange]:
    """From 1 + the units whose lower bound lies above my upper, to n - the units whose upper bound lies below my lower.

    (ballots.md, Result. Overlapping intervals therefore share ranks and are not set in order.)
    """
    n = len(estimates)
    lows = sorted(each.low for each in estimates.values())
    highs = sorted(each.high for each in estimates.values())
    return {
        unit: RankRange(
            first=1 + n - bisect_right(lows, mine.high),
            last=n - bisect_left(highs, mine.low),
        )
        for unit, mine in estimates.items()
    }


def median(values: Sequence[Fraction]) -> Fraction | None:
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def axis_from(lows: Iterable[float]) -> int:
    """Where an axis of scores up to 100 begins: at 60, or lower by tens, so that no interval leaves it."""
    return max(0, min([60, *(math.floor(low / 10) * 10 for low in lows)]))
