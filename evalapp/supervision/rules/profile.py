"""The profile of supervision: what differs from place to place, as data with its source named."""

from __future__ import annotations

import enum
from importlib import resources
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1, max_length=500)]
Days = Annotated[int, Field(ge=1, le=260)]
FEWEST_PEOPLE = 10  # fewer people are never a matter: somebody could tell who they were


class Weight(enum.StrEnum):
    """How much a question asks for."""

    SIMPLE = "simple"
    GENERAL = "general"
    COMPLEX = "complex"


class Colour(enum.StrEnum):
    """The colours of supervision notices, in the order in which they follow one another."""

    BLUE = "blue"
    ORANGE = "orange"
    RED = "red"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Term(_Frozen):
    """A number of working days, and where it comes from."""

    days: Days
    source: Text


class LowGrades(_Frozen):
    """From how many people with one reason on low grades are a matter, and how long it may take."""

    minimum: Annotated[int, Field(ge=FEWEST_PEOPLE)]
    handle: Term
    plan: Term


class ReplyRules(_Frozen):
    """What an answer must be, and how long its asker may say that it is none."""

    shortest: Annotated[int, Field(ge=1, le=200)]
    needs_sign_off: Annotated[int, Field(ge=0, le=1)]
    reopen_days: Days
    reopen_times: Annotated[int, Field(ge=1, le=9)]
    source: Text


class LampRules(_Frozen):
    """From when a lamp is amber, and from when a matter is very late; in working days."""

    soon_days: Days
    very_late_days: Days
    source: Text


class ReminderRule(_Frozen):
    """A reminder `offset` working days after the last day of a term; before it when negative."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,30}$")]
    offset: Annotated[int, Field(ge=-30, le=30)]
    source: Text


class NoticeRule(_Frozen):
    """A notice goes `after_days` working days after the term before it was over, and asks for an answer in its own."""

    colour: Annotated[Colour, Field(strict=False)]
    after_days: Annotated[int, Field(ge=0, le=60)]
    answer_days: Days
    source: Text


class TalkRules(_Frozen):
    """A talk is suggested after so many bad months: fewer answered on time than `on_time_below` percent."""

    months: Annotated[int, Field(ge=1, le=12)]
    on_time_below: Annotated[int, Field(ge=1, le=100)]
    minimum: Annotated[int, Field(ge=1)]
    source: Text


class OthersWords(_Frozen):
    """How many who met with the same open a checked matter again by saying that it is not mended.

    Never one alone: everybody can say 我也遇到.
    """

    not_mended: Annotated[int, Field(ge=2, le=100)]
    source: Text


class SupervisionProfile(_Frozen):
    """How a place supervises, with where that comes from."""

    name: Text
    source: Text
    weights: dict[str, Term]
    low_grade: LowGrades
    objection: Term
    line_question: Term | None = (
        None  # one adopted before there were boards has none: that of objections serves
    )
    contest: Term
    check: Term
    again: Term
    longest_plan_days: Annotated[int, Field(ge=1, le=730)]
    reply: ReplyRules
    confirm_days: Days
    others: OthersWords | None = None  # without it their words are counted and shown, and decide nothing
    lamp: LampRules
    reminders: Annotated[tuple[ReminderRule, ...], Field(max_length=12)]
    reminder_hour: Annotated[int, Field(ge=0, le=23)]
    notices: tuple[NoticeRule, ...]
    talk: TalkRules
    rate_minimum: Annotated[int, Field(ge=FEWEST_PEOPLE)]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.weights.keys() != {weight.value for weight in Weight}:
            raise ValueError("a term is given for each of the three weights")
        if [rule.colour for rule in self.notices] != list(Colour)[: len(self.notices)]:
            raise ValueError("notices are blue, then orange, then red; a later colour needs the earlier ones")
        if len({rule.code for rule in self.reminders}) < len(self.reminders):
            raise ValueError("each reminder has a code of its own")
        return self

    @property
    def term_of_line_questions(self) -> Term:
        """In how many days a question about a line of the finances is answered; that of objections where none is given."""
        return self.line_question or self.objection

    @property
    def term_of_first_notice(self) -> Term:
        """In how many days a matter that begins with its notice is answered: those of a general one where none go."""
        if not self.notices:
            return self.weights[Weight.GENERAL.value]
        return Term(days=self.notices[0].answer_days, source=self.notices[0].source)

    def notice(self, colour: Colour) -> NoticeRule | None:
        """The rule of a colour, where the profile has it."""
        return next((rule for rule in self.notices if rule.colour is colour), None)


def read_profile(data: bytes | str) -> SupervisionProfile:
    """A profile from its JSON. Raises `ValueError` for one that does not hang together."""
    return SupervisionProfile.model_validate_json(data)


def shipped() -> bytes:
    """The profile that comes with the application."""
    return resources.files("evalapp.supervision").joinpath("profiles/default.json").read_bytes()
