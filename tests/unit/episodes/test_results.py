"""Errors, settings and results: complete, frozen, and the same after a journey through JSON."""

import json
import re
from dataclasses import replace

import pytest

from episodes.errors import SENTENCES, Cancelled, ErrorCode, MediaError, Refused
from episodes.plain import from_plain
from episodes.results import Recording
from episodes.settings import LADDER, Settings
from tests.support.recordings import RECORDING


def test_every_code_has_a_chinese_sentence() -> None:
    assert set(SENTENCES) == set(ErrorCode)
    assert all(re.search("[\u4e00-\u9fff]", sentence) for sentence in SENTENCES.values())


def test_a_refusal_carries_its_values_for_translators_and_a_finished_sentence() -> None:
    refusal = Refused(ErrorCode.TOO_LONG, log="…", minutes=95, most=90)
    assert str(refusal) == refusal.sentence == "录像长 95 分钟，最长 90 分钟。"
    assert refusal.values == {"minutes": "95", "most": "90"}
    assert refusal.log == "…"


def test_cancelling_is_an_error_of_its_own_kind() -> None:
    assert isinstance(Cancelled(), MediaError)
    assert Cancelled().code is ErrorCode.CANCELLED


def test_facts_come_back_from_json_as_they_were() -> None:
    plain = json.loads(json.dumps(RECORDING.as_json()))
    assert plain["picture"]["average_rate"] == "25/1"
    assert from_plain(Recording, plain) == RECORDING
    silent = replace(RECORDING, sound=None)
    assert from_plain(Recording, silent.as_json()) == silent


@pytest.mark.parametrize(
    "change",
    [{"bytes": "1"}, {"bytes": True}, {"container": "zip"}, {"picture": None}, {"more": 1}, {"sound": []}],
)
def test_json_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_plain(Recording, {**RECORDING.as_json(), **change})


def test_settings_that_could_only_fail_later_are_refused() -> None:
    with pytest.raises(ValueError, match="no step"):
        Settings(ladder=())
    with pytest.raises(ValueError, match="large to small"):
        Settings(ladder=LADDER[::-1])
    with pytest.raises(ValueError, match="longer than nothing"):
        Settings(segment_seconds=0)


def test_a_short_recording_has_time_enough_and_a_long_one_ten_times_its_own() -> None:
    assert Settings().deadline(2) == 120
    assert Settings().deadline(60) == 600
