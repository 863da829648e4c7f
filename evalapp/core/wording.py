"""How two wordings differ, in words: Chinese by the character, Latin letters and numbers whole."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)
_ISLAND = 2  # so few equal characters between two changes belong to the change


class Change(enum.StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of text that both wordings have, or only the old, or only the new."""

    change: Change
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """Return the pieces in reading order; leaving out what was added gives the old text, and the other way round."""
    was, now = _TOKEN.findall(old), _TOKEN.findall(new)
    steps = SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    pieces: list[Piece] = []
    removed, added = "", ""
    for number, (kind, i1, i2, j1, j2) in enumerate(steps):
        before, after = "".join(was[i1:i2]), "".join(now[j1:j2])
        is_last = number == len(steps) - 1
        is_island = kind == "equal" and _is_small(was[i1:i2]) and (removed or added) and not is_last
        if kind == "equal" and not is_island:
            pieces += [*_changed(removed, added), Piece(change=Change.SAME, text=before)]
            removed, added = "", ""
        else:
            removed, added = removed + before, added + after
    return [*pieces, *_changed(removed, added)]


def _is_small(tokens: Sequence[str]) -> bool:
    return len("".join(tokens)) < _ISLAND


def _changed(removed: str, added: str) -> list[Piece]:
    pieces = (Piece(change=Change.REMOVED, text=removed), Piece(change=Change.ADDED, text=added))
    return [piece for piece in pieces if piece.text]
