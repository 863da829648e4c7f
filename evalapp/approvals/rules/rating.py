"""好差评 of a case: what may be said with which grade, until when, and which grades the unit must answer."""

import enum
from collections.abc import Collection, Sequence

from evalapp.approvals.rules.profile import Indicator, Rating
from evalapp.core.i18n import N_

LOW = (1, 2)  # the two lowest are 差评
GRADES = (5, 4, 3, 2, 1)


class Place(enum.StrEnum):
    """Where a case was handled: each has indicators of its own."""

    ONLINE = "online"
    ON_SITE = "on_site"


class Topic(enum.StrEnum):
    """What a complaint about a case is about; this much the unit's desk lists."""

    SLOW = "slow"
    ATTITUDE = "attitude"
    PAPERS = "papers"
    FEE = "fee"
    REFUSAL = "refusal"
    OTHER = "other"


TOPIC_WORDS: dict[Topic, str] = {
    Topic.SLOW: N_("办得慢"),
    Topic.ATTITUDE: N_("态度不好"),
    Topic.PAPERS: N_("材料要得多，或者没有一次说清"),
    Topic.FEE: N_("乱收费"),
    Topic.REFUSAL: N_("不受理、不批准，没有说清理由"),
    Topic.OTHER: N_("别的问题"),
}
GRADE_WORDS: dict[int, str] = {
    5: N_("非常满意"),
    4: N_("满意"),
    3: N_("基本满意"),
    2: N_("不满意"),
    1: N_("非常不满意"),
}


def place_of(came_by: str, rating: Rating) -> Place:
    """Where a case was handled, by how it came in as its unit says."""
    return Place.ONLINE if any(word in came_by for word in rating.online_words) else Place.ON_SITE


def offered(rating: Rating, place: Place, grade: int) -> Sequence[Indicator]:
    """The indicators that belong to a grade at a place."""
    return [one for one in rating.indicators if one.place == place.value and grade in one.grades]


def are_offered(rating: Rating, place: Place, grade: int, codes: Collection[str]) -> bool:
    """Whether all of these may be ticked with this grade, each once and no more than the profile allows."""
    known = {one.code for one in offered(rating, place, grade)}
    return len(codes) == len(set(codes)) <= rating.most and set(codes) <= known
