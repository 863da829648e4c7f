"""Work of this domain: forgetting what the retention rules ask for, inviting people to grade again."""

import uuid

from evalapp.ballots.keepers import Keepers
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import logs
from evalapp.core.jobs import JobContext
from evalapp.core.platform import Platform
from evalapp.programme.models import EpisodeSegment
from evalapp.results.rules.again import AgainKey
from evalapp.results.services import again, publishing

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


def invite(context: JobContext) -> None:
    """Write to everybody who is to be asked again, piece by piece; run twice it writes to nobody twice."""
    key, comment_keys = AgainKey.of(context.platform.keys), CommentKeys.of(context.platform.keys)
    segment_id = uuid.UUID(context.payload["segment_id"])
    while True:
        with context.transaction() as session:
            if not again.invite_piece(session, session.get_one(EpisodeSegment, segment_id), key=key):
                break
    after: uuid.UUID | None = None
    while True:
        with context.transaction() as session:
            after = again.invite_commenters(
                session,
                session.get_one(EpisodeSegment, segment_id),
                after=after,
                key=key,
                comment_keys=comment_keys,
            )
        if after is None:
            return


def forget_wishes(context: JobContext) -> None:
    """Forget that somebody wanted to be asked again who is gone."""
    with context.transaction() as session:
        again.forget(
            session,
            resident_id=uuid.UUID(context.payload["resident_id"]),
            key=AgainKey.of(context.platform.keys),
        )
