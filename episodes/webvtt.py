"""The words of WebVTT that captions, chapters and the preview share: times, escaping, one cue after another."""

import html
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

HOUR, MINUTE, SECOND = 3_600_000, 60_000, 1000
TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
TIMING = re.compile(rf"^\s*{TIME}\s*-->\s*{TIME}(?:\s.*)?$")
HEADER = re.compile(r"^WEBVTT(?:[ \t\n]|$)")
TAG = re.compile(
    r"</?(?:b|i|u|c|v|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<\d{1,4}:[0-5]\d(?::[0-5]\d)?\.\d{3}>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
DIRECTIONS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


@dataclass(frozen=True, kw_only=True)
class Cue:
    """Some text for a span of time, in whole milliseconds; lines are parted by line ends."""

    start_ms: int
    end_ms: int
    text: str


def time_text(milliseconds: int) -> str:
    hours, rest = divmod(milliseconds, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, rest = divmod(rest, SECOND)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"


def timing(line: str) -> tuple[int, int] | None:
    """Start and end of a cue, written the way of WebVTT or of SRT; None for any other line."""
    found = TIMING.match(line)
    if found is None:
        return None
    return _milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:])


def document(cues: Iterable[Cue]) -> str:
    """A whole file; the text of a cue stays text, whatever it looks like."""
    blocks = [f"{time_text(cue.start_ms)} --> {time_text(cue.end_ms)}\n{escaped(cue.text)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_text(raw: str) -> str:
    """What a viewer reads of a cue as it was written: known marks taken off, entities resolved."""
    return cleaned(html.unescape(TAG.sub("", raw)))


def cleaned(text: str) -> str:
    """Nothing invisible, no empty line, no blanks at the ends of lines."""
    lines = ("".join(letter for letter in line if _is_visible(letter)) for line in text.splitlines())
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def blocks(text: str) -> list[tuple[int, list[str]]]:
    """Groups of lines parted by empty ones, each with the number of its first line."""
    found: list[tuple[int, list[str]]] = []
    fresh = True
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if not line.strip():
            fresh = True
        elif fresh:
            found.append((number, [line]))
            fresh = False
        else:
            found[-1][1].append(line)
    return found


def _is_visible(letter: str) -> bool:
    """Control characters go, and those that turn the direction of writing, which can make a line lie."""
    return letter == "\t" or (
        unicodedata.category(letter) not in {"Cc", "Cs", "Co"} and letter not in DIRECTIONS
    )


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> int:
    whole = int(hours or 0) * HOUR + int(minutes) * MINUTE + int(seconds) * SECOND
    return whole + int(fraction.ljust(3, "0"))
