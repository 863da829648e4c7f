"""What is invented: units, episodes, spoken scripts and words, read from `content/*.toml`."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from evalapp.portal.rules.pictures import scene_of

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
class Clip:
    """A short recording that stands for those of earlier episodes: what is said, and the scene that is seen."""

    script: Script
    scene: str


@dataclass(frozen=True, kw_only=True)
class MendingStep:
    """One step of a plan: so many days after the plan, and what came of it."""

    what: str
    post: str
    days: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Mending:
    """What is said from a plan to its check."""

    plan: str
    steps: tuple[MendingStep, ...]
    claim: str
    check: str


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


def scene(planned: PlannedEpisode) -> str:
    """The scene that goes with what an episode is about."""
    return scene_of(planned.title, unit_of(planned).name)


def unit_of(planned: PlannedEpisode) -> PlannedUnit:
    return next(one for one in units() if one.key == planned.unit)


def clip_of(planned: PlannedEpisode) -> Clip:
    """Episodes of one class of units and one scene share a clip."""
    return Clip(script=_openings()[unit_of(planned).rank_class], scene=scene(planned))


@cache
def _openings() -> dict[str, Script]:
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
def second_answer() -> str:
    """What a unit answers when an asker found that it had not answered."""
    return str(_read("words")["again"][0]["reply"])


@cache
def mending() -> Mending:
    row = _read("words")["mending"][0]
    return Mending(**row | {"steps": tuple(MendingStep(**step) for step in row["steps"])})


@cache
def said_at_moderation() -> dict[str, Any]:
    """Watched words and the comments that give moderation something to decide."""
    return _read("moderation")


@cache
def aftermath() -> dict[str, Any]:
    """What is said about published results: objections with their answer, and what was mended after low grades."""
    return _read("aftermath")


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
