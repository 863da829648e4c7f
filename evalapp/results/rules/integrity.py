"""Integrity rules: they flag, people decide. Fixed before opening, two-sided, no first-digit law, no black box."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from types import MappingProxyType

from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.rules.profile import IntegrityRules
from evalapp.ballots.rules.voters import Signals

NEIGHBOURING_BUCKETS = 2


class Rule(StrEnum):
    """The rules by name; the rules document holds their thresholds."""

    DEVICE = "device"
    NETWORK = "network"
    BURST = "burst"
    HASTE = "haste"
    IDENTICAL = "identical"
    NUMBER_BLOCK = "number_block"
    STAFF_LIST = "staff_list"


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One standing ballot as the rules see it: a handle, its signals and, after counting only, its grades."""

    handle: str
    signals: Signals
    grades: tuple[int, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Ballots that a rule points at, with what they have in common, for two people to look into."""

    rule: Rule
    handles: frozenset[str]


def pattern(grades: Mapping[Dimension, int]) -> tuple[int, ...]:
    return tuple(grades[dimension] for dimension in Dimension)


def flags(
    observed: Sequence[Observed],
    rules: IntegrityRules,
    *,
    network_caps: Mapping[bytes, int],
    device_caps: Mapping[bytes, int] = MappingProxyType({}),
) -> tuple[Flag, ...]:
    """All flags of a box, after counting. The caps are those of listed networks and of kiosks, hashed as the signals are.

    No rule looks at whether grades are high or low: praise in bulk and blame in bulk are flagged alike.
    """
    found = [
        *_device(observed, rules, device_caps),
        *_network(observed, rules, network_caps),
        *_burst(observed, rules),
        *_haste(observed, rules, network_caps),
        *_identical(observed, rules, network_caps),
        *_number_block(observed, rules),
        *_staff_list(observed),
    ]
    return tuple(sorted(found, key=lambda flag: (flag.rule, sorted(flag.handles))))


def flagged(found: Iterable[Flag]) -> frozenset[str]:
    """Every ballot that some rule points at, once."""
    return frozenset(handle for flag in found for handle in flag.handles)


def _grouped(
    observed: Iterable[Observed], key: Callable[[Observed], Hashable | None]
) -> dict[Hashable, list[Observed]]:
    groups: dict[Hashable, list[Observed]] = defaultdict(list)
    for ballot in observed:
        common = key(ballot)
        if common is not None:
            groups[common].append(ballot)
    return groups


def _flag(rule: Rule, ballots: Iterable[Observed]) -> Flag:
    return Flag(rule=rule, handles=frozenset(ballot.handle for ballot in ballots))


def _device(observed: Sequence[Observed], rules: IntegrityRules, caps: Mapping[bytes, int]) -> list[Flag]:
    """More ballots of one device than a household has people (threshold ours); a kiosk has its own cap."""
    groups = _grouped(observed, lambda ballot: ballot.signals.device).items()
    return [
        _flag(Rule.DEVICE, group)
        for device, group in groups
        if len(group)
        > (caps.get(device, rules.device_cap) if isinstance(device, bytes) else rules.device_cap)
    ]


def _is_beyond(count: int, *, cap: int, share: int, whole: int) -> bool:
    """More than the cap, and more than this many in a hundred of the box: large boxes have large networks."""
    return count > cap and count * 100 > share * whole


def _network(observed: Sequence[Observed], rules: IntegrityRules, caps: Mapping[bytes, int]) -> list[Flag]:
    """One network beyond its cap; listed ones (offices, kiosks, carriers) have their own, without the share."""
    return [
        _flag(Rule.NETWORK, group)
        for network, group in _grouped(observed, lambda ballot: ballot.signals.network).items()
        if (
            len(group) > caps[network]
            if isinstance(network, bytes) and network in caps
            else _is_beyond(len(group), cap=rules.network_cap, share=rules.network_share, whole=len(observed))
        )
    ]


def _number_block(observed: Sequence[Observed], rules: IntegrityRules) -> list[Flag]:
    """Numbers that share their first seven digits, as cards bought together do."""
    return [
        _flag(Rule.NUMBER_BLOCK, group)
        for group in _grouped(observed, lambda ballot: ballot.signals.number_block).values()
        if _is_beyond(
            len(group), cap=rules.number_block_cap, share=rules.number_block_share, whole=len(observed)
        )
    ]


def _staff_list(observed: Sequence[Observed]) -> list[Flag]:
    """People on the graded unit's own list."""
    listed = [ballot for ballot in observed if ballot.signals.on_staff_list]
    return [_flag(Rule.STAFF_LIST, listed)] if listed else []


def _burst(observed: Sequence[Observed], rules: IntegrityRules) -> list[Flag]:
    """A five-minute stretch many times as full as the median of the stretches around it.

    An airing raises its neighbours as well and so raises the median; a load delivered at once does not.
    """
    groups = _grouped(observed, lambda ballot: ballot.signals.bucket)
    sizes = {bucket: len(group) for bucket, group in groups.items() if isinstance(bucket, int)}
    return [
        _flag(Rule.BURST, groups[bucket])
        for bucket, size in sizes.items()
        if size >= rules.burst_least
        and size > rules.burst_times * max(1, _rhythm(bucket, sizes, rules.burst_window))
    ]


def _rhythm(bucket: int, sizes: Mapping[int, int], window: int) -> float:
    """The larger of the medians before and after: the first minutes of an airing have only what follows."""
    before = [sizes.get(bucket - step, 0) for step in range(1, window + 1)]
    after = [sizes.get(bucket + step, 0) for step in range(1, window + 1)]
    return max(median(before), median(after))


def _haste(observed: Sequence[Observed], rules: IntegrityRules, caps: Mapping[bytes, int]) -> list[Flag]:
    """A run from one unlisted network within five minutes of people who had watched nothing on the page."""
    unseen = [ballot for ballot in observed if ballot.signals.watched == 0]
    groups = _grouped(
        unseen, lambda ballot: _place(ballot, caps) and (_place(ballot, caps), ballot.signals.bucket)
    )
    return [_flag(Rule.HASTE, group) for group in groups.values() if len(group) >= rules.haste_run]


def _place(ballot: Observed, caps: Mapping[bytes, int]) -> bytes | None:
    network = ballot.signals.network
    return None if network is None or network in caps else network


def _identical(observed: Sequence[Observed], rules: IntegrityRules, caps: Mapping[bytes, int]) -> list[Flag]:
    """One network, one pattern of grades, far beyond that pattern's share of the box (after counting only)."""
    graded = [ballot for ballot in observed if ballot.grades is not None]
    common = Counter(ballot.grades for ballot in graded)
    found = []
    for group in _grouped(graded, lambda ballot: _place(ballot, caps)).values():
        grades, times = Counter(ballot.grades for ballot in group).most_common(1)[0]
        usual = common[grades] * 100 >= rules.identical_share * len(graded)
        if times >= rules.identical_run and times * 100 >= rules.identical_share * len(group) and not usual:
            found.append(_flag(Rule.IDENTICAL, [ballot for ballot in group if ballot.grades == grades]))
    return found
