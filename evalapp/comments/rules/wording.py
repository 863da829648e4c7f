"""What people write: cleaned of what nobody can see, counted as people count, with a moment of the recording."""

import re
import unicodedata

MOST_CHARACTERS = 300
MOST_OF_A_REPLY = 500
_MOST_CODE_POINTS = 8  # for one character as people count: a family of four with skin tones needs seven
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
# Letters and signs that are drawn as nothing: Hangul fillers, the empty braille cell, an empty note.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
_JOINER = "\u200d"
_MOMENT = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)")


def cleaned(text: str) -> str:
    """Return `text` composed, with plain line ends, without controls and marks that turn the direction of writing.

    Nothing is left of words in which nothing can be seen.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    kept = [
        c for c in text if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _TURNING)
    ]
    words = re.sub(r"\n{3,}", "\n\n", "".join(kept)).strip()
    return words if says_something(words) else ""


def says_something(text: str) -> bool:
    """Whether anything in `text` can be seen: spaces, controls, joiners and marks on nothing cannot."""
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK for c in text)


def characters(text: str) -> int:
    """Count as people count: an accent, a skin tone, a flag or a joined picture is no character of its own."""
    count = 0
    joined = False
    half_flag = False
    for character in text:
        is_flag = "\U0001f1e6" <= character <= "\U0001f1ff"
        if character == _JOINER:
            joined = True
            continue
        if _belongs_to_the_last(character) or joined or (is_flag and half_flag):
            joined = half_flag = False
            count = max(count, 1)
            continue
        half_flag = is_flag
        count += 1
    return count


def fits(text: str, most: int) -> bool:
    """Whether `text` has at most `most` characters, without piling marks on them."""
    return characters(text) <= most and len(text) <= most * _MOST_CODE_POINTS


def moment(text: str) -> int:
    """Return the seconds of `14:28` or `1:02:03`. Raises `ValueError` for anything else."""
    match = _MOMENT.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = match.groups()
    if hours is not None and int(minutes) > 59:
        raise ValueError(text)
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)


def _belongs_to_the_last(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Mn", "Me", "Mc", "Cf"}
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )


def signature(unit: str, post: str) -> str:
    """Who answers: the unit and the post, once each where the post names its unit already."""
    return post if post.startswith(unit) else f"{unit} · {post}"
