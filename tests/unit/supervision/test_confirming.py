"""What residents' words on a checked rectification decide."""

import json

import pytest
from pydantic import ValidationError

from evalapp.supervision.rules.confirming import Decided, decided
from evalapp.supervision.rules.profile import read_profile, shipped

PROFILE = read_profile(shipped())
WITHOUT = read_profile(json.dumps({k: v for k, v in json.loads(shipped()).items() if k != "others"}))


def test_the_asker_decides_alone() -> None:
    assert decided(PROFILE, is_asker=True, is_mended=True, not_mended=9, reopened=0) is Decided.CONFIRMED
    assert decided(PROFILE, is_asker=True, is_mended=False, not_mended=0, reopened=0) is Decided.REOPENED


@pytest.mark.parametrize(
    ("not_mended", "then"), [(1, Decided.COUNTED), (2, Decided.COUNTED), (3, Decided.REOPENED)]
)
def test_others_open_it_again_when_three_say_that_it_is_not_mended(not_mended: int, then: Decided) -> None:
    assert decided(PROFILE, is_asker=False, is_mended=False, not_mended=not_mended, reopened=0) is then


def test_however_many_others_say_that_it_is_mended_only_the_asker_confirms() -> None:
    assert decided(PROFILE, is_asker=False, is_mended=True, not_mended=9, reopened=0) is Decided.COUNTED


def test_without_the_rule_and_after_the_last_reopening_they_are_only_counted() -> None:
    assert decided(WITHOUT, is_asker=False, is_mended=False, not_mended=99, reopened=0) is Decided.COUNTED
    times = PROFILE.reply.reopen_times
    assert decided(PROFILE, is_asker=False, is_mended=False, not_mended=99, reopened=times) is Decided.COUNTED


def test_one_alone_is_never_enough() -> None:
    one = json.dumps(json.loads(shipped()) | {"others": {"not_mended": 1, "source": "x"}})
    with pytest.raises(ValidationError):
        read_profile(one)
