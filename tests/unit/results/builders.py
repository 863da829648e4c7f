"""Small makers of ballots and profiles for the tests of results."""

from __future__ import annotations

import json
from importlib import resources

from evalapp.ballots.rules.grades import Channel, Dimension, Opinion
from evalapp.ballots.rules.profile import read_profile
from evalapp.ballots.rules.sealing import Ballot
from evalapp.results.rules.counting import Distribution, GroupCount

PROFILE_FIELDS = json.loads(resources.files("evalapp.ballots").joinpath("profiles/default.json").read_bytes())
PROFILE = read_profile(json.dumps(PROFILE_FIELDS).encode())


def profile(**changes):
    return read_profile(json.dumps(PROFILE_FIELDS | changes).encode())


def ballot(voter, grades=(5, 5, 5), *, sequence=1, reasons=None, channel=Channel.PAGE):
    """A ballot of the voter with this number; `grades=None` takes it back."""
    opinion = None
    if grades is not None:
        opinion = Opinion(grades=dict(zip(Dimension, grades, strict=True)), reasons=reasons or {})
    return Ballot(
        box="EP-2026-16.resident",
        voter_key=voter.to_bytes(32, "big"),
        sequence=sequence,
        nonce=bytes(16),
        opinion=opinion,
        channel=channel,
    )


def group_count(*numbers, unknown=0):
    """A group that graded all three dimensions alike: how many gave 5, 4, 3, 2, 1."""
    distribution = Distribution(
        very_satisfied=numbers[0],
        satisfied=numbers[1],
        mostly_satisfied=numbers[2],
        dissatisfied=numbers[3],
        very_dissatisfied=numbers[4],
        unknown=unknown,
    )
    people = distribution.valid + unknown
    return GroupCount(
        people=people, channels={Channel.PAGE: people}, dimensions=dict.fromkeys(Dimension, distribution)
    )


NOBODY = group_count(0, 0, 0, 0, 0)
