"""What state an episode is in, from facts and times alone."""

import enum
from dataclasses import dataclass
from datetime import datetime


class EpisodeState(enum.StrEnum):
    """The spelling of the contract, everywhere."""

    PLANNED = "planned"
    RECORDED = "recorded"
    PREPARED = "prepared"
    SCHEDULED = "scheduled"
    GRADING = "grading"
    CLOSED = "closed"
    COUNTED = "counted"
    PUBLISHED = "published"
    FINAL = "final"
    WITHDRAWN = "withdrawn"
    VOID = "void"


@dataclass(frozen=True, kw_only=True)
class EpisodeFacts:
    """What the state follows from."""

    has_recording: bool = False
    is_prepared: bool = False
    has_airing: bool = False
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    counted_at: datetime | None = None
    published_at: datetime | None = None
    final_at: datetime | None = None
    withdrawn_at: datetime | None = None
    voided_at: datetime | None = None


def episode_state(facts: EpisodeFacts, now: datetime) -> EpisodeState:  # noqa: PLR0911  one line a state reads best
    """Return the state at `now`.

    `scheduled` is prepared with an airing planned. `grading` needs prepared and opens_at reached: an unprepared
    episode stays where it is and the desk warns. `withdrawn` is no longer shown, `void` is shown without its box.
    """
    if facts.withdrawn_at is not None:
        return EpisodeState.WITHDRAWN
    if facts.voided_at is not None:
        return EpisodeState.VOID
    if facts.published_at is not None:
        is_final = facts.final_at is not None and now >= facts.final_at
        return EpisodeState.FINAL if is_final else EpisodeState.PUBLISHED
    if facts.counted_at is not None:
        return EpisodeState.COUNTED
    if not facts.is_prepared:
        return EpisodeState.RECORDED if facts.has_recording else EpisodeState.PLANNED
    if facts.closes_at is not None and now >= facts.closes_at:
        return EpisodeState.CLOSED
    if facts.opens_at is not None and now >= facts.opens_at:
        return EpisodeState.GRADING
    return EpisodeState.SCHEDULED if facts.has_airing else EpisodeState.PREPARED
