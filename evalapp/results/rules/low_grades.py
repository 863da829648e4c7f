"""How many people gave low grades for one reason: told from ten people on, over all groups, and never so that fewer show."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.results.rules.counting import GroupCount


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """So many people gave a low grade in a dimension for one reason."""

    dimension: Dimension
    reason: str
    people: int


def people_by_reason(
    counts: Mapping[str, GroupCount], *, profile: SeasonProfile
) -> dict[Dimension, dict[str, int]]:
    """How many people gave each reason in each dimension, where it is the minimum or more.

    What the groups' own tables hide is added only if it is of that many people itself: otherwise a subtraction would
    tell of fewer. The number is then that of the shown groups alone, so "at least".
    """
    minimum = profile.breakdown_minimum
    found: dict[Dimension, dict[str, int]] = {}
    for dimension in Dimension:
        shown, hidden = Counter[str](), Counter[str]()
        for group, count in counts.items():
            for code, people in count.reasons.get(dimension, {}).items():
                is_shown = count.people >= profile.group(group).minimum and people >= minimum
                (shown if is_shown else hidden)[code] += people
        told = {
            code: shown[code] + (hidden[code] if hidden[code] >= minimum else 0)
            for code in sorted(shown.keys() | hidden.keys())
        }
        found[dimension] = {code: people for code, people in told.items() if people >= minimum}
    return found


def reason_counts(document: Mapping[str, Any], *, minimum: int) -> Sequence[ReasonCount]:
    """What a published document tells of `minimum` people or more, most people first."""
    found = [
        ReasonCount(dimension=dimension, reason=code, people=people)
        for dimension in Dimension
        for code, people in document.get("reasons", {}).get(dimension.value, {}).items()
        if people >= minimum
    ]
    return sorted(found, key=lambda one: (-one.people, one.dimension.value, one.reason))
