"""Words that the office watches for: a comment that holds one is held, never dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick

from evalapp.comments.rules.wording import characters, cleaned
from evalapp.core.errors import Invalid
from evalapp.core.folding import folded
from evalapp.core.i18n import N_

MOST_WORDS = 2_000
MOST_CHARACTERS = 30
LEAST_COMPARED = 2  # a single character stands in half of all comments
MOST_OF_A_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a new wording of the list adds and takes away."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


class Matcher:
    """Finds the words of one list in a text, in one pass however many words there are."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(words)
        self._automaton = AhoCorasick([folded(word) for word in words])

    def found_in(self, text: str) -> list[str]:
        """Return the watched words that `text` holds, each once, in the order of the list."""
        found = {
            match[0] for match in self._automaton.find_matches_as_indexes(folded(text), overlapping=True)
        }
        return [self._words[place] for place in sorted(found)]


def checked(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a list, one a line, without those that are compared alike. Raises `Invalid`."""
    words: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        word = cleaned(line)
        if not word:
            continue
        compared = folded(word)
        if len(compared) < LEAST_COMPARED:
            raise Invalid(
                N_("第 %(line)s 行“%(word)s”太短：至少两个字或字母，标点和空格不算。"),
                field="words",
                line=number,
                word=word,
            )
        if characters(word) > MOST_CHARACTERS:
            raise Invalid(
                N_("第 %(line)s 行太长：一个词最多 %(most)s 字。"),
                field="words",
                line=number,
                most=MOST_CHARACTERS,
            )
        words.setdefault(compared, word)
    if len(words) > MOST_WORDS:
        raise Invalid(
            N_("最多 %(most)s 个词，现在有 %(now)s 个。"), field="words", most=MOST_WORDS, now=len(words)
        )
    return tuple(words.values())


def change(before: Sequence[str], after: Sequence[str]) -> Change:
    """Return what is different between two wordings of the list."""
    old, new = set(before), set(after)
    return Change(
        added=tuple(word for word in after if word not in old),
        removed=tuple(word for word in before if word not in new),
    )
