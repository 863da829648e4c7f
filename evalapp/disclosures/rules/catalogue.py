"""The catalogue: what a unit must post, by when, on what basis, as data with its source named."""

from __future__ import annotations

import enum
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evalapp.disclosures.rules.periods import Length, Period
from evalapp.units.rules.tree import UnitKind

# What a section does stands on the board of its department.
WITHOUT_BOARD = frozenset({UnitKind.SECTION})
Text = Annotated[str, Field(min_length=1, max_length=300)]
DayOfMonth = Annotated[int, Field(ge=1, le=28)]


class Accounts(enum.StrEnum):
    """Whose finances an item is about: those with little coming and going, or with much."""

    ORDINARY = "ordinary"
    BUSY = "busy"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class AfterForming(_Frozen):
    """Within a number of working days of forming or changing it."""

    kind: Literal["forming", "at_once"]
    days: Annotated[int, Field(ge=1, le=60)]
    source: Text


class EachPeriod(_Frozen):
    """By a day of the first month after the month or quarter."""

    kind: Literal["monthly", "quarterly"]
    day: DayOfMonth
    source: Text

    @property
    def length(self) -> Length:
        return Length.MONTH if self.kind == "monthly" else Length.QUARTER


class EachYear(_Frozen):
    """By a day of the year that it is for, or of the year after."""

    kind: Literal["yearly"]
    of: Literal["this", "last"]
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    source: Text


Term = Annotated[AfterForming | EachPeriod | EachYear, Field(discriminator="kind")]


class Item(_Frozen):
    """One row of the standard catalogue."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,30}$")]
    heading: Text
    item: Text
    content: Text
    basis: Text
    term: Term
    publisher: Text
    channel: Text
    audience: Text
    way: Text
    kinds: tuple[UnitKind, ...]
    statement: bool = False  # income and expenditure, line by line
    accounts: Accounts | None = None

    @property
    def length(self) -> Length | None:
        """For how long a stretch each posting is, where it is for one."""
        if isinstance(self.term, EachPeriod):
            return self.term.length
        return Length.YEAR if isinstance(self.term, EachYear) else None

    def is_for(self, kind: UnitKind, *, is_busy: bool) -> bool:
        """Whether a unit of this kind has to post it."""
        wanted = Accounts.BUSY if is_busy else Accounts.ORDINARY
        return kind in self.kinds and self.accounts in {None, wanted}


class DaysOff(_Frozen):
    moved: bool
    source: Text


class Questions(_Frozen):
    """How many lines a resident may question on a day, in how many words."""

    a_day: Annotated[int, Field(ge=1, le=50)]
    words: Annotated[int, Field(ge=50, le=1_000)]
    source: Text


class Catalogue(_Frozen):
    """What the boards of a district hold, with where that comes from."""

    name: Text
    source: Text
    lookback_months: Annotated[int, Field(ge=3, le=36)]  # for how long silence is told
    due_soon_days: Annotated[int, Field(ge=1, le=20)]
    days_off: DaysOff
    questions: Questions
    headings: tuple[Text, ...]
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if len({item.code for item in self.items}) < len(self.items):
            raise ValueError("each item has a code of its own")
        if {item.heading for item in self.items} - set(self.headings):
            raise ValueError("every item stands under one of the headings")
        return self

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)

    def of_board(self, kind: UnitKind, *, is_busy: bool) -> list[Item]:
        """What a unit of this kind posts, in the order of the headings."""
        mine = [item for item in self.items if item.is_for(kind, is_busy=is_busy)]
        return sorted(mine, key=lambda item: self.headings.index(item.heading))

    def statement_item(self, kind: UnitKind, period: Period, *, is_busy: bool) -> Item | None:
        """The item that a statement of this period answers, if any."""
        return next(
            (
                item
                for item in self.of_board(kind, is_busy=is_busy)
                if item.statement and item.length is period.length
            ),
            None,
        )


def read_catalogue(data: bytes | str) -> Catalogue:
    """A catalogue from its JSON. Raises `ValueError` for one that does not hang together."""
    return Catalogue.model_validate_json(data)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Return the catalogue that comes with the application."""
    return read_catalogue(
        resources.files("evalapp.disclosures").joinpath("profiles/catalogue.json").read_bytes()
    )
