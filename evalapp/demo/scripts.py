"""What is invented: units, episodes, spoken scripts and words, read from `content/*.toml`."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "content"


@dataclass(frozen=True, kw_only=True)
class Chapter:
    title: str
    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Script:
    """What is said in one recording."""

    key: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, kw_only=True)
class PlannedEpisode:
    """One episode of the season: `phase` says how far it is when the demonstration starts."""

    number: int
    unit: str
    title: str
    phase: str
    satisfaction: float
    script: str = ""
    few: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedUnit:
    """A department or subdistrict with everything that hangs on it."""

    key: str
    slug: str
    name: str
    short: str
    rank_class: str
    summary: str
    address: str
    kind: str = "department"
    functions: tuple[tuple[str, ...], ...] = ()
    sections: tuple[str, ...] = ()
    villages: tuple[tuple[str, str], ...] = ()
    pledges: tuple[tuple[Any, ...], ...] = ()
    highlights: tuple[tuple[Any, ...], ...] = field(default=())


@cache
def units() -> tuple[PlannedUnit, ...]:
    return tuple(
        PlannedUnit(
            **{key: _frozen(value) for key, value in row.items() if key != "class"}, rank_class=row["class"]
        )
        for row in _read("units")["unit"]
    )


@cache
def episodes() -> tuple[PlannedEpisode, ...]:
    return tuple(
        PlannedEpisode(number=number, **row) for number, row in enumerate(_read("episodes")["episode"], 1)
    )


@cache
def scripts() -> dict[str, Script]:
    return {
        row["key"]: Script(key=row["key"], chapters=tuple(_chapter(chapter) for chapter in row["chapter"]))
        for row in _read("scripts")["script"]
    }


@cache
def clips() -> dict[str, Script]:
    """A short clip for each class of units: it stands for the recordings of earlier episodes."""
    return {
        row["class"]: Script(
            key=row["class"],
            chapters=(Chapter(title="往期片段", kind="other", lines=tuple(row["lines"])),),
        )
        for row in _read("scripts")["clip"]
    }


@cache
def talks() -> tuple[tuple[str, str], ...]:
    """Comments with the reply that fits each."""
    return tuple((row["comment"], row["reply"]) for row in _read("words")["talk"])


@cache
def refusal() -> str:
    """What the author of a refused comment is told."""
    return str(_read("words")["refusal"][0]["note"])


def _chapter(row: dict[str, Any]) -> Chapter:
    return Chapter(title=row["title"], kind=row["kind"], lines=tuple(row["lines"]))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
