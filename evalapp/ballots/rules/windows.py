"""When a box takes ballots, how often one may be changed, and what of the turnout is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class BoxState(StrEnum):
    """The states of an episode's box, in this spelling everywhere."""

    SCHEDULED = "scheduled"
    GRADING = "grading"
    CLOSED = "closed"
    COUNTED = "counted"
    PUBLISHED = "published"
    FINAL = "final"
    VOID = "void"


CLOCK_TOLERANCE = timedelta(seconds=5)
CHANGES_WITHIN = timedelta(hours=1)
TURNOUT_STEP = 20
TURNOUT_EVERY = timedelta(minutes=10)


def is_open(*, opens_at: datetime, closes_at: datetime, now: datetime) -> bool:
    """The opening moment belongs to the window, the closing moment does not."""
    return opens_at <= now < closes_at


def clock_went_back(*, now: datetime, written_at: datetime | None) -> bool:
    """Whether the clock lies more than five seconds behind what was already written by it."""
    return written_at is not None and now < written_at - CLOCK_TOLERANCE


def may_change(*, changes_this_hour: int, ballots_so_far: int, per_hour: int, per_box: int) -> bool:
    """Whether this voter may hand in once more; the first ballot is no change."""
    if ballots_so_far == 0:
        return True
    return changes_this_hour < per_hour and ballots_so_far < per_box


def told_turnout(accepted: int) -> int:
    """Accepted ballots in whole steps of twenty; a step less would tell when a known person graded."""
    return accepted // TURNOUT_STEP * TURNOUT_STEP


def turnout_is_due(*, told_at: datetime | None, now: datetime) -> bool:
    """Whether ten minutes have passed since the figure was last looked up."""
    return told_at is None or now >= told_at + TURNOUT_EVERY
