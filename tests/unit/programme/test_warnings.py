"""What the desk says an episode lacks."""

from datetime import UTC, datetime, timedelta

import pytest

from evalapp.programme.rules import EpisodeFacts, EpisodeWarning, Preparedness, episode_warnings

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)
W = EpisodeWarning
SOUND = {"has_dossier": True, "preparation_failed": False, "next_slot_at": None, "first_airing_at": None}
READY = {"has_recording": True, "is_prepared": True}


@pytest.mark.parametrize(
    ("facts", "has", "warnings"),
    [
        ({}, {}, ()),
        ({"opens_at": NOW}, {}, (W.UNPREPARED_AT_OPENING,)),
        ({"opens_at": NOW + DAY}, {}, ()),
        ({"opens_at": NOW, **READY}, {}, ()),
        ({"has_recording": True}, {"preparation_failed": True}, (W.PREPARATION_FAILED,)),
        (READY, {"first_airing_at": NOW + 2 * DAY}, (W.BOX_NOT_ANNOUNCED,)),
        (READY, {"first_airing_at": NOW + 9 * DAY}, ()),
        (READY, {"has_dossier": False}, (W.DOSSIER_MISSING,)),
        ({}, {"has_dossier": False}, ()),
        ({}, {"has_dossier": False, "next_slot_at": NOW + DAY}, (W.DOSSIER_MISSING,)),
        ({**READY, "opens_at": NOW - DAY}, {"has_dossier": False}, ()),  # too late to ask for it
        ({"opens_at": NOW, "withdrawn_at": NOW}, {"preparation_failed": True}, ()),
        ({"opens_at": NOW, "voided_at": NOW}, {"preparation_failed": True}, ()),
    ],
)
def test_what_is_missing_is_said_in_time(facts: dict, has: dict, warnings: tuple) -> None:
    assert episode_warnings(EpisodeFacts(**facts), Preparedness(**{**SOUND, **has}), NOW) == warnings
