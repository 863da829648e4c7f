"""What the residents of the demonstration think: grades by chance around how satisfied a place is, words by turn."""

import os
import random
import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from evalapp.ballots.rules.grades import LOW_GRADES, UNKNOWN, Channel, Dimension, Opinion, Submission
from evalapp.ballots.services import casting
from evalapp.ballots.services.booths import Booth
from evalapp.ballots.services.casting import Circumstances, Voter

_UNKNOWN_SHARE = 0.06


def vote(
    session: Session, booth: Booth, voters: Sequence[Voter], *, satisfaction: float, chance: random.Random
) -> None:
    """Cast a ballot for each of `voters`."""
    for voter in voters:
        casting.cast(
            session,
            booth,
            Submission(
                opinion=_opinion(booth, satisfaction, chance),
                nonce=os.urandom(16),
                watched=chance.randint(1, 4),
            ),
            voter=voter,
            circumstances=Circumstances(
                channel=Channel.PAGE,
                idempotency_key=uuid.uuid4().hex,
                device=uuid.uuid4().hex,
                address=f"10.{chance.randint(0, 200)}.{chance.randint(0, 250)}.{chance.randint(1, 250)}",
            ),
        )


def _opinion(booth: Booth, satisfaction: float, chance: random.Random) -> Opinion:
    grades = {dimension: _grade(satisfaction, chance) for dimension in Dimension}
    low = [dimension for dimension in Dimension if grades[dimension] in LOW_GRADES]
    return Opinion(
        grades=grades,
        reasons={
            dimension: (chance.choice(sorted(booth.reasons[dimension])),)
            for dimension in low
            if booth.reasons.get(dimension) and chance.random() < 0.6
        },
    )


def _grade(satisfaction: float, chance: random.Random) -> int:
    if chance.random() < _UNKNOWN_SHARE:
        return UNKNOWN
    return min(5, max(1, round(chance.gauss(1 + 4 * satisfaction, 0.95))))
