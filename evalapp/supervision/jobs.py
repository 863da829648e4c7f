"""What time decides about matters: the round that writes reminders and notices which fell due."""

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.supervision import services
from evalapp.supervision.queries import escalation

_MOST_A_ROUND = 200  # after a long sleep the jobs between the rounds get their turn


def escalate(platform: Platform) -> None:
    """Write what fell due, earliest first, each in a transaction of its own."""
    for _ in range(_MOST_A_ROUND):
        with platform.session() as session:
            if not escalation.next_due(session, clock.now()):
                return
        with platform.transaction() as session:
            services.act_next(session)
