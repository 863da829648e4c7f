"""Grades, dimensions, reasons, and the checks of what a voter sent."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Grade(IntEnum):
    """The five national grades of 好差评; the last two are 差评."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    MOSTLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1


class Dimension(StrEnum):
    """What is graded: 晒工作, 评亮点, 比服务."""

    OPENNESS = "openness"
    HIGHLIGHTS = "highlights"
    SERVICE = "service"


class Channel(StrEnum):
    """The way a ballot came in."""

    PAGE = "page"
    API = "api"


# 不了解: counted, shown, and left out of the base. In bytes it is a grade of its own, so that no key is ever missing.
UNKNOWN = 0
LOW_GRADES = frozenset({Grade.DISSATISFIED, Grade.VERY_DISSATISFIED})
MOST_REASONS = 3
REASON_CODE = re.compile(r"[!-~]{1,16}", re.ASCII)
NONCE = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)
MOST_QUARTERS = 4
FIELDS = frozenset({"grades", "reasons", "watched", "nonce"})
DIMENSIONS = frozenset(dimension.value for dimension in Dimension)


class Fault(StrEnum):
    """What can be wrong with a field; the pages and the API put it into words."""

    MISSING = "missing"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_SHAPE = "wrong_shape"
    NO_SUCH_GRADE = "no_such_grade"
    REASON_WITHOUT_LOW_GRADE = "reason_without_low_grade"
    NO_SUCH_REASON = "no_such_reason"
    TOO_MANY_REASONS = "too_many_reasons"
    NO_NONCE = "no_nonce"
    BAD_NONCE = "bad_nonce"
    TOO_LONG = "too_long"


class Unfit(ValueError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """A field of what was sent is not what the box asks for."""

    def __init__(self, place: str, fault: Fault) -> None:
        super().__init__(f"{place}: {fault}")
        self.place = place
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One person's grades of one episode, checked; 0 stands for 不了解."""

    grades: Mapping[Dimension, int]
    reasons: Mapping[Dimension, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A whole request to cast: the opinion, the voter's nonce, and how much of the recording was watched."""

    opinion: Opinion
    nonce: bytes
    watched: int | None = None


def read_submission(body: object, *, reasons: Mapping[str, Collection[str]]) -> Submission:
    """The submission in a decoded JSON body, checked by hand because a broadcast drives this route.

    `reasons` are the codes that the box's rules list for each dimension.
    """
    if not isinstance(body, dict):
        raise Unfit("body", Fault.WRONG_SHAPE)
    for name in body:
        if name not in FIELDS:
            raise Unfit("body", Fault.UNKNOWN_FIELD)
    grades = _grades(body.get("grades"))
    return Submission(
        opinion=Opinion(grades=grades, reasons=_reasons(body.get("reasons"), grades=grades, listed=reasons)),
        nonce=read_nonce(body.get("nonce")),
        watched=_watched(body.get("watched")),
    )


def read_withdrawal(body: object) -> bytes | None:
    """The nonce in a decoded JSON body of a withdrawal, which needs none."""
    if not isinstance(body, dict):
        raise Unfit("body", Fault.WRONG_SHAPE)
    if not body.keys() <= {"nonce"}:
        raise Unfit("body", Fault.UNKNOWN_FIELD)
    return None if body.get("nonce") is None else read_nonce(body["nonce"])


def _grades(sent: object) -> dict[Dimension, int]:
    if sent is None:
        raise Unfit("grades", Fault.MISSING)
    if not isinstance(sent, dict):
        raise Unfit("grades", Fault.WRONG_SHAPE)
    if not sent.keys() <= DIMENSIONS:
        raise Unfit("grades", Fault.UNKNOWN_FIELD)
    return {dimension: _grade(sent, dimension) for dimension in Dimension}


def _grade(sent: dict[str, object], dimension: Dimension) -> int:
    if dimension.value not in sent:
        raise Unfit(f"grades.{dimension}", Fault.MISSING)
    grade = sent[dimension.value]
    if grade is None:
        return UNKNOWN
    if type(grade) is not int or not Grade.VERY_DISSATISFIED <= grade <= Grade.VERY_SATISFIED:
        raise Unfit(f"grades.{dimension}", Fault.NO_SUCH_GRADE)
    return grade


def _reasons(
    sent: object, *, grades: Mapping[Dimension, int], listed: Mapping[str, Collection[str]]
) -> dict[Dimension, tuple[str, ...]]:
    if sent is None:
        return {}
    if not isinstance(sent, dict):
        raise Unfit("reasons", Fault.WRONG_SHAPE)
    if not sent.keys() <= DIMENSIONS:
        raise Unfit("reasons", Fault.UNKNOWN_FIELD)
    return {
        dimension: _codes(
            codes, dimension=dimension, grade=grades[dimension], listed=listed.get(dimension, ())
        )
        for dimension in Dimension
        if (codes := sent.get(dimension.value))
    }


def _codes(sent: object, *, dimension: Dimension, grade: int, listed: Collection[str]) -> tuple[str, ...]:
    place = f"reasons.{dimension}"
    if not isinstance(sent, list) or not all(isinstance(code, str) for code in sent):
        raise Unfit(place, Fault.WRONG_SHAPE)
    if grade not in LOW_GRADES:
        raise Unfit(place, Fault.REASON_WITHOUT_LOW_GRADE)
    if len(sent) > MOST_REASONS or len(set(sent)) < len(sent):
        raise Unfit(place, Fault.TOO_MANY_REASONS)
    if any(code not in listed for code in sent):
        raise Unfit(place, Fault.NO_SUCH_REASON)
    return tuple(sorted(sent))


def read_nonce(sent: object) -> bytes:
    """The voter's 16 random bytes, sent as 32 hexadecimal digits."""
    if sent is None:
        raise Unfit("nonce", Fault.NO_NONCE)
    if not isinstance(sent, str) or NONCE.fullmatch(sent) is None:
        raise Unfit("nonce", Fault.BAD_NONCE)
    return bytes.fromhex(sent)


def _watched(sent: object) -> int | None:
    if sent is None:
        return None
    if type(sent) is not int or not 0 <= sent <= MOST_QUARTERS:
        raise Unfit("watched", Fault.WRONG_SHAPE)
    return sent


def is_reason_code(text: str) -> bool:
    """Whether a profile may list this code: 1 to 16 printable ASCII characters that JSON does not escape."""
    return REASON_CODE.fullmatch(text) is not None and '"' not in text and "\\" not in text
