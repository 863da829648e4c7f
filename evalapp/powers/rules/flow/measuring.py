"""How much room words take: measured by the width of their characters, never less than a browser needs."""

import enum
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from evalapp.powers.rules.flow.graph import Party, Step, StepKind

TITLE, SMALL = 15, 13  # sizes of letters
TITLE_LINE, SMALL_LINE, OPTION_LINE = 20, 17, 18
PAD, INDENT, SLANT = 10, 34, 12
_TOKENS = re.compile(r"[A-Za-z0-9.%+\-/]+|\s+|.", re.DOTALL)
_NOT_FIRST = frozenset("，。、；：！？）》〉”’」』】,.;:!?)%…")
_WIDE_LATIN = frozenset("mwMW@%&")
_NARROW_LATIN = frozenset("iljtfrI.,:;'!|()[] ")


class Fact(enum.StrEnum):
    """What stands below the title of a step, a line each."""

    CLIENT = "client"
    TERM = "term"
    PAUSE = "pause"
    RISK = "risk"


def facts_of(step: Step) -> tuple[Fact, ...]:
    """The lines of a step that are the same in number in every language."""
    present = {
        Fact.CLIENT: step.party is Party.CLIENT,
        Fact.TERM: step.term is not None,
        Fact.PAUSE: step.pauses,
        Fact.RISK: step.risk is not None,
    }
    return tuple(fact for fact, is_present in present.items() if is_present)


def width(text: str, size: int) -> float:
    """How wide a text is at most, in the units of its size."""
    return sum(_em(character) for character in text) * size


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    """A full-width character takes one em; Latin ones are taken for as wide as the widest usual font draws them, in bold."""
    if unicodedata.east_asian_width(character) in {"W", "F", "A"}:
        return 1.0
    if character in _WIDE_LATIN:
        return 0.98
    if character in _NARROW_LATIN:
        return 0.42
    return 0.78 if character.isupper() else 0.66


@lru_cache(maxsize=4096)
def wrapped(text: str, room: int, size: int) -> tuple[str, ...]:
    """Break a text into lines no wider than `room`: between Chinese characters, between words, no mark at a line's start."""
    lines: list[list[str]] = [[]]
    for token in _pieces(text, room, size):
        line = lines[-1]
        if not line and token.isspace():
            continue
        if line and width("".join([*line, token]), size) > room:
            carried = [line.pop()] if token in _NOT_FIRST and len(line) > 1 else []
            lines.append([*carried, *([] if token.isspace() else [token])])
        else:
            line.append(token)
    return tuple("".join(line).rstrip() for line in lines if line) or ("",)


def _pieces(text: str, room: int, size: int) -> list[str]:
    """Words and characters; a word that is too long for a line is cut."""
    found: list[str] = []
    for token in _TOKENS.findall(text):
        fitting = token
        while len(fitting) > 1 and width(fitting, size) > room:
            fitting = fitting[:-1]
        found += [token[at : at + len(fitting)] for at in range(0, len(token), len(fitting))]
    return found


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a step holds, broken into lines for a box of a width."""

    title: tuple[str, ...]
    actor: tuple[str, ...]
    facts: tuple[Fact, ...]

    @property
    def height(self) -> int:
        small = len(self.actor) + len(self.facts)
        return 2 * PAD + TITLE_LINE * len(self.title) + SMALL_LINE * small


@lru_cache(maxsize=2048)
def shape(step: Step, box_width: int) -> Shape:
    """Break what a step holds into lines for a box that wide."""
    room = box_width - INDENT - PAD - (SLANT if step.kind is StepKind.DECISION else 0)
    return Shape(
        title=wrapped(step.title, room, TITLE),
        actor=wrapped(step.actor, room, SMALL) if step.actor else (),
        facts=facts_of(step),
    )
