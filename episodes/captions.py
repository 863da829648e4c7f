"""Captions: WebVTT or SRT as stations deliver them in, checked and uniform WebVTT out. Pure."""

import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from episodes.errors import ErrorCode, Refused
from episodes.webvtt import HEADER, Cue, blocks, cleaned, document, plain_text, timing

MOST_BYTES = 4 * 1024 * 1024
MOST_CUES = 20_000
FASTEST_READING = 9.0
"""Characters a second that can be read; a Latin letter or digit counts half."""
NOT_CUES = ("NOTE", "STYLE", "REGION")
MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class CaptionWarning(StrEnum):
    TOO_FAST = "too_fast"
    OVERLAPPING = "overlapping"
    NO_LENGTH = "no_length"
    AFTER_END = "after_end"
    OUT_OF_ORDER = "out_of_order"
    EMPTY = "empty"


WARNING_SENTENCES: Mapping[CaptionWarning, str] = {
    CaptionWarning.TOO_FAST: "字幕太快，来不及读：每秒超过 9 个字。",
    CaptionWarning.OVERLAPPING: "与下一条字幕的时间重叠，已截短或合并。",
    CaptionWarning.NO_LENGTH: "结束时间不晚于开始时间，已略去。",
    CaptionWarning.AFTER_END: "超出录像时长，已截短或略去。",
    CaptionWarning.OUT_OF_ORDER: "没有按时间排列，已重新排列。",
    CaptionWarning.EMPTY: "没有文字，已略去。",
}


@dataclass(frozen=True, kw_only=True)
class Warned:
    """What was odd about a cue, by the moment it starts at."""

    warning: CaptionWarning
    start_ms: int

    @property
    def sentence(self) -> str:
        return WARNING_SENTENCES[self.warning]


@dataclass(frozen=True, kw_only=True)
class Captions:
    """In order and without overlaps; `webvtt` is what is published."""

    cues: tuple[Cue, ...]
    warnings: tuple[Warned, ...]

    @property
    def webvtt(self) -> str:
        return document(self.cues)


def read_captions(data: bytes, *, seconds: float | None = None) -> Captions:
    """Captions out of a file's bytes, for a recording of so many seconds; Refused when they are none."""
    if len(data) > MOST_BYTES:
        raise _too_large()
    return captions(_cues(_decoded(data)), seconds=seconds)


def captions(cues: Iterable[Cue], *, seconds: float | None = None) -> Captions:
    """The same for cues that are known already; Refused when nothing is left of them."""
    warnings: list[Warned] = []
    kept = _in_order(_worth_showing(cues, seconds, warnings), warnings)
    apart = _apart(kept, warnings)
    if not apart:
        raise Refused(ErrorCode.CAPTIONS_EMPTY)
    warnings += [
        Warned(warning=CaptionWarning.TOO_FAST, start_ms=cue.start_ms)
        for cue in apart
        if reading_speed(cue) > FASTEST_READING
    ]
    return Captions(cues=tuple(apart), warnings=tuple(sorted(warnings, key=lambda warned: warned.start_ms)))


def reading_speed(cue: Cue) -> float:
    """Characters a second, as somebody has to read them."""
    weight = 0.0
    for letter in cue.text:
        if unicodedata.category(letter)[0] in "LN":
            weight += 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.5
    return weight * 1000 / (cue.end_ms - cue.start_ms)


def _decoded(data: bytes) -> str:
    """By its mark, else UTF-8, else GB 18030, which holds GBK and GB 2312."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _strict(data, (encoding,))
    return _strict(data, ("utf-8", "gb18030"))


def _strict(data: bytes, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(ErrorCode.CAPTIONS_ENCODING)


def _cues(text: str) -> list[Cue]:
    """Every block with a time in its first or second line; the rest of it is text."""
    found: list[Cue] = []
    is_webvtt = HEADER.match(text) is not None
    for number, lines in blocks(text):
        at = next((at for at, line in enumerate(lines[:3]) if "-->" in line), None)
        if at is None:
            if not is_webvtt and not found:
                raise Refused(ErrorCode.CAPTIONS_FORMAT)
            if is_webvtt and (lines[0].startswith(NOT_CUES) or HEADER.match(lines[0])):
                continue
            # An empty line inside a cue is common in SRT: what follows still belongs to it.
            if found and not is_webvtt:
                last = found.pop()
                more = plain_text("\n".join(lines))
                found.append(
                    Cue(start_ms=last.start_ms, end_ms=last.end_ms, text=f"{last.text}\n{more}".strip())
                )
            continue
        times = timing(lines[at])
        if times is None:
            raise Refused(ErrorCode.CAPTIONS_TIME, line=number + at)
        found.append(Cue(start_ms=times[0], end_ms=times[1], text=plain_text("\n".join(lines[at + 1 :]))))
        if len(found) > MOST_CUES:
            raise _too_large()
    return found


def _worth_showing(cues: Iterable[Cue], seconds: float | None, warnings: list[Warned]) -> list[Cue]:
    """Without those that have no text, no length or no place in the recording."""
    end = None if seconds is None else round(seconds * 1000)
    kept = []
    for given in cues:
        odd = None
        shown = cue = Cue(start_ms=given.start_ms, end_ms=given.end_ms, text=cleaned(given.text))
        if not cue.text:
            odd = CaptionWarning.EMPTY
        elif cue.end_ms <= cue.start_ms:
            odd = CaptionWarning.NO_LENGTH
        elif end is not None and cue.end_ms > end:
            odd = CaptionWarning.AFTER_END
            shown = Cue(start_ms=cue.start_ms, end_ms=end, text=cue.text)
        if odd is not None:
            warnings.append(Warned(warning=odd, start_ms=cue.start_ms))
        if cue.text and shown.end_ms > shown.start_ms:
            kept.append(shown)
    return kept


def _in_order(cues: list[Cue], warnings: list[Warned]) -> list[Cue]:
    for before, after in itertools.pairwise(cues):
        if after.start_ms < before.start_ms:
            warnings.append(Warned(warning=CaptionWarning.OUT_OF_ORDER, start_ms=after.start_ms))
    return sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))


def _apart(cues: list[Cue], warnings: list[Warned]) -> list[Cue]:
    """No two at once: the earlier ends where the next begins; those that begin together become one."""
    apart: list[Cue] = []
    for cue in cues:
        if apart and cue.start_ms < apart[-1].end_ms:
            before = apart.pop()
            warnings.append(Warned(warning=CaptionWarning.OVERLAPPING, start_ms=before.start_ms))
            if before.start_ms == cue.start_ms:
                text = before.text if before.text == cue.text else f"{before.text}\n{cue.text}"
                apart.append(Cue(start_ms=cue.start_ms, end_ms=max(before.end_ms, cue.end_ms), text=text))
                continue
            apart.append(Cue(start_ms=before.start_ms, end_ms=cue.start_ms, text=before.text))
        apart.append(cue)
    return apart


def _too_large() -> Refused:
    return Refused(ErrorCode.CAPTIONS_TOO_LARGE, most=MOST_BYTES // 1024 // 1024, cues=MOST_CUES)
