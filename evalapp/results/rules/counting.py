"""From opened ballots to counts: the last ballot of each voter, in the box of that voter's first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from evalapp.ballots.rules.grades import UNKNOWN, Channel, Dimension, Grade
from evalapp.ballots.rules.sealing import Ballot


class CountFault(ValueError):  # noqa: N818  a fault of the box, not of the program
    """The opened ballots cannot all have come out of one honest box."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The ballot that stands for one voter after folding, with the group its box belongs to."""

    group: str
    ballot: Ballot


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """How many gave each of the five grades in one dimension, and how many said 不了解."""

    very_satisfied: int = 0
    satisfied: int = 0
    mostly_satisfied: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0
    unknown: int = 0

    @property
    def valid(self) -> int:
        """The base of every figure: 不了解 is not in it."""
        return sum(self.by_grade.values())

    @property
    def by_grade(self) -> dict[Grade, int]:
        """All five grades, best first, zero included."""
        return {
            Grade.VERY_SATISFIED: self.very_satisfied,
            Grade.SATISFIED: self.satisfied,
            Grade.MOSTLY_SATISFIED: self.mostly_satisfied,
            Grade.DISSATISFIED: self.dissatisfied,
            Grade.VERY_DISSATISFIED: self.very_dissatisfied,
        }

    @classmethod
    def of(cls, grades: Iterable[int]) -> Distribution:
        seen = Counter(grades)
        return cls(
            very_satisfied=seen[Grade.VERY_SATISFIED],
            satisfied=seen[Grade.SATISFIED],
            mostly_satisfied=seen[Grade.MOSTLY_SATISFIED],
            dissatisfied=seen[Grade.DISSATISFIED],
            very_dissatisfied=seen[Grade.VERY_DISSATISFIED],
            unknown=seen[UNKNOWN],
        )


@dataclass(frozen=True, kw_only=True)
class GroupCount:
    """One group's count: people, their channels, and a distribution for each dimension."""

    people: int
    channels: Mapping[Channel, int] = field(default_factory=dict)
    dimensions: Mapping[Dimension, Distribution] = field(default_factory=dict)
    reasons: Mapping[Dimension, Mapping[str, int]] = field(default_factory=dict)


def fold(boxes: Mapping[str, Iterable[Ballot]]) -> dict[bytes, Standing]:
    """The standing ballot of each voter key, by group; withdrawals leave nothing.

    Refuses a voter in two boxes and a sequence with a gap or a repeat: each would mean a ballot that was added or
    taken away.
    """
    by_voter: dict[bytes, dict[int, Standing]] = {}
    for group, ballots in boxes.items():
        for ballot in ballots:
            seen = by_voter.setdefault(ballot.voter_key, {})
            if ballot.sequence in seen:
                raise CountFault(f"two ballots of one voter carry the sequence {ballot.sequence}")
            seen[ballot.sequence] = Standing(group=group, ballot=ballot)
    for seen in by_voter.values():
        if max(seen) != len(seen):
            raise CountFault("a ballot of a voter is missing between two others")
        if len({standing.group for standing in seen.values()}) > 1:
            raise CountFault("one voter has ballots in two groups")
    last = {voter: seen[len(seen)] for voter, seen in by_voter.items()}
    return {voter: standing for voter, standing in last.items() if standing.ballot.opinion is not None}


def count(standings: Iterable[Standing], *, groups: Iterable[str]) -> dict[str, GroupCount]:
    """Counts for every group that the rules name, those nobody graded in included."""
    by_group: dict[str, list[Ballot]] = {group: [] for group in groups}
    for standing in standings:
        by_group[standing.group].append(standing.ballot)
    return {group: _count_group(ballots) for group, ballots in by_group.items()}


def _count_group(ballots: list[Ballot]) -> GroupCount:
    opinions = [ballot.opinion for ballot in ballots if ballot.opinion is not None]
    return GroupCount(
        people=len(opinions),
        channels=dict(sorted(Counter(ballot.channel for ballot in ballots).items())),
        dimensions={
            dimension: Distribution.of(opinion.grades[dimension] for opinion in opinions)
            for dimension in Dimension
        },
        reasons={
            dimension: dict(
                sorted(
                    Counter(
                        code for opinion in opinions for code in opinion.reasons.get(dimension, ())
                    ).items()
                )
            )
            for dimension in Dimension
        },
    )
