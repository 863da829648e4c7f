"""The published document as a page reads it: numbers as numbers, groups and dimensions in their order, with words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.core.i18n import N_
from evalapp.results.rules.league import axis_from

DIMENSION_NAMES = {
    Dimension.OPENNESS: N_("晒工作"),
    Dimension.HIGHLIGHTS: N_("评亮点"),
    Dimension.SERVICE: N_("比服务"),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A score with its interval."""

    value: float
    half: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class DimensionRow:
    """A dimension over the groups that count: its score, satisfaction, and the five counts, best first."""

    dimension: Dimension
    name: str
    figure: Figure | None
    satisfaction: Mapping[str, str] | None
    counts: Sequence[int]
    unknown: int


@dataclass(frozen=True, kw_only=True)
class GroupRow:
    """A group of evaluators. `people` is None where so few took part that not even the number is told."""

    code: str
    zh: str
    en: str
    weight: int
    minimum: int
    people: int | None
    figure: Figure | None
    is_census: bool
    invited: int | None


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Everything that the page of a result shows."""

    index: Figure | None
    with_set_apart: Figure | None
    people: int
    dimensions: Sequence[DimensionRow]
    groups: Sequence[GroupRow]
    set_apart: Mapping[str, Any]
    reasons: Sequence[
        tuple[str, str, int | None]
    ]  # set apart for: Chinese, English, how many where that is told
    worst_shift: str | None
    flagged_shift: str | None
    formula: str
    formula_version: str
    points: Sequence[int]
    profile: str
    source: str

    @property
    def low(self) -> int:
        """Where the axis of the page begins."""
        shown = (self.index, *(group.figure for group in self.groups))
        return axis_from(figure.low for figure in shown if figure)


def sheet(document: Mapping[str, Any], profile: SeasonProfile) -> Sheet:
    """Read a published document; `profile` gives the words for its codes."""
    found, inputs = document["score"], document["inputs"]
    return Sheet(
        index=_figure(found.get("index")),
        with_set_apart=_figure(document["score_with_set_apart"].get("index")),
        people=document["counts"]["people"],
        dimensions=[_dimension(dimension, document) for dimension in Dimension],
        groups=[_group(group.code, document, profile) for group in profile.groups],
        set_apart=document["set_apart"],
        reasons=_reasons(document["set_apart"], profile),
        worst_shift=found.get("worst_shift"),
        flagged_shift=document.get("flagged_shift"),
        formula=document["formula"],
        formula_version=document["formula_version"],
        points=[inputs["points"][str(grade)] for grade in (5, 4, 3, 2, 1)],
        profile=inputs["profile"],
        source=inputs["source"],
    )


def _figure(found: Mapping[str, str] | None) -> Figure | None:
    if found is None:
        return None
    return Figure(
        value=float(found["mean"]),
        half=float(found["half_width"]),
        low=float(found["low"]),
        high=float(found["high"]),
    )


def _dimension(dimension: Dimension, document: Mapping[str, Any]) -> DimensionRow:
    found = document["score"]["dimensions"][dimension]
    told = [
        group["dimensions"][dimension]
        for code, group in document["counts"]["groups"].items()
        if "dimensions" in group and code in found["weights"]
    ]
    return DimensionRow(
        dimension=dimension,
        name=DIMENSION_NAMES[dimension],
        figure=_figure(found.get("estimate")),
        satisfaction=found.get("satisfaction"),
        counts=[sum(each[str(grade)] for each in told) for grade in (5, 4, 3, 2, 1)],
        unknown=sum(each["unknown"] for each in told),
    )


def _group(code: str, document: Mapping[str, Any], profile: SeasonProfile) -> GroupRow:
    group = profile.group(code)
    told = document["counts"]["groups"].get(code)
    return GroupRow(
        code=code,
        zh=group.zh,
        en=group.en,
        weight=group.weight,
        minimum=group.minimum,
        people=None if told is None else told["people"],
        figure=_figure(document["score"]["groups"].get(code)),
        is_census=group.is_census,
        invited=document["inputs"]["invited"].get(code),
    )


def _reasons(apart: Mapping[str, Any], profile: SeasonProfile) -> list[tuple[str, str, int | None]]:
    words = {listed.code: listed for listed in profile.exclusion_reasons}
    by_reason = apart.get("by_reason", {})
    return [(words[code].zh, words[code].en, by_reason.get(code)) for code in apart["reasons"]]


def table_rows(document: Mapping[str, Any]) -> list[list[str]]:
    """The published counts as rows of a table: group, dimension, five grades, 不了解, mean, half-width."""
    rows = []
    for code, group in document["counts"]["groups"].items():
        for dimension in Dimension:
            if "dimensions" not in group:
                rows.append([code, dimension.value, *[""] * 6, str(group["people"])])
                continue
            counts = group["dimensions"][dimension]
            numbers = [str(counts[str(grade)]) for grade in (5, 4, 3, 2, 1)]
            rows.append([code, dimension.value, *numbers, str(counts["unknown"]), str(group["people"])])
    return rows
