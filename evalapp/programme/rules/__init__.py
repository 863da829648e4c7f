"""Decisions of the programme: the state of an episode, what clashes with a plan, how long a report may be."""

from evalapp.programme.rules.schedule import (
    MENDED_BY_TIME,
    READY_WITHIN,
    TICK,
    Booking,
    Clash,
    ClashKind,
    Leave,
    Readiness,
    ShowingKind,
    Span,
    channel_times,
    clashes,
    next_free,
    studio_times,
)
from evalapp.programme.rules.state import EpisodeFacts, EpisodeState, episode_state
from evalapp.programme.rules.warnings import EpisodeWarning, Preparedness, episode_warnings

REPORT_LIMIT = 500  # characters of a unit's report (W5 of the formulas in use)

__all__ = [
    "MENDED_BY_TIME",
    "READY_WITHIN",
    "REPORT_LIMIT",
    "TICK",
    "Booking",
    "Clash",
    "ClashKind",
    "EpisodeFacts",
    "EpisodeState",
    "EpisodeWarning",
    "Leave",
    "Preparedness",
    "Readiness",
    "ShowingKind",
    "Span",
    "channel_times",
    "clashes",
    "episode_state",
    "episode_warnings",
    "next_free",
    "studio_times",
]
