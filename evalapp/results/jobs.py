"""What time decides about results; the retention rules ask for it."""

from evalapp.ballots.keepers import Keepers
from evalapp.core import logs
from evalapp.core.platform import Platform
from evalapp.results.services import publishing

log = logs.get_logger("results")


def forget_due(platform: Platform) -> int:
    """Destroy what tied voters to ballots, and later the boxes' keys, where the profile's days are over; return how often."""
    keepers = Keepers(platform.keys)
    with platform.session() as session:
        due = publishing.to_forget(session)
    done = 0
    for grading_id in due:
        with platform.transaction() as session:
            forgotten = publishing.forget(session, grading_id, keepers=keepers)
        if forgotten:
            done += 1
            log.info("secrets forgotten", grading=str(grading_id))
    return done
