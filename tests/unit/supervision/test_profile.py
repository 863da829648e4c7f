"""The profile: data with sources, checked as a whole; figures that would show who somebody was are refused."""

import json

import pytest
from pydantic import ValidationError

from evalapp.supervision.rules.profile import Colour, Weight, read_profile, shipped


def changed(**more: object) -> str:
    return json.dumps(json.loads(shipped()) | more)


def test_the_shipped_profile_says_2_5_and_10_working_days() -> None:
    profile = read_profile(shipped())
    assert [profile.weights[weight.value].days for weight in Weight] == [2, 5, 10]
    assert (profile.low_grade.handle.days, profile.low_grade.plan.days) == (5, 15)


def test_every_term_names_its_source() -> None:
    profile = read_profile(shipped())
    terms = [*profile.weights.values(), profile.low_grade.handle, profile.low_grade.plan]
    terms += [profile.objection, profile.contest, profile.check, profile.again]
    assert all(term.source for term in terms)
    assert all(rule.source for rule in (*profile.reminders, *profile.notices))


def test_fewer_than_ten_people_are_never_a_matter() -> None:
    low = json.loads(shipped())["low_grade"]
    read_profile(changed(low_grade=low | {"minimum": 10}))
    with pytest.raises(ValidationError):
        read_profile(changed(low_grade=low | {"minimum": 9}))
    with pytest.raises(ValidationError):
        read_profile(changed(rate_minimum=9))


def test_an_orange_notice_without_a_blue_one_is_refused() -> None:
    notices = json.loads(shipped())["notices"]
    with pytest.raises(ValidationError):
        read_profile(changed(notices=notices[1:]))
    assert read_profile(changed(notices=notices[:1])).notice(Colour.ORANGE) is None


@pytest.mark.parametrize("defect", [{"weights": {}}, {"reminder_hour": 24}, {"more": 1}, {"reminders": [1]}])
def test_a_profile_that_does_not_hang_together_is_refused(defect: dict) -> None:
    with pytest.raises(ValidationError):
        read_profile(changed(**defect))
