"""Shares with their interval, exact: no floats, so that any program gets the same digits."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

# The 97.5 % point of the normal distribution, to the four digits that tables give.
Z = Fraction(19600, 10000)
ROOT_SCALE = 10**9


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share with its 95 % interval, as fractions of one."""

    value: Fraction
    low: Fraction
    high: Fraction


def root(square: Fraction) -> Fraction:
    """The square root, rounded down at the ninth decimal: the same for everybody who computes with integers."""
    return Fraction(isqrt(square.numerator * ROOT_SCALE**2 // square.denominator), ROOT_SCALE)


def wilson(successes: int, n: int) -> Share:
    """The score interval of a share (Wilson 1927), which keeps inside 0 and 1 and works for small counts."""
    if n == 0:
        raise ValueError("there is no share of nothing")
    p, z2 = Fraction(successes, n), Z**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * root(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return Share(
        value=p, low=max(Fraction(0), min(p, centre - half)), high=min(Fraction(1), max(p, centre + half))
    )
