"""The result as it is published: a document of integers and strings that follows from the counts."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from evalapp.ballots.rules.grades import Dimension, Grade
from evalapp.ballots.rules.profile import FORMULA, SeasonProfile
from evalapp.core.statistics import Share
from evalapp.ledger.rules import Document
from evalapp.results.rules.counting import Distribution, GroupCount
from evalapp.results.rules.low_grades import people_by_reason
from evalapp.results.rules.scoring import DimensionScore, Score, score
from evalapp.results.rules.statistics import Estimate, written
from evalapp.results.rules.suppression import hidden_cells, may_show_both

FORMULA_TEXT = (
    "每一维度、每类评议主体：得分 = Σ 折分 × 票数 ÷ 有效票数（不了解不计入）。"
    "有效票不足该类最低数的不计入，其权重按比例分给其余各类。"
    "维度得分 = Σ 权重 × 得分；总分 = 各维度得分按维度权重平均。"
    "区间 h = 1.96 × √(s²÷n)；各类之间 h = √(Σ w²h²)；同一类的三个维度相加。"
    "满意率按 Wilson 区间。"
)
COARSE, FINE = 1, 2


def result_document(
    *,
    episode: str,
    counts: Mapping[str, GroupCount],
    with_set_apart: Mapping[str, GroupCount],
    invited: Mapping[str, int],
    profile: SeasonProfile,
    set_apart_reasons: Mapping[str, int],
    flagged_shift: Fraction | None,
) -> Document:
    """Counts, score, formula and inputs of one episode; `with_set_apart` are the counts before anything was set apart.

    When some group had one to nine ballots set apart, both scores are given to 0.1 and only one distribution is.
    """
    minimum = profile.breakdown_minimum
    apart = _apart(counts, with_set_apart)
    both = may_show_both(apart, minimum=minimum)
    places = places_for(counts, with_set_apart, profile=profile)
    kept = score(counts, profile=profile, invited=invited)
    whole = score(with_set_apart, profile=profile, invited=invited)
    document: dict[str, Document] = {
        "counts": counts_document(counts, profile=profile),
        "episode": episode,
        "formula": FORMULA_TEXT,
        "formula_version": FORMULA,
        "inputs": _inputs(profile, invited),
        "reasons": {
            dimension.value: dict(told)
            for dimension, told in people_by_reason(counts, profile=profile).items()
        },
        "score": score_document(kept, profile=profile, places=places),
        "score_with_set_apart": score_document(whole, profile=profile, places=places),
        "set_apart": _set_apart(apart, set_apart_reasons, minimum=minimum),
        "version": 1,
    }
    if any(apart.values()) and both:
        document["counts_with_set_apart"] = counts_document(with_set_apart, profile=profile)
    if flagged_shift is not None:
        document["flagged_shift"] = written(flagged_shift, COARSE)
    return document


def _apart(counts: Mapping[str, GroupCount], whole: Mapping[str, GroupCount]) -> dict[str, int]:
    return {group: whole[group].people - count.people for group, count in counts.items()}


def places_for(
    counts: Mapping[str, GroupCount], with_set_apart: Mapping[str, GroupCount], *, profile: SeasonProfile
) -> int:
    """Two decimals; one where the difference of two scores could tell how few people graded."""
    both = may_show_both(_apart(counts, with_set_apart), minimum=profile.breakdown_minimum)
    return FINE if both else COARSE


def shown_people(counts: Mapping[str, GroupCount], *, profile: SeasonProfile) -> int:
    """How many people the published counts are of: groups too small to be told of are not among them."""
    return sum(count.people for count in counts.values() if count.people >= profile.breakdown_minimum)


def counts_document(counts: Mapping[str, GroupCount], *, profile: SeasonProfile) -> Document:
    """The groups that may be told of: with enough people a distribution, with fewer a number, with few nothing."""
    told = {
        group: _group_document(count, profile=profile, minimum=profile.group(group).minimum)
        for group, count in counts.items()
        if count.people >= profile.breakdown_minimum
    }
    return {"groups": told, "people": shown_people(counts, profile=profile)}


def _group_document(count: GroupCount, *, profile: SeasonProfile, minimum: int) -> Document:
    document: dict[str, Document] = {"people": count.people}
    if count.people < minimum:
        return document
    hidden = hidden_cells(count.channels, minimum=profile.breakdown_minimum)
    document["channels"] = {
        channel.value: people for channel, people in count.channels.items() if channel not in hidden
    }
    document["dimensions"] = {
        dimension.value: distribution_document(distribution)
        for dimension, distribution in count.dimensions.items()
    }
    document["reasons"] = {
        dimension.value: {code: times for code, times in told.items() if times >= profile.breakdown_minimum}
        for dimension, told in count.reasons.items()
    }
    return document


def distribution_document(distribution: Distribution) -> Document:
    """All five grades and 不了解, zero included."""
    return {
        **{str(grade.value): times for grade, times in distribution.by_grade.items()},
        "unknown": distribution.unknown,
    }


def read_distribution(document: Mapping[str, int]) -> Distribution:
    return Distribution(
        very_satisfied=document[str(Grade.VERY_SATISFIED.value)],
        satisfied=document[str(Grade.SATISFIED.value)],
        mostly_satisfied=document[str(Grade.MOSTLY_SATISFIED.value)],
        dissatisfied=document[str(Grade.DISSATISFIED.value)],
        very_dissatisfied=document[str(Grade.VERY_DISSATISFIED.value)],
        unknown=document["unknown"],
    )


def score_document(found: Score, *, profile: SeasonProfile, places: int) -> Document:
    document: dict[str, Document] = {
        "dimensions": {
            dimension.value: _dimension_document(found.dimensions[dimension], places=places)
            for dimension in Dimension
        },
        "groups": {
            group: estimate_document(estimate, places=places)
            for group, estimate in found.groups.items()
            if estimate is not None
        },
        "too_few": sorted(
            {
                group
                for dimension in found.dimensions.values()
                for group, cell in dimension.cells.items()
                if not cell.counts and profile.group(group).weight > 0
            }
        ),
    }
    if found.index is not None:
        document["index"] = estimate_document(found.index, places=places)
    if found.worst_shift is not None:
        document["worst_shift"] = written(found.worst_shift, places)
    return document


def estimate_document(estimate: Estimate, *, places: int) -> Document:
    return {
        "half_width": written(estimate.half_width, places),
        "high": written(estimate.high, places),
        "low": written(estimate.low, places),
        "mean": written(estimate.mean, places),
    }


def _dimension_document(found: DimensionScore, *, places: int) -> Document:
    document: dict[str, Document] = {
        "weights": {
            group: written(cell.weight * 100, FINE) for group, cell in found.cells.items() if cell.counts
        }
    }
    if found.estimate is not None:
        document["estimate"] = estimate_document(found.estimate, places=places)
    if found.satisfaction is not None:
        document["satisfaction"] = share_document(found.satisfaction)
    return document


def share_document(share: Share) -> Document:
    """In percent."""
    return {
        "high": written(share.high * 100, COARSE),
        "low": written(share.low * 100, COARSE),
        "value": written(share.value * 100, COARSE),
    }


def _inputs(profile: SeasonProfile, invited: Mapping[str, int]) -> Document:
    return {
        "dimension_weights": dict(profile.dimension_weights),
        "groups": {
            group.code: {"census": group.census, "minimum": group.minimum, "weight": group.weight}
            for group in profile.groups
        },
        "invited": dict(invited),
        "points": dict(profile.points),
        "profile": profile.name,
        "satisfied_from": profile.satisfied_from,
        "source": profile.source,
    }


def _set_apart(apart: Mapping[str, int], reasons: Mapping[str, int], *, minimum: int) -> Document:
    """How many ballots were set apart and why; from one to nine only that there were fewer than ten."""
    number = sum(apart.values())
    used = sorted(code for code, times in reasons.items() if times)
    if 0 < number < minimum:
        return {"fewer_than": minimum, "reasons": used}
    hidden = hidden_cells(reasons, minimum=minimum)
    by_reason = {code: reasons[code] for code in used if code not in hidden}
    return {"by_reason": by_reason, "number": number, "reasons": used}
