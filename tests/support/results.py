"""Ballots behind a result: many alike, and a box that somebody stuffed."""

import random
import uuid

from sqlalchemy import select

from evalapp.ballots.queries.gradings import default_profile
from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.services import casting
from evalapp.results.models import IntegrityFlag
from tests.support.ballots import circumstances, submission


def vote(polling, episode, grades, *, times=1):
    for voter in polling.voters(times):
        polling.cast(episode, voter, grades)


def stuffed(polling):
    """Forty honest voters and twelve of one device who all give the lowest grades."""
    profile = default_profile().model_dump(mode="json")
    profile["integrity"]["burst_least"] = 1_000  # the test casts all within five minutes
    episode = polling.announce(season=polling.season(profile=profile))
    chance = random.Random(5)
    for place, voter in enumerate(polling.voters(40)):
        grades = tuple(chance.choice([5, 4, 3]) for _ in Dimension)
        cast_from(polling, episode, voter, grades, device=f"d{place}", address=f"10.0.{place}.1")
    for voter in polling.voters(12):
        cast_from(polling, episode, voter, (1, 1, 1), device="one", address="10.1.1.1")
    return episode


def cast_from(polling, episode, voter, grades, *, device, address):
    with polling.platform.transaction() as session:
        booth = polling.booths.of(session, episode.number)
        where = circumstances(f"{voter.person_id}", device=device, address=address)
        casting.cast(session, booth, submission(grades), voter=voter, circumstances=where)


def flagged_by(polling, rule):
    with polling.platform.session() as session:
        flags = session.scalars(select(IntegrityFlag).where(IntegrityFlag.rule == rule)).all()
        return [uuid.UUID(ballot) for flag in flags for ballot in flag.ballots]
