"""How alike two comments are: the share of pairs of neighbouring characters that they have in common.

Candidates are found by bands of smallest hashes (MinHash), so that a new comment is compared with a few others and not
with all.
"""

import hashlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from functools import cache

ALIKE = 0.6
LOOK_BACK = timedelta(days=7)  # a flood is over by then; bands that are older are removed
FLOOD = 4  # comments of one author in one thread on one day
_BANDS, _ROWS = 8, 3
_ALL = 2**64 - 1


def pairs(folded: str) -> frozenset[str]:
    """Return what texts are compared by; a single character stands for itself."""
    return frozenset(folded[at : at + 2] for at in range(max(len(folded) - 1, 1))) if folded else frozenset()


def likeness(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    """Return the share of pairs that two texts have in common, from 0 to 1."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0


def bands(compared: AbstractSet[str]) -> list[int]:
    """Return numbers of which two alike texts very likely share one; the same in every process."""
    if not compared:
        return []
    hashes = [_hash(pair.encode()) for pair in sorted(compared)]
    smallest = [min((factor * one + shift) & _ALL for one in hashes) for factor, shift in _permutations()]
    return [
        _hash(repr((band, smallest[band * _ROWS : (band + 1) * _ROWS])).encode()) >> 1
        for band in range(_BANDS)
    ]


@cache
def _permutations() -> tuple[tuple[int, int], ...]:
    return tuple(_numbers())


def _numbers() -> Iterator[tuple[int, int]]:
    for place in range(_BANDS * _ROWS):
        yield _hash(b"factor %d" % place) | 1, _hash(b"shift %d" % place)


def _hash(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "big")
