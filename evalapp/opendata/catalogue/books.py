"""The shapes of the books that a district opens: powers with their flowcharts, service items, what hangs on boards."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from evalapp.opendata.catalogue.shapes import Shape, Term

PowerKindName = Literal[
    "approval",
    "penalty",
    "compulsion",
    "levy",
    "payment",
    "ruling",
    "confirmation",
    "reward",
    "inspection",
    "other",
]
LevelName = Literal["main", "sub", "item"]


class PowerItem(Shape):
    code: str
    name: str
    kind: PowerKindName
    level: LevelName
    unit: str
    url: str


class LegalBasis(Shape):
    law: str
    article: str | None
    text: str | None
    url: str | None
    from_: date | None = Field(alias="from")
    until: date | None
    note: str | None


class Duty(Shape):
    stage: str
    text: str


class FlowStep(Shape):
    key: str
    kind: Literal["start", "step", "decision", "split", "join", "end"]
    title: str
    actor: str | None = None
    party: Literal["unit", "client", "other"] = "unit"
    term: Term | None = None
    pauses: bool = False
    article: str | None = Field(default=None, description="by which article the clock pauses")
    risk: Literal["high", "medium", "low"] | None = None


class FlowWay(Shape):
    from_: str = Field(alias="from")
    to: str
    label: str | None = None


class Flowchart(Shape):
    steps: list[FlowStep]
    ways: list[FlowWay]


class Power(PowerItem):
    parent: str | None
    state: Literal["published", "withdrawn"]
    withdrawn_reason: str | None
    section: str | None
    post: str
    bases: list[LegalBasis]
    duties: list[Duty]
    grounds: list[str]
    fee: str | None
    fee_basis: str | None
    statutory: Term | None
    promised: Term | None
    telephone: str | None
    passes_on: bool
    flowchart: Flowchart | None
    version: int
    sha256: str
    shown_from: datetime


class ServiceItem(Shape):
    code: str
    name: str
    unit: str
    url: str


class Clause(Shape):
    question: int = Field(description="the number of a question, from 1")
    choices: list[int] = Field(description="numbers of its choices, from 1; one of them is the answer")


class PaperQuestion(Shape):
    text: str
    choices: list[str]
    asked_if: list[Clause]


class PaperFile(Shape):
    name: str
    media_type: str
    size: int
    sha256: str
    url: str


class Paper(Shape):
    name: str
    source: str | None
    kind: Literal["original", "copy", "both", "electronic"]
    copies: int
    when: str | None
    needed_if: list[Clause] = Field(description="all of them hold; none: always needed")
    form: PaperFile | None
    sample: PaperFile | None
    note: str | None


class SpecialStep(Shape):
    name: str
    term: Term | None
    basis: str | None
    counts: bool = Field(description="whether it counts in the term")
    fee: str | None
    fee_basis: str | None


class AnsweredQuestion(Shape):
    question: str
    answer: str


class Service(ServiceItem):
    power: str
    state: Literal["published", "withdrawn"]
    withdrawn_reason: str | None
    section: str | None
    subjects: list[str]
    events: list[str]
    conditions: list[str]
    questions: list[PaperQuestion]
    papers: list[Paper]
    place: str
    hours: str | None
    statutory: Term | None
    promised: Term | None
    at_once: bool
    special_steps: list[SpecialStep]
    fee: str | None
    fee_basis: str | None
    result: str | None
    bases: list[LegalBasis]
    faq: list[AnsweredQuestion]
    visits: int | None
    contact: str
    complaint: str
    version: int
    sha256: str
    shown_from: datetime


class PostedFile(Shape):
    token: str
    name: str
    sha256: str
    size: int
    media_type: str
    caption: str


class PostedContent(Shape):
    title: str
    body: str
    columns: list[str]
    rows: list[list[str]]
    files: list[PostedFile]


class DisclosureItem(Shape):
    reference: str
    unit: str
    item: str
    period: str | None
    formed_on: date | None
    version: int
    published_at: datetime
    published_by: str
    content: PostedContent
    sha256: str = Field(
        description='SHA-256 of {"before", "content": {"reference", "number", …content}} as JSON with sorted names, no spaces'
    )
    before: str | None = Field(
        description="the hash of the version before; in the hashed document an empty text"
    )
    url: str
