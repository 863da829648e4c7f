"""What time decides about results, looked at in each round of the worker."""

from evalapp.ballots.keepers import Keepers
from evalapp.core import logs
from evalapp.core.platform import Platform
from evalapp.results.services import publishing

log = logs.get_logger("results")


def forget_due(platform: Platform) -> None:
    """Destroy what tied voters to ballots, and later the boxes' keys, where the profile's days are over."""
    keepers = Keepers(platform.keys)
    with platform.session() as session:
        due = publishing.to_forget(session)
    for grading_id in due:
        with platform.transaction() as session:
            forgotten = publishing.forget(session, grading_id, keepers=keepers)
        if forgotten:
            log.info("secrets forgotten", grading=str(grading_id))
