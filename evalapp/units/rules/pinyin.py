"""How Chinese names are read: pypinyin's dictionaries, looked up in their files (docs/decisions/0011)."""

import json
import mmap
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

# How these are read in names; the dictionary, made from prose, reads them otherwise or does not have them.
_IN_NAMES = {
    "仇家": ["qiú", "jiā"],
    "单县": ["shàn", "xiàn"],
    "单家": ["shàn", "jiā"],
    "太行": ["tài", "háng"],
    "支行": ["zhī", "háng"],
    "曾家": ["zēng", "jiā"],
    "朝阳": ["cháo", "yáng"],
    "行风": ["háng", "fēng"],
    "解家": ["xiè", "jiā"],
    "还建": ["huán", "jiàn"],
}
_PHRASE = re.compile(rb'"([^"]+)": (\[\n\[.*?\n\]\n\])', re.DOTALL)
_CHARACTER = re.compile(rb'"([0-9]+)": ("[^"]*")')
_TONES = re.compile("[\u0300-\u0304\u030c]")


class _Dictionary:
    """A sorted JSON object in a file: a look-up reads some hundred bytes of it and keeps none."""

    def __init__(self, name: str, entry: re.Pattern[bytes]) -> None:
        package = find_spec("pypinyin")  # says where it is without loading it
        assert package is not None
        assert package.origin is not None
        with Path(package.origin).with_name(name).open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._entry = entry

    def entry_from(self, key: str) -> tuple[str, str]:
        """Return the first key that is not before `key` and the JSON that stands under it; ("", "") past the last."""
        wanted = _order(key.encode())

        def is_reached(place: int) -> bool:
            found = self._entry.search(self._text, place)
            return found is None or _order(found[1]) >= wanted

        place = bisect_left(range(len(self._text)), x=True, key=is_reached)
        found = self._entry.search(self._text, place)
        return (found[1].decode(), found[2].decode()) if found else ("", "")


def _order(key: bytes) -> tuple[int, bytes]:
    """Characters stand under their numbers, which are ordered as numbers; phrases in the order of their bytes."""
    return (len(key) if key.isdigit() else 0, key)


@cache
def _phrases() -> _Dictionary:
    return _Dictionary("phrases_dict.json", _PHRASE)


@cache
def _characters() -> _Dictionary:
    return _Dictionary("pinyin_dict.json", _CHARACTER)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A Chinese character's syllable without its tone, or what stands between such characters as it is."""

    text: str
    is_syllable: bool


@lru_cache(maxsize=256)
def read_aloud(name: str) -> tuple[Part, ...]:
    """Return the parts of `name` in their order."""
    found: list[Part] = []
    for is_chinese, run in groupby(name, key=_is_chinese):
        text = "".join(run)
        found += [
            Part(text=each, is_syllable=is_chinese) for each in (_syllables(text) if is_chinese else [text])
        ]
    return tuple(found)


def _syllables(text: str) -> list[str]:
    """The longest phrase that the rest begins with, again and again."""
    found: list[str] = []
    while text:
        reading = _longest_phrase(text) or [_reading_of(text[0])]
        found += [_without_tone(syllable) for syllable in reading]
        text = text[len(reading) :]
    return found


def _longest_phrase(text: str) -> list[str]:
    longest = _IN_NAMES.get(text[:2], [])
    for length in range(2, len(text) + 1):
        key, value = _phrases().entry_from(text[:length])
        if not key.startswith(text[:length]):
            break
        if key == text[:length] and length > len(longest):
            longest = [readings[0] for readings in json.loads(value)]
    return longest


def _reading_of(character: str) -> str:
    number = str(ord(character))
    key, value = _characters().entry_from(number)
    reading: str = json.loads(value) if key == number else character
    return reading.split(",", maxsplit=1)[0]


def _is_chinese(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK ") or character == "〇"


def _without_tone(syllable: str) -> str:
    """`lǜ` is `lv`, as people type it."""
    spread = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return _TONES.sub("", spread)
