"""The shapes that go in and come out of the JSON interface. No field that is not named here leaves the house."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Grade = Annotated[int, Field(ge=1, le=5, description="5 非常满意 … 1 非常不满意；null 不了解")]
DimensionName = Literal["openness", "highlights", "service"]
State = Literal[
    "planned",
    "recorded",
    "prepared",
    "scheduled",
    "grading",
    "closed",
    "counted",
    "published",
    "final",
    "withdrawn",
    "void",
]


class Shape(BaseModel):
    """The base of every shape."""

    model_config = ConfigDict(extra="forbid")


class Problem(BaseModel):
    """A refusal, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


class CodeRequest(Shape):
    phone: str = Field(description="E.164, or as people type it")
    question: str = Field(
        default="", description="the token of the question that a refusal of type `question-asked` held"
    )
    answer: str = Field(default="", description="its answer, in digits or in words")


class CodeSent(Shape):
    expires_in: int
    again_in: int


class Purpose(Shape):
    purpose: Literal["sign_in", "reply_notices", "extension_notices"]
    version: str
    text: str


class ConsentText(Shape):
    version: str
    text: str
    purposes: list[Purpose]


class SignIn(Shape):
    phone: str
    code: str
    consent: str = Field(description="the version that the person agreed to")
    reply_notices: bool = False


class SignedIn(Shape):
    csrf_token: str


class Grades(Shape):
    openness: Grade | None
    highlights: Grade | None
    service: Grade | None


class Ballot(Shape):
    grades: Grades
    reasons: dict[DimensionName, list[str]] | None = Field(
        default=None,
        description="only for grades 1 and 2, at most three a dimension, of the codes that the rules list",
    )
    watched: int | None = Field(
        default=None, ge=0, le=4, description="quarters of the recording that were watched"
    )
    nonce: str = Field(pattern=r"^[0-9a-fA-F]{32}$", description="16 random bytes of the client")


class Withdrawal(Shape):
    nonce: str | None = Field(default=None, pattern=r"^[0-9a-fA-F]{32}$")


class Receipt(Shape):
    code: str
    box: str
    entry: str
    nonce: str
    at: str | None
    receipt: str = Field(description="the same as a signed note")
    verify: str


class Received(Shape):
    box: str
    state: Literal["received"]


class CommentText(Shape):
    text: str = Field(max_length=300)
    at: int | None = Field(default=None, ge=0, description="second of the recording")


class Code(Shape):
    code: str


class Standing(Shape):
    unit: str
    name: str


class UnitName(Shape):
    slug: str
    name: str


class EpisodeItem(Shape):
    number: int
    reference: str
    season: int
    title: str
    summary: str
    unit: UnitName
    speaker_post: str
    state: State
    reason: str | None = Field(description="why it was withdrawn or its box declared void")
    extension_reason: str | None = Field(
        description="why two people let grading close later than announced; `closes_at` says until when"
    )
    opens_at: datetime | None
    closes_at: datetime | None
    first_airing_at: datetime | None
    next_airing_at: datetime | None
    published_at: datetime | None
    final_at: datetime | None
    url: str


class Airing(Shape):
    channel: str
    starts_at: datetime
    ends_at: datetime
    is_repeat: bool
    postponed_from: datetime | None
    cancelled: bool
    replaced_by: int | None
    reason: str | None


class Episode(EpisodeItem):
    report: str | None
    airings: list[Airing]


class UnitItem(Shape):
    slug: str
    name: str
    short_name: str
    kind: Literal["department", "section", "subdistrict", "village"]
    parent: str | None
    rank_class: str | None
    summary: str
    url: str


class Function(Shape):
    title: str
    text: str
    handled_by: str


class Post(Shape):
    title: str
    duty: str
    telephone: str


class Unit(UnitItem):
    telephone: str
    address: str
    office_hours: str
    functions: list[Function]
    posts: list[Post]
    below: list[str]
    closed_at: datetime | None
    closed_reason: str | None


class Term(Shape):
    amount: int
    unit: Literal["minute", "hour", "day", "month"]
    basis: Literal["working", "calendar"]


class Evidence(Shape):
    verdict: Literal["kept", "near_limit", "not_kept", "no_data"]
    cases: int
    mean: float | None
    nine_in_ten: float | None
    on_time_percent: float | None
    on_time_low: float | None
    on_time_high: float | None
    first_month: str | None
    last_month: str | None


class Pledge(Shape):
    reference: str
    unit: str
    title: str
    text: str
    measured: str | None
    term: Term | None
    statutory: Term | None
    statutory_source: str | None
    version: int
    shown_from: datetime
    evidence: Evidence
    url: str


class Reply(Shape):
    unit: str
    post: str
    text: str
    day: date


class CommentShown(Shape):
    reference: str
    state: str
    day: date | None
    at: int | None
    text: str | None
    met_too: int = 0
    reply: dict[str, Any] | None


class Comments(Shape):
    items: list[CommentShown]
    next: str | None
    counts: dict[str, int]


class RankedUnit(Shape):
    unit: str
    name: str
    mean: str | None
    half_width: str | None
    ranks: list[int]
    people: int | None
    episodes: list[int]


class RankedClass(BaseModel):
    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    rank_class: str = Field(alias="class")
    median: str | None
    items: list[RankedUnit]


class League(Shape):
    year: int
    title: str
    published: int
    classes: list[RankedClass]


class Result(BaseModel):
    """The published document: counts, scores with intervals, formula and inputs; what it holds depends on the profile."""

    episode: str
    formula: str
    formula_version: str
    counts: dict[str, Any]
    inputs: dict[str, Any]
    score: dict[str, Any]
