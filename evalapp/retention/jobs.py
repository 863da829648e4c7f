"""The round that removes what the retention table no longer keeps."""

from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from evalapp.core import clock, logs
from evalapp.core.errors import DomainError
from evalapp.core.platform import Platform
from evalapp.retention import services
from evalapp.retention.table import RULES, Rule

EVERY = timedelta(minutes=10)
log = logs.get_logger("retention")


class Retention:
    """A round of the worker: at the start and every ten minutes each rule removes what is over.

    A rule that fails does not keep the others from theirs; it is tried again at the next round.
    """

    def __init__(self) -> None:
        self._next_at: datetime | None = None

    def __call__(self, platform: Platform) -> None:
        now = clock.now()
        if self._next_at is not None and now < self._next_at:
            return
        self._next_at = now + EVERY
        for rule in RULES:
            try:
                apply(platform, rule, now)
            except (SQLAlchemyError, DomainError, OSError) as error:
                log.warning("a retention rule failed", rule=rule.name, error=type(error).__name__)
        with platform.transaction() as session:
            services.record_days(session)


def apply(platform: Platform, rule: Rule, now: datetime) -> int:
    """Remove what one rule no longer keeps, and note how much."""
    removed = rule.piece.remove(platform, now - rule.keep)
    if removed:
        with platform.transaction() as session:
            services.note(session, rule.name, removed)
        log.info("removed", rule=rule.name, amount=removed)
    return removed


def overdue(platform: Platform, now: datetime) -> dict[str, int]:
    """What is over and still there, by rule; empty when the round has done its work."""
    found = {rule.name: rule.piece.overdue(platform, now - rule.keep) for rule in RULES}
    return {name: amount for name, amount in found.items() if amount}
