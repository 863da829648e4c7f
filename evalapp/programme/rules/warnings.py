"""What an episode still lacks: the office's desk says so before viewers notice."""

import enum
from dataclasses import dataclass
from datetime import datetime

from evalapp.programme.rules.schedule import READY_WITHIN
from evalapp.programme.rules.state import EpisodeFacts


class EpisodeWarning(enum.StrEnum):
    """The most pressing first."""

    UNPREPARED_AT_OPENING = "unprepared_at_opening"
    PREPARATION_FAILED = "preparation_failed"
    BOX_NOT_ANNOUNCED = "box_not_announced"
    DOSSIER_MISSING = "dossier_missing"


@dataclass(frozen=True, kw_only=True)
class Preparedness:
    """What the warnings look at beside the facts of the state."""

    has_dossier: bool
    preparation_failed: bool
    next_slot_at: datetime | None
    first_airing_at: datetime | None


def episode_warnings(facts: EpisodeFacts, has: Preparedness, now: datetime) -> tuple[EpisodeWarning, ...]:
    """Return what is wrong with an episode at `now`; nothing for one that is withdrawn, void or counted."""
    if facts.withdrawn_at or facts.voided_at or facts.counted_at:
        return ()
    found = []
    if facts.opens_at is not None and now >= facts.opens_at and not facts.is_prepared:
        found.append(EpisodeWarning.UNPREPARED_AT_OPENING)
    if has.preparation_failed:
        found.append(EpisodeWarning.PREPARATION_FAILED)
    if facts.opens_at is None and _is_near(has.first_airing_at, now):
        found.append(EpisodeWarning.BOX_NOT_ANNOUNCED)
    wants_dossier = (
        facts.has_recording or _is_near(has.next_slot_at, now) or _is_near(has.first_airing_at, now)
    )
    has_begun = any(moment is not None and moment <= now for moment in (has.first_airing_at, facts.opens_at))
    if wants_dossier and not has.has_dossier and not has_begun:
        found.append(EpisodeWarning.DOSSIER_MISSING)
    return tuple(found)


def _is_near(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment - now <= READY_WITHIN
