"""A round of the worker: counts what units' comments say, where comments changed since."""

from datetime import datetime, timedelta

from evalapp.comments.rules.voices import Pledged
from evalapp.comments.services import voices
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.pledges.queries import shown_pledges

EVERY = timedelta(minutes=1)


class CountVoices:
    """At the start and every minute; a unit whose comments change while they are counted comes next time."""

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, platform: Platform) -> None:
        now = clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + EVERY
        count_voices(platform)


def count_voices(platform: Platform) -> int:
    """Count for every unit whose comments changed, or that was counted on an earlier day; return for how many."""
    with platform.session() as session:
        due = voices.stale(session)
    done = 0
    for unit_id in due:
        with platform.transaction() as session:
            pledges = [
                Pledged(reference=one.reference, title=one.title) for one in shown_pledges(session, unit_id)
            ]
            done += voices.count(session, unit_id, pledges)
    return done
