"""What the steps of the demonstration share, and what a step is."""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from evalapp.ballots.keepers import Keepers
from evalapp.ballots.services.booths import Booths
from evalapp.core.platform import Platform
from evalapp.demo.district import District
from evalapp.demo.filming import Film
from evalapp.demo.people import People
from evalapp.demo.scripts import Clip
from evalapp.ledger.rules import NoteSigner
from evalapp.programme.models import Channel, Episode, Studio

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LENGTH = timedelta(minutes=45)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens at a moment, in one transaction, or outside of any when it is `work`."""

    at: datetime
    do: Callable[[Session], object] | None = None
    work: Callable[[], None] | None = None


@dataclass(kw_only=True)
class Story:
    """What the steps share."""

    platform: Platform
    district: District
    people: People
    clips: dict[Clip, Film]
    ballots: int
    now: datetime
    keepers: Keepers
    booths: Booths
    signer: NoteSigner
    studio: Studio | None = None
    channel: Channel | None = None
    season_id: uuid.UUID | None = None
    made: dict[int, uuid.UUID] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(16))  # noqa: S311  invented opinions

    def episode(self, session: Session, number: int) -> Episode:
        return session.get_one(Episode, self.made[number])
