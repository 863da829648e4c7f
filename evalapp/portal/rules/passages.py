"""Cuts what is said in a recording into passages that people can find and jump to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_MS = 15_000


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Some lines said one after another; `seconds` is when the first begins."""

    seconds: int
    text: str

    @property
    def clock(self) -> str:
        """When it begins, as the player shows it: 3:05, 1:00:07."""
        minutes, seconds = divmod(self.seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def passages(cues: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """Return the passages of captions `{start_ms, end_ms, text}`, each of `LONGEST_MS` at most or of one line."""
    found: list[list[Mapping[str, Any]]] = []
    for cue in cues:
        if not found or cue["end_ms"] - found[-1][0]["start_ms"] > LONGEST_MS:
            found.append([])
        found[-1].append(cue)
    kept: dict[int, list[str]] = {}
    for lines in found:
        kept.setdefault(lines[0]["start_ms"] // 1000, []).extend(str(line["text"]) for line in lines)
    return [Passage(seconds=seconds, text="\n".join(texts)) for seconds, texts in kept.items()]
