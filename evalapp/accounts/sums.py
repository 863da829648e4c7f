"""A sum in words, asked before a code is sent while codes run short: text like any other, without picture or script.

Nothing is stored. The question travels with the form; its numbers follow from a key, the asking browser and what that
browser asked for last, so that it serves one browser for one code.
"""

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from evalapp.accounts.services.serialising import limit_key
from evalapp.core.keys import Keys

LIFE = timedelta(minutes=10)
_DIGITS = "零一二三四五六七八九"
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_FILLING = re.compile(r"[\s\-。.，,]+|等于|是")


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A question with the token that it comes back with."""

    token: str
    first: int
    second: int
    is_less: bool

    @property
    def outcome(self) -> int:
        return self.first - self.second if self.is_less else self.first + self.second

    def text(self, lang: str) -> str:
        """The question in words."""
        if lang == "en":
            return f"What is {_english(self.first)} {'minus' if self.is_less else 'plus'} {_english(self.second)}?"
        return f"{_chinese(self.first)}{'减' if self.is_less else '加'}{_chinese(self.second)}等于多少？"

    def is_answered_by(self, typed: str) -> bool:
        """Whether that is the outcome, in digits or in words."""
        plain = _FILLING.sub("", unicodedata.normalize("NFKC", typed)).lower()
        words = {str(self.outcome), _chinese(self.outcome), _english(self.outcome).replace("-", "")}
        return plain in words


def draw(keys: Keys, *, browser: str, after: str, now: datetime) -> Sum:
    """Return a new question for a browser that asked for `after` last."""
    return _sum(keys, f"{int(now.timestamp())}.{secrets.token_hex(8)}", browser=browser, after=after)


def of_token(keys: Keys, token: str, *, browser: str, after: str, now: datetime) -> Sum | None:
    """Return the question that came with `token`; none for one of another browser, used, made up or too old."""
    drawn, _, _ = token.rpartition(".")
    issued = drawn.partition(".")[0]
    if not (issued.isascii() and issued.isdigit() and len(issued) <= 12):
        return None
    if not 0 <= now.timestamp() - int(issued) <= LIFE.total_seconds():
        return None
    question = _sum(keys, drawn, browser=browser, after=after)
    return question if hmac.compare_digest(question.token.encode(), token.encode()) else None


def _sum(keys: Keys, drawn: str, *, browser: str, after: str) -> Sum:
    digest = limit_key(keys, "sum", f"{browser}:{after}:{drawn}")
    return Sum(
        token=f"{drawn}.{digest[32:]}",
        first=11 + int(digest[:8], 16) % 80,
        second=2 + int(digest[8:16], 16) % 8,
        is_less=int(digest[16], 16) % 2 == 1,
    )


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}"


def _english(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
