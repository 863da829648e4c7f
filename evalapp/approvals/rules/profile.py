"""The profile of the monitor: terms, grace, points and the quarter are ours; the colours are a named place's."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evalapp.approvals.rules.kinds import CLOCKS, Colour, Trigger
from evalapp.core import terms
from evalapp.core.terms import Term, TimeUnit

Text = Annotated[str, Field(min_length=1, max_length=500)]
Days = Annotated[int, Field(ge=1, le=260)]
_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
OWN = "own"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Mark(_Frozen):
    """A moment of a clock: when `percent` of its time has run, or `days` working days after its last day (before: negative)."""

    percent: Annotated[int, Field(ge=1, le=99)] | None = None
    days: Annotated[int, Field(ge=-30, le=60)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.percent is None) == (self.days is None):
            raise ValueError("a mark is given in percent or in days")
        return self


class ClockLights(_Frozen):
    """When a clock is announced, yellow and red. Named by a source, or ours."""

    notice: Mark | None = None
    yellow: Mark | None = None
    red: Mark | None = None
    ours: bool
    source: Text


class BreachLight(_Frozen):
    """The colour of what is wrong at once, whatever the clocks say."""

    colour: Annotated[Colour, Field(strict=False)] | None
    ours: bool
    source: Text


class Lights(_Frozen):
    """What yellow and red mean in a place."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    name: Text
    source: Text
    clocks: dict[str, ClockLights]
    breaches: dict[str, BreachLight]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        clocks = {trigger.value for trigger in CLOCKS}
        if self.clocks.keys() != clocks:
            raise ValueError("lights are given for each of the five clocks")
        if self.breaches.keys() != {trigger.value for trigger in Trigger} - clocks:
            raise ValueError("a colour, or none, is given for each kind of breach")
        return self


class SaidTerm(_Frozen):
    """A term as it is written, with where it comes from."""

    term: Text
    source: Text

    @property
    def counted(self) -> Term:
        return _typed(self.term)

    @model_validator(mode="after")
    def _is_a_term(self) -> Self:
        if terms.typed(self.term, field="term") is None:
            raise ValueError("a term is written like 5 个工作日")
        return self


class Extension(_Frozen):
    """By how many days at most a term may be extended, with approval and reasons."""

    days: Days
    joint_days: Days
    moves_promise: bool
    source: Text


class WindowHours(_Frozen):
    """When windows are open on working days: stretches in order."""

    stretches: Annotated[tuple[tuple[str, str], ...], Field(strict=False, min_length=1, max_length=4)]
    near_percent: Annotated[int, Field(ge=1, le=99)]  # what days before the end mean for a term in hours
    source: Text

    @property
    def minutes(self) -> tuple[tuple[int, int], ...]:
        """Each stretch in minutes of its day."""
        return tuple((_minute(opens), _minute(shuts)) for opens, shuts in self.stretches)

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        ends = [minute for stretch in self.stretches for minute in map(_minute, stretch)]
        if sorted(set(ends)) != ends or ends[-1] > 24 * 60:
            raise ValueError("stretches of a day follow one another")
        return self


class Grace(_Frozen):
    """Within which time what is entered counts as of when it happened; how far a clock may be ahead."""

    desk_minutes: Annotated[int, Field(ge=1, le=1440)]
    feed_days: Days
    ahead_minutes: Annotated[int, Field(ge=0, le=60)]
    source: Text

    @property
    def desk(self) -> timedelta:
        return timedelta(minutes=self.desk_minutes)

    @property
    def surely(self) -> timedelta:
        """What a feed has in any case, whatever the calendar: so many working days are never less."""
        return timedelta(days=self.feed_days)


class Points(_Frozen):
    """What a card takes, what a case that kept its promise gives."""

    yellow: Annotated[int, Field(ge=0, le=100)]
    red: Annotated[int, Field(ge=0, le=100)]
    on_time: Annotated[int, Field(ge=0, le=100)]
    source: Text


class GradeFrom(_Frozen):
    name: Text
    least: Annotated[int, Field(ge=0, le=1000)]


