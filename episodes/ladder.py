"""Which sizes and which frame rate a recording gets: pure, from its facts and the settings."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from episodes.results import Picture, Rung
from episodes.settings import Step

FASTEST = Fraction(60)
FILM_TO_FIELDS = tuple(Fraction(rate) for rate in (24, 25, 30, 48, 50, 60)) + tuple(
    Fraction(rate * 1000, 1001) for rate in (24, 30, 48, 60)
)
NEAR = Fraction(1, 500)
CLOSEST_STEPS = Fraction(3, 4)
"""A step with more than this share of the pixels of the one above it is left out."""
FAST_MOTION = Fraction(31)
FAST_MOTION_RATE = Fraction(3, 2)
THINNEST = 64


def frame_rate(average: Fraction, nominal: Fraction) -> Fraction:
    """The rate of what is made: the source's own fraction, the standard one beside it, never above 60."""
    rate = average
    if nominal != average:
        near = [
            standard for standard in (nominal, *FILM_TO_FIELDS) if abs(standard - average) <= average * NEAR
        ]
        rate = (
            min(near, key=lambda standard: abs(standard - average))
            if near
            else average.limit_denominator(1001) or average
        )
    while rate > FASTEST:
        rate /= 2
    return rate


def even_within(value: Fraction | int, most: int) -> int:
    """The nearest even number that is not above `most`, at least two."""
    even = 2 * round(Fraction(value) / 2)
    return max(2, min(even, most - most % 2))


def fitted(width: int, height: int, long_edge: int, short_edge: int) -> tuple[int, int]:
    """Even sides that fit in the box, laid the way the picture lies, and never exceed the picture."""
    box_width, box_height = (long_edge, short_edge) if width >= height else (short_edge, long_edge)
    share = min(Fraction(1), Fraction(box_width, width), Fraction(box_height, height))
    return (
        even_within(width * share, min(width, box_width)),
        even_within(height * share, min(height, box_height)),
    )


def ladder(picture: Picture, steps: Sequence[Step], *, rate: Fraction) -> tuple[Rung, ...]:
    """From the largest size that the picture fills down; a picture smaller than every step gets its own size."""
    rungs: list[Rung] = []
    for step, below in zip(steps, [*steps[1:], None], strict=True):
        width, height = fitted(picture.width, picture.height, step.long_edge, step.short_edge)
        filled = _fills(picture, step)
        if below is not None and not filled and _fits(picture, below):
            continue
        rung = Rung(
            name=str(min(width, height)), width=width, height=height, rate=_rate(step, below, width * height)
        )
        if rungs and _too_close(rung, rungs[-1]):
            continue
        rungs.append(rung)
    if rate > FAST_MOTION:
        rungs = [replace(rung, rate=int(rung.rate * FAST_MOTION_RATE)) for rung in rungs]
    return tuple(rungs)


def _fits(picture: Picture, step: Step) -> bool:
    return (
        max(picture.width, picture.height) <= step.long_edge
        and min(picture.width, picture.height) <= step.short_edge
    )


def _fills(picture: Picture, step: Step) -> bool:
    return (
        max(picture.width, picture.height) >= step.long_edge
        or min(picture.width, picture.height) >= step.short_edge
    )


def _too_close(rung: Rung, above: Rung) -> bool:
    crowded = rung.width * rung.height > CLOSEST_STEPS * above.width * above.height
    return crowded or rung.name == above.name or min(rung.width, rung.height) < THINNEST


def _rate(step: Step, below: Step | None, pixels: int) -> int:
    """A picture that fills its box only in part gets less, down to what the step below would have had."""
    share = int(step.rate * Fraction(pixels, step.long_edge * step.short_edge))
    return min(step.rate, max(share, below.rate if below else step.rate // 3))
