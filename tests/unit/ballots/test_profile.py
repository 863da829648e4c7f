"""Profiles and box rules: complete, consistent, and the same bytes again."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from pydantic import ValidationError

from evalapp.ballots.rules import profile as rules
from evalapp.ballots.rules.profile import BoxRules, Keys
from evalapp.ballots.rules.sealing import rules_entry
from evalapp.ledger.rules import NotCanonical, leaf_hash

PROFILE = json.loads(resources.files("evalapp.ballots").joinpath("profiles/default.json").read_bytes())


def read(changes):
    return rules.read_profile(json.dumps(PROFILE | changes).encode())


def box_rules(**changes):
    fields = {
        "box": "EP-2026-16.resident",
        "episode": "EP-2026-16",
        "unit": "区住房和城乡建设局",
        "group": "resident",
        "opens_at": "2026-11-20T12:00:00Z",
        "closes_at": "2026-11-26T16:00:00Z",
        "keys": Keys(box="00" * 32, receipts="district.example/receipts+00000000+AA=="),
        "profile": read({}),
    }
    return BoxRules(**fields | changes)


def test_the_profile_that_is_shipped_is_sound_and_names_its_source():
    profile = read({})
    assert profile.points == {"5": 100, "4": 80, "3": 60, "2": 30, "1": 0}
    assert "本系统自定" in profile.source
    assert rules.reason_codes(profile)["service"] >= {"slow", "attitude"}


@pytest.mark.parametrize(
    "changes",
    [
        {"points": {"5": 100}},
        {"dimension_weights": {"openness": 1}},
        {"reasons": {}},
        {"auditors": PROFILE["auditors"][:1]},
        {"auditors": [PROFILE["auditors"][0]] * 2},
        {"groups": PROFILE["groups"][:2]},
        {"groups": [PROFILE["groups"][0] | {"weight": 50}] * 2},
        {"integrity": PROFILE["integrity"] | {"benford": 1}},
        {
            "integrity": PROFILE["integrity"]
            | {"networks": [{"network": "192.0.2.0/16", "kind": "office", "cap": 5}]}
        },
        {"source": ""},
        {"breakdown_minimum": 0},
    ],
)
def test_a_profile_that_does_not_hang_together_is_refused(changes):
    with pytest.raises(ValidationError):
        read(changes)


def test_listed_networks_carry_their_own_caps():
    network = {"network": "192.0.2.0/24", "kind": "carrier", "cap": 5000}
    profile = read({"integrity": PROFILE["integrity"] | {"networks": [network]}})
    assert profile.integrity.networks[0].kind is rules.NetworkKind.CARRIER


def test_rules_are_the_same_after_being_written_and_read():
    made = box_rules()
    assert BoxRules.from_data(made.data) == made
    assert BoxRules.from_data(made.data).data == made.data


def test_changing_any_rule_changes_the_entry():
    before = leaf_hash(rules_entry(box_rules().document))
    later = box_rules(closes_at="2026-11-26T16:00:01Z")
    lower = box_rules(profile=read({"points": PROFILE["points"] | {"2": 31}}))
    assert len({before, leaf_hash(rules_entry(later.document)), leaf_hash(rules_entry(lower.document))}) == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": "2026-11-20T12:00:00Z"},
        {"opens_at": "2026-11-20 12:00"},
        {"opens_at": "2026-1-20T12:00:00Z"},
        {"group": "deputies"},
        {"box": "x" * 37},
        {"version": 2},
    ],
)
def test_rules_that_no_box_can_have_are_refused(changes):
    with pytest.raises(ValidationError):
        box_rules(**changes)


def test_rules_in_another_form_are_not_read():
    with pytest.raises(NotCanonical):
        BoxRules.from_data(box_rules().data + b" ")
