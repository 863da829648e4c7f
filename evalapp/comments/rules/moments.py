"""Comments at a moment of the recording: in its order, and where they stand on the player's bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST = 50  # on a page, where each costs 7 µs: the newest, in the order of the recording
_WIDTH = 1_000
_PLACES = 200  # on the bar: nearer to one another the eye tells no two marks apart


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A comment and the second that it is about."""

    reference: str
    at_seconds: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place on the bar, from 0 to 1000: how many comments stand there, and the second of the first."""

    place: float
    comments: int
    at_seconds: int


def in_order(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return them in the order of the recording."""
    return tuple(sorted(moments, key=lambda one: (one.at_seconds, one.reference)))


def marks(moments: Sequence[Moment], duration: float) -> list[Mark]:
    """Return where comments stand on the bar of a recording of `duration` seconds; near ones share a mark."""
    places: dict[int, list[int]] = {}
    for one in moments:
        place = min(int(one.at_seconds / duration * _PLACES), _PLACES - 1)
        places.setdefault(place, []).append(one.at_seconds)
    return [
        Mark(place=place * _WIDTH / _PLACES, comments=len(seconds), at_seconds=min(seconds))
        for place, seconds in sorted(places.items())
    ]
