"""The keyboard of a kiosk: letters that are links, so that it types without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

TYPED = 24  # letters; more stand on no screen
_LETTERS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")


class Way(StrEnum):
    """How somebody looks for an item."""

    SUBJECT = "subject"
    EVENT = "event"
    UNIT = "unit"
    KEYS = "keys"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key, and what will have been typed once it was pressed."""

    letter: str
    then: str


def typed_in(text: str) -> str:
    """What was typed, as far as a screen takes it: what is no letter, sign or digit is passed over."""
    plain = "".join(sign for sign in text if sign.isalnum() or sign == " ")
    return " ".join(plain.split())[:TYPED]


def keyboard(typed: str) -> Sequence[Sequence[Key]]:
    """The rows of keys, each leading on from what was typed."""
    return [[Key(letter=sign, then=(typed + sign.lower())[:TYPED]) for sign in row] for row in _LETTERS]
