"""Exact figures from counts: means, intervals, shares. No floats, so that any program gets the same digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from evalapp.ballots.rules.grades import Grade
from evalapp.core.statistics import Z, root
from evalapp.results.rules.counting import Distribution

LOWEST, HIGHEST = Fraction(0), Fraction(100)


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A mean in points with the half-width of its 95 % interval."""

    mean: Fraction
    half_width: Fraction

    @property
    def low(self) -> Fraction:
        return max(LOWEST, self.mean - self.half_width)

    @property
    def high(self) -> Fraction:
        return min(HIGHEST, self.mean + self.half_width)


def written(value: Fraction, places: int = 2) -> str:
    """A figure as it is published: decimal, halves rounded away from zero."""
    scaled = value * 10**places
    rounded = (abs(scaled) + Fraction(1, 2)).__floor__()
    sign = "-" if scaled < 0 and rounded else ""
    whole, part = divmod(rounded, 10**places)
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def mean_points(
    distribution: Distribution, points: Mapping[Grade, int], *, invited: int | None = None
) -> Estimate:
    """The mean in points and its 95 % half-width, 1.96 · sqrt(s² / n) (any textbook; s² with n - 1).

    For a census (`invited` people, all of whom could answer) the variance shrinks by (N - n) / (N - 1), the finite
    population correction: when everybody answered nothing is left to estimate.
    """
    n = distribution.valid
    if n == 0:
        raise ValueError("there is no mean of nothing")
    total = sum(points[grade] * times for grade, times in distribution.by_grade.items())
    squares = sum(points[grade] ** 2 * times for grade, times in distribution.by_grade.items())
    mean = Fraction(total, n)
    variance = Fraction(squares * n - total * total, n * (n - 1)) if n > 1 else Fraction(0)
    if invited is not None and invited > 1:
        variance *= Fraction(max(invited - n, 0), invited - 1)
    return Estimate(mean=mean, half_width=Z * root(variance / n))


def combined_half_width(parts: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """H = sqrt(Σ w²h²) over independent parts (weight, half-width): a small group with a large weight widens it.

    (Propagation of independent errors; design.md 5.6 asks for it by this formula.)
    """
    return root(sum((weight**2 * half_width**2 for weight, half_width in parts), Fraction(0)))


def satisfied(distribution: Distribution, *, from_grade: int) -> int:
    """How many gave this grade or a better one."""
    return sum(times for grade, times in distribution.by_grade.items() if grade >= from_grade)


def shift_of_extra_top_grades(mean: Fraction, *, top: int, in_a_hundred: int = 5) -> Fraction:
    """How far the mean moves when for every hundred grades five more top ones are put in.

    The stated limit of every integrity rule: hired people with their own telephones are not found, so the page says
    what they could do at most. With e extra grades a hundred: (top - mean) · e / (100 + e).
    """
    return (Fraction(top) - mean) * Fraction(in_a_hundred, 100 + in_a_hundred)
