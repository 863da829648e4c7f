"""The season's profile: what differs from place to place, as data with a named source, and the rules of one box."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from evalapp.ballots.rules.grades import Dimension, Grade, is_reason_code
from evalapp.ballots.rules.voters import network_of
from evalapp.ledger.rules import Document, canonical_json, read_canonical

RULES_FORMAT = 1
FORMULA = "evalapp-result-1"
GROUP = re.compile(r"[a-z][a-z0-9-]{0,15}", re.ASCII)
MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def _moment(text: str) -> str:
    if written_moment(datetime.strptime(text, MOMENT).replace(tzinfo=UTC)) != text:
        raise ValueError("a moment is written 2026-11-23T12:00:00Z")
    return text


def _reason(text: str) -> str:
    if not is_reason_code(text):
        raise ValueError("a code has 1 to 16 printable ASCII characters")
    return text


def _group(text: str) -> str:
    if GROUP.fullmatch(text) is None:
        raise ValueError("a group is a small letter and up to 15 more letters, digits or dashes")
    return text


def _network(text: str) -> str:
    if network_of(text.partition("/")[0]) != text:
        raise ValueError("a network is the /24 or /56 that addresses are reduced to")
    return text


Moment = Annotated[str, AfterValidator(_moment)]
Code = Annotated[str, AfterValidator(_reason)]
GroupCode = Annotated[str, AfterValidator(_group)]
Network = Annotated[str, AfterValidator(_network)]
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


def written_moment(moment: datetime) -> str:
    """A moment as rules and entries write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime(MOMENT)


def read_moment(text: str) -> datetime:
    return datetime.strptime(text, MOMENT).replace(tzinfo=UTC)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Reason(_Frozen):
    """A reason that may be ticked with a low grade: its code goes into the ballot, its words on the page."""

    code: Code
    zh: Text
    en: Text


class Group(_Frozen):
    """A group of evaluators. `weight` is in percent of the index; fewer than `minimum` valid grades stay out of it."""

    code: GroupCode
    zh: Text
    en: Text
    weight: Percent
    minimum: Count
    census: Annotated[int, Field(ge=0, le=1)] = (
        0  # 1: everyone of it was invited, so no sampling error from outside
    )

    @property
    def is_census(self) -> bool:
        return self.census == 1


class NetworkKind(StrEnum):
    OFFICE = "office"
    KIOSK = "kiosk"
    CARRIER = "carrier"


class ListedNetwork(_Frozen):
    """A network known beforehand, with the most ballots it may send unflagged."""

    network: Network
    kind: Annotated[NetworkKind, Field(strict=False)]
    cap: Count


class IntegrityRules(_Frozen):
    """Thresholds of the rules that flag. All of them are two-sided: none looks at whether grades are high or low."""

    device_cap: Count
    network_cap: Count
    network_share: Percent
    networks: tuple[ListedNetwork, ...] = ()
    burst_least: Count
    burst_times: Annotated[int, Field(ge=2)]
    burst_window: Annotated[int, Field(ge=2)]
    haste_run: Annotated[int, Field(ge=2)]
    identical_run: Annotated[int, Field(ge=2)]
    identical_share: Percent
    number_block_cap: Count
    number_block_share: Percent


class Auditor(_Frozen):
    """Who may get the box's key after the count; by post, never by name."""

    post: Text
    of_office: Annotated[int, Field(ge=0, le=1)]


class ExclusionReason(_Frozen):
    """A reason for which two people may set a ballot apart; no other exists."""

    code: Code
    zh: Text
    en: Text


class SeasonProfile(_Frozen):
    """How a place evaluates, with where that comes from."""

    name: Text
    source: Text
    points: dict[str, Percent]
    satisfied_from: Annotated[int, Field(ge=1, le=5)]
    dimension_weights: dict[str, Count]
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    reasons: dict[str, Annotated[tuple[Reason, ...], Field(max_length=12)]]
    exclusion_reasons: Annotated[tuple[ExclusionReason, ...], Field(min_length=1)]
    integrity: IntegrityRules
    auditors: Annotated[tuple[Auditor, ...], Field(min_length=2)]
    standing: Text
    changes_per_hour: Count
    ballots_per_box: Annotated[int, Field(ge=1, le=99)]
    breakdown_minimum: Count
    # A case completed so many months before grading opens makes its applicant a client; 0: none does.
    client_months: Annotated[int, Field(ge=0, le=60)] = 0
    grading_days: Count
    objection_days: Count
    forget_after_days: Count
    forget_key_after_days: Count

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.points.keys() != {str(grade.value) for grade in Grade}:
            raise ValueError("points are given for each of the five grades")
        if not self.dimension_weights.keys() == self.reasons.keys() == {d.value for d in Dimension}:
            raise ValueError("weights and reasons are given for each of the three dimensions")
        codes = [group.code for group in self.groups]
        if len(set(codes)) < len(codes) or sum(group.weight for group in self.groups) != 100:
            raise ValueError("groups are distinct and their weights add up to 100")
        if all(auditor.of_office for auditor in self.auditors):
            raise ValueError("one auditor at least is not of the office")
        return self

    def group(self, code: str) -> Group:
        return next(group for group in self.groups if group.code == code)


class Keys(_Frozen):
    """The public keys that a box's entries and receipts are checked with; the log's is added by the ledger."""

    box: Hex32
    receipts: Text


class BoxRules(_Frozen):
    """Everything that was fixed before a box opened: entry 0, as canonical JSON."""

    version: Annotated[int, Field(ge=RULES_FORMAT, le=RULES_FORMAT)] = RULES_FORMAT
    formula: Text = FORMULA
    box: Annotated[str, Field(pattern=r"^[!-~]{1,36}$")]
    episode: Text
    unit: Text
    group: GroupCode
    opens_at: Moment
    closes_at: Moment
    keys: Keys
    profile: SeasonProfile

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if not self.opens_at < self.closes_at:
            raise ValueError("a box closes after it opens")
        if self.group not in {group.code for group in self.profile.groups}:
            raise ValueError("the profile does not know this group")
        return self

    @property
    def document(self) -> Document:
        return cast("Document", self.model_dump(mode="json"))

    @property
    def data(self) -> bytes:
        return canonical_json(self.document)

    @classmethod
    def from_data(cls, data: bytes) -> BoxRules:
        """Rules as entry 0 holds them, without its kind byte."""
        return cls.model_validate(_tuples(read_canonical(data)))


def read_profile(data: bytes) -> SeasonProfile:
    """A profile from its JSON file."""
    return SeasonProfile.model_validate_json(data)


def reason_codes(profile: SeasonProfile) -> dict[str, frozenset[str]]:
    """The codes that the profile lists for each dimension."""
    return {name: frozenset(reason.code for reason in reasons) for name, reasons in profile.reasons.items()}


def _tuples(value: Any) -> Any:
    """Lists of a decoded document as tuples: strict models take nothing else."""
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return value
