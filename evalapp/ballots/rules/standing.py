"""In which group a person grades an episode."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import datetime

from evalapp.core import clock

PANEL, CLIENT, RESIDENT = "panel", "client", "resident"


def group_of(
    *, groups: Collection[str], first_ballot_in: str | None, invited_to: str | None, has_client_code: bool
) -> str | None:
    """The group of the first ballot for good; before it panel, then client, then resident; nobody else's box.

    An invitation may name any group of the profile: deputies and panel members are invited alike.
    """
    if first_ballot_in is not None:
        return first_ballot_in
    claims = (invited_to, CLIENT if has_client_code else None, RESIDENT)
    return next((claim for claim in claims if claim is not None and claim in groups), None)


def cases_since(opens_at: datetime, months: int) -> datetime:
    """From when on a completed case makes its applicant a client: the start of the day so many months before grading opens."""
    day = clock.local(opens_at).date()
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return clock.start_of(day.replace(year=year, month=month + 1, day=min(day.day, last)))
