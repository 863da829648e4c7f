"""Rules flag what they should, up and down alike, and leave honest boxes alone."""

from __future__ import annotations

import random

import pytest

from evalapp.ballots.rules.voters import Signals
from evalapp.results.rules.integrity import Observed, Rule, flagged, flags
from tests.unit.results.builders import PROFILE

RULES = PROFILE.integrity
START = 6_000_000


def seen(
    handle, *, device=None, network=None, block=None, staff=False, bucket=START, watched=3, grades=(5, 4, 3)
):
    signals = Signals(
        device=device,
        network=network,
        number_block=block,
        on_staff_list=staff,
        bucket=bucket,
        watched=watched,
    )
    return Observed(handle=handle, signals=signals, grades=grades)


def honest(number=400, *, seed=1):
    """A broadcast evening that dies away, people at home behind many networks, grades of all kinds."""
    chance = random.Random(seed)
    return [
        seen(
            f"h{place}",
            device=place.to_bytes(4, "big"),
            network=chance.randrange(160).to_bytes(4, "big"),
            block=chance.randrange(120).to_bytes(4, "big"),
            bucket=START + int(chance.expovariate(1 / 60)),
            watched=chance.choice([0, 1, 2, 3, 4, 4, None]),
            grades=tuple(chance.choices([5, 4, 3, 2, 1, 0], [40, 30, 15, 6, 4, 5])[0] for _ in range(3)),
        )
        for place in range(number)
    ]


def rules_that_flagged(ballots, caps=None):
    return {flag.rule for flag in flags(ballots, RULES, network_caps=caps or {})}


@pytest.mark.parametrize("seed", range(5))
def test_an_honest_box_is_left_alone(seed):
    assert rules_that_flagged(honest(seed=seed)) == set()


@pytest.mark.parametrize("grade", [5, 1])
@pytest.mark.parametrize(
    ("rule", "common"),
    [
        (Rule.DEVICE, {"device": b"one"}),
        (Rule.NETWORK, {"network": b"one"}),
        (Rule.NUMBER_BLOCK, {"block": b"one"}),
        (Rule.STAFF_LIST, {"staff": True}),
        (Rule.BURST, {"bucket": START + 700}),
        (Rule.HASTE, {"network": b"one", "watched": 0, "bucket": START + 700}),
        (Rule.IDENTICAL, {"network": b"one"}),
    ],
)
def test_each_rule_flags_its_own_kind_of_stuffing_up_and_down_alike(rule, common, grade):
    chance = random.Random(3)
    stuffed = [
        seen(f"s{place}", **{"bucket": START + chance.randrange(600), "grades": (grade,) * 3} | common)
        for place in range(40)
    ]
    found = {flag.rule: flag.handles for flag in flags(honest() + stuffed, RULES, network_caps={})}
    assert {ballot.handle for ballot in stuffed} <= found[rule]


def test_a_rule_that_looked_at_one_side_only_would_be_noticed():
    """Planted defect: looking at top grades alone misses the same forty ballots when they are low."""
    high, low = ([seen(f"s{i}", network=b"one", grades=(grade,) * 3) for i in range(40)] for grade in (5, 1))
    one_sided = [ballot for ballot in honest() + low if ballot.grades == (5, 5, 5)]
    assert not flagged(flags(one_sided, RULES, network_caps={})) & {ballot.handle for ballot in low}
    both = [flagged(flags(honest() + stuffed, RULES, network_caps={})) for stuffed in (high, low)]
    assert both[0] == both[1]


def test_a_listed_network_has_its_own_cap():
    kiosk = [
        seen(f"k{i}", network=b"kiosk", bucket=START + i, watched=0, grades=(5, 5, 5)) for i in range(300)
    ]
    assert rules_that_flagged(honest() + kiosk, {b"kiosk": 300}) == set()
    assert rules_that_flagged(honest() + kiosk, {b"kiosk": 299}) == {Rule.NETWORK}


def test_before_counting_grades_flag_nothing():
    unopened = [
        Observed(handle=b.handle, signals=b.signals)
        for b in [seen(f"s{i}", network=b"one") for i in range(20)]
    ]
    assert Rule.IDENTICAL not in rules_that_flagged(unopened)


def test_an_airing_is_no_burst():
    airing = [
        seen(f"a{bucket}-{place}", bucket=START + bucket)
        for bucket in range(24)
        for place in range(round(120 * 0.85**bucket))
    ]
    assert Rule.BURST not in rules_that_flagged(airing)


def test_missing_signals_are_no_common_signal():
    assert (
        rules_that_flagged([seen(f"n{i}", bucket=START + 20 * i, watched=None) for i in range(100)]) == set()
    )


def test_a_kiosk_has_a_cap_of_its_own_and_not_more():
    """Three hundred people on one screen in the hall are no household; a telephone with as many ballots is flagged."""
    many = [seen(f"k{place}", device=b"kiosk", bucket=START + place * 12) for place in range(300)]

    def found(ballots, caps):
        return {flag.rule for flag in flags(ballots, RULES, network_caps={}, device_caps=caps)}

    assert Rule.DEVICE not in found(many, {b"kiosk": 300})
    assert Rule.DEVICE in found(many, {b"kiosk": 299})
    assert Rule.DEVICE in found(many, {b"another": 300})