class Quarter(_Frozen):
    """How a unit's quarter is graded: base, plus a bonus up to a limit, minus cards, plus or minus what was given by hand."""

    base: Annotated[int, Field(ge=0, le=1000)]
    most_bonus: Annotated[int, Field(ge=0, le=100)]
    per_cases: Annotated[int, Field(ge=1, le=10_000)]  # cards are set against this many completed cases
    minimum: Annotated[int, Field(ge=1)]
    grades: Annotated[tuple[GradeFrom, ...], Field(strict=False, min_length=2)]
    formula: Text
    source: Text

    @model_validator(mode="after")
    def _falls(self) -> Self:
        least = [grade.least for grade in self.grades]
        if sorted(least, reverse=True) != least or least[-1] != 0:
            raise ValueError("grades fall to nought")
        return self


class Verdict(_Frozen):
    """What is said of a pledge by what was measured; rates in percent."""

    kept: Annotated[int, Field(ge=1, le=100)]
    missed: Annotated[int, Field(ge=1, le=100)]
    minimum: Annotated[int, Field(ge=1)]
    hardly_less: Annotated[int, Field(ge=50, le=100)] = (
        90  # of the statutory term: from here on a promise flatters itself
    )
    source: Text


class Feeds(_Frozen):
    """After how many working days without an event a feed has fallen silent."""

    silent_days: Days
    source: Text


class Contest(_Frozen):
    """Within how many working days a unit may contest a card, and it is decided."""

    days: Days
    review_days: Days
    source: Text


class Indicator(_Frozen):
    """What may be ticked with some grades of a case that was handled online or on site."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    place: Annotated[str, Field(pattern=r"^(online|on_site)$")]
    grades: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], Field(strict=False, min_length=1)]
    zh: Text
    en: Text


class Rating(_Frozen):
    """How applicants grade a case: within how many working days after its end, with which indicators."""

    days: Days
    days_source: Text
    online_words: Annotated[
        tuple[str, ...], Field(strict=False)
    ]  # in how a case came in: it was handled online
    most: Annotated[int, Field(ge=1, le=12)]
    indicators: Annotated[tuple[Indicator, ...], Field(strict=False, min_length=1, max_length=60)]
    source: Text

    @model_validator(mode="after")
    def _are_distinct(self) -> Self:
        if len({one.code for one in self.indicators}) < len(self.indicators):
            raise ValueError("each indicator has a code of its own")
        return self


class ApprovalsProfile(_Frozen):
    """How a place watches cases, with where that comes from."""

    name: Text
    source: Text
    acceptance: SaidTerm
    joint: SaidTerm
    delivery: SaidTerm
    at_once: SaidTerm
    extension: Extension
    window: WindowHours
    last_day_off_moves: bool
    last_day_off_source: Text
    grace: Grace
    grounds: dict[str, Text]
    grounds_source: Text
    points: Points
    quarter: Quarter
    verdict: Verdict
    feeds: Feeds
    contest: Contest
    rating: Rating | None = None  # one adopted before cases were graded has none: the shipped one serves

    @property
    def rated(self) -> Rating:
        """How cases are graded."""
        found = self.rating or own().rating
        assert found is not None  # the shipped one has it
        return found

    @model_validator(mode="after")
    def _extends_days(self) -> Self:
        if self.joint.counted.unit is not TimeUnit.DAY:
            raise ValueError("the joint term is in days")
        return self


class Profile(_Frozen):
    """Ours and the colours of a place, as they are adopted together."""

    own: ApprovalsProfile
    lights: Lights


def read_profile(data: bytes | str) -> Profile:
    """A profile from its JSON. Raises `ValueError` for one that does not hang together."""
    return Profile.model_validate_json(data)


@cache
def _typed(text: str) -> Term:
    term = terms.typed(text, field="term")
    assert term is not None  # looked at when the profile was read
    return term


@cache
def own() -> ApprovalsProfile:
    """Our own profile, which comes with the application."""
    return ApprovalsProfile.model_validate_json(_file("default.json"))


@cache
def lights() -> dict[str, Lights]:
    """The colours that come with the application, by their key: ours first."""
    folder = resources.files("evalapp.approvals").joinpath("profiles/lights")
    found = [
        Lights.model_validate_json(file.read_bytes())
        for file in folder.iterdir()
        if file.name.endswith(".json")
    ]
    return {each.key: each for each in sorted(found, key=lambda each: (each.key != OWN, each.key))}


@cache
def shipped(key: str = OWN) -> Profile:
    """Our own profile with the colours of `key`."""
    return Profile(own=own(), lights=lights()[key])


def _file(name: str) -> bytes:
    return resources.files("evalapp.approvals").joinpath(f"profiles/{name}").read_bytes()


def _minute(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("a time of day is written like 09:00")
    return int(found[1]) * 60 + int(found[2])
