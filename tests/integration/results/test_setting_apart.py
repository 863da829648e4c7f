"""Suspect ballots are flagged, and set apart in the open by two people for listed reasons."""

import json

import pytest
from sqlalchemy import func, select

from evalapp.core.errors import Invalid, NotAllowed
from evalapp.results.models import SetApart
from evalapp.results.rules.integrity import Rule
from tests.support.results import flagged_by, stuffed


def test_flags_alone_change_nothing_and_setting_apart_shows_both_scores(polling, office):
    episode = stuffed(polling)
    grading = office.close(episode)
    office.count(grading)
    suspects = flagged_by(polling, Rule.DEVICE)
    assert len(suspects) == 12
    office.prepare(grading)
    before = json.loads(office.prepare(grading).document)
    assert before["set_apart"]["number"] == 0
    assert float(before["flagged_shift"]) < -10
    assert office.set_apart(grading, suspects) == 12
    after = json.loads(office.prepare(grading).document)
    assert after["set_apart"]["by_reason"] == {"one-device": 12}
    assert float(after["score"]["index"]["mean"]) > float(after["score_with_set_apart"]["index"]["mean"])
    assert after["counts_with_set_apart"]["people"] == 52
    assert before["score"] == after["score_with_set_apart"]


def test_ballots_are_set_apart_only_for_listed_reasons_and_by_two(polling, office):
    episode = stuffed(polling)
    grading = office.close(episode)
    office.count(grading)
    suspects = flagged_by(polling, Rule.DEVICE)
    with pytest.raises(Invalid):
        office.set_apart(grading, suspects, reason="too-critical")
    with pytest.raises(Invalid):
        office.set_apart(grading, [])
    office.second = office.first
    with pytest.raises(NotAllowed):
        office.set_apart(grading, suspects)
    with polling.platform.session() as session:
        assert session.scalar(select(func.count()).select_from(SetApart)) == 0
