"""Reading the league table: from published results alone, in one statement whatever the number of ballots."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode, Season
from evalapp.results.models import Result
from evalapp.results.rules.league import RankRange, axis_from, median, rank_ranges, season_estimate
from evalapp.results.rules.statistics import Estimate, written
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class LeagueRow:
    """A unit's season so far. Without a score it has no rank either."""

    slug: str
    name: str
    rank_class: str
    estimate: Estimate | None
    ranks: RankRange | None
    people: int
    episodes: Sequence[int]

    @property
    def mean(self) -> float:
        return float(self.estimate.mean) if self.estimate else 0.0

    @property
    def half_width(self) -> float:
        return float(self.estimate.half_width) if self.estimate else 0.0


@dataclass(frozen=True, kw_only=True)
class LeagueClass:
    """The units of a class, best first by score; their ranks are ranges and only hold inside the class."""

    name: str
    rows: Sequence[LeagueRow]
    median: float | None

    @property
    def low(self) -> int:
        """Where the axis of the class begins."""
        return axis_from(row.mean - row.half_width for row in self.rows if row.estimate)

    @property
    def sharing_first(self) -> int:
        return sum(row.ranks is not None and row.ranks.first == 1 for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class League:
    """A season's table."""

    year: int
    title: str
    classes: Sequence[LeagueClass]
    published: int
    updated_at: datetime | None

    @property
    def low(self) -> int:
        """Where the axis that all classes share begins."""
        return min((each.low for each in self.classes), default=axis_from(()))

    def ranks_of(self, slug: str) -> RankRange | None:
        return next((row.ranks for each in self.classes for row in each.rows if row.slug == slug), None)

    def class_of(self, slug: str) -> LeagueClass | None:
        return next((each for each in self.classes if any(row.slug == slug for row in each.rows)), None)


@dataclass(frozen=True, kw_only=True)
class _Published:
    slug: str
    name: str
    rank_class: str
    number: int
    mean: str | None
    half_width: str | None
    people: int
    published_at: datetime


def newest(session: Session) -> League:
    """The table of the latest season with a published result, else of the latest season; an empty one before any season."""
    year = session.scalar(_newest_year())
    if year is None:
        return League(year=clock.today().year, title="", classes=(), published=0, updated_at=None)
    return league(session, int(year))


@cache
def _newest_year() -> Select[int | None]:
    with_results = select(func.max(Season.year)).join(
        Result, and_(Result.season_id == Season.id, Result.published_at.is_not(None))
    )
    return select(func.coalesce(with_results.scalar_subquery(), func.max(Season.year))).select_from(Season)


def years(session: Session) -> Sequence[int]:
    return session.scalars(select(Season.year).order_by(Season.year.desc())).all()


def league(session: Session, year: int) -> League:
    """The table of a season; raises `NotFound` for a year without one."""
    rows = session.execute(_season_statement(), {"year": year}).all()
    if not rows:
        raise NotFound(N_("没有这一年的榜单。"))
    found = [
        _Published(
            slug=row.slug,
            name=row.name,
            rank_class=row.rank_class,
            number=row.number,
            mean=row.mean,
            half_width=row.half_width,
            people=row.people,
            published_at=row.published_at,
        )
        for row in rows
        if row.slug is not None
    ]
    return League(
        year=year,
        title=rows[0].title,
        classes=_classes(found),
        published=len(found),
        updated_at=max((row.published_at for row in found), default=None),
    )


@cache
def _season_statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Season.title,
            Unit.slug,
            Unit.name,
            Unit.rank_class,
            Episode.number,
            Result.mean,
            Result.half_width,
            Result.people,
            Result.published_at,
        )
        .select_from(Season)
        .outerjoin(Result, and_(Result.season_id == Season.id, Result.published_at.is_not(None)))
        .outerjoin(
            Episode,
            and_(
                Episode.id == Result.episode_id,
                Episode.withdrawn_at.is_(None),
                Episode.voided_at.is_(None),
            ),
        )
        .outerjoin(Unit, Unit.id == Episode.unit_id)
        .where(Season.year == bindparam("year"))
        .order_by(Episode.number)
    )


def _classes(found: Sequence[_Published]) -> list[LeagueClass]:
    by_class: dict[str, dict[str, list[_Published]]] = defaultdict(lambda: defaultdict(list))
    for row in found:
        by_class[row.rank_class][row.slug].append(row)
    return [
        _class(name, units)
        for name, units in sorted(by_class.items(), key=lambda item: (not item[0], item[0]))
    ]


def _class(name: str, units: Mapping[str, Sequence[_Published]]) -> LeagueClass:
    estimates = {slug: found for slug, rows in units.items() if (found := _estimate(rows)) is not None}
    ranks = rank_ranges(estimates) if name else {}
    rows = [
        LeagueRow(
            slug=slug,
            name=rows[0].name,
            rank_class=name,
            estimate=estimates.get(slug),
            ranks=ranks.get(slug),
            people=sum(row.people for row in rows),
            episodes=[row.number for row in rows],
        )
        for slug, rows in units.items()
    ]
    rows.sort(key=lambda row: (row.estimate is None, -row.mean, row.name))
    middle = median([estimate.mean for estimate in estimates.values()])
    return LeagueClass(name=name, rows=rows, median=None if middle is None else float(middle))


def _estimate(rows: Sequence[_Published]) -> Estimate | None:
    """The mean of a unit's episodes; an episode with too few ballots for a score is not among them."""
    episodes = [
        Estimate(mean=Fraction(row.mean), half_width=Fraction(row.half_width))
        for row in rows
        if row.mean is not None and row.half_width is not None
    ]
    return season_estimate(episodes) if episodes else None


def league_document(table: League) -> dict[str, Any]:
    """The table as data: every figure as text, as it is published."""
    return {
        "year": table.year,
        "title": table.title,
        "published": table.published,
        "classes": [
            {
                "class": each.name,
                "median": None if each.median is None else f"{each.median:.2f}",
                "items": [_item(row) for row in each.rows],
            }
            for each in table.classes
        ],
    }


def _item(row: LeagueRow) -> dict[str, Any]:
    return {
        "unit": row.slug,
        "name": row.name,
        "mean": None if row.estimate is None else written(row.estimate.mean),
        "half_width": None if row.estimate is None else written(row.estimate.half_width),
        "ranks": None if row.ranks is None else [row.ranks.first, row.ranks.last],
        "people": row.people,
        "episodes": list(row.episodes),
    }


def league_rows(document: dict[str, Any]) -> list[list[str]]:
    """The same as rows of a table."""
    return [
        [
            each["class"],
            item["unit"],
            item["name"],
            item["mean"] or "",
            item["half_width"] or "",
            *(str(rank) for rank in item["ranks"] or ("", "")),
            str(item["people"]),
            " ".join(str(number) for number in item["episodes"]),
        ]
        for each in document["classes"]
        for item in each["items"]
    ]
