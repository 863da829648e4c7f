"""请再问我 and 回头看: who wants to be asked again is asked once, when a later episode looks back at what was mended."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts.events import ResidentErased, ResidentStartedAnew
from evalapp.accounts.rules import Purpose
from evalapp.comments.queries import authors
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import clock, jobs
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.notifications.queries import letters
from evalapp.notifications.services.letters import Told
from evalapp.programme.models import Episode, EpisodeSegment
from evalapp.programme.services import segments
from evalapp.results.models import AgainRequest
from evalapp.results.rules.again import AgainKey, number_in
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.states import Phase

INVITE = "results.invite_again"
FORGET = "results.forget_again"
PIECE = 500
_MENDED_SOMEHOW = frozenset({Phase.PLANNED, Phase.MENDING, Phase.CLAIMED, Phase.CHECKED, Phase.CONFIRMED})


def ask_again(session: Session, *, episode_id: uuid.UUID, resident_id: uuid.UUID, key: AgainKey) -> None:
    """Keep that a resident wants to be asked again; nothing is asked of whether or how they graded. Twice is once.

    Raises `Conflict` before grading opens and for an episode that is not graded.
    """
    episode = session.get_one(Episode, episode_id)
    is_off = episode.withdrawn_at is not None or episode.voided_at is not None
    if is_off or episode.opens_at is None or clock.now() < episode.opens_at:
        raise Conflict(N_("这一期还没有开评，或者不评。"))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    request_id = uuid.uuid4()
    wish = insert(AgainRequest).values(
        id=request_id,
        episode_id=episode_id,
        mark=key.mark(episode_id, resident_id),
        sealed=key.seal(resident_id, bound_to=request_id),
    )
    session.execute(wish.on_conflict_do_nothing(index_elements=["mark"]))


def take_back(session: Session, *, episode_id: uuid.UUID, resident_id: uuid.UUID, key: AgainKey) -> None:
    """Forget the wish; one that is not there is not missed."""
    session.execute(delete(AgainRequest).where(AgainRequest.mark == key.mark(episode_id, resident_id)))


def look_back(session: Session, *, matter_id: uuid.UUID, number: int, actor: Actor) -> EpisodeSegment:
    """Have episode `number` look back at a matter, and those invited who commented or wanted to be asked again.

    Refuses a matter without a plan and what `add_lookback` refuses. Raises `NotFound`, `Conflict`.
    """
    matter = locked(session, Matter, matter_id)
    if matter.withdrawn_at is not None or matter.phase not in _MENDED_SOMEHOW:
        raise Conflict(N_("有了整改方案的事才能回头看。"))
    earlier_id = session.scalar(select(Episode.id).where(Episode.number == number_in(matter.path)))
    episode_id = session.scalar(select(Episode.id).where(Episode.number == number))
    if earlier_id is None or episode_id is None:
        raise NotFound(N_("没有找到这一期节目。"))
    made = segments.add_lookback(
        session,
        episode_id=episode_id,
        earlier_id=earlier_id,
        reference=matter.reference,
        title=matter.title,
        actor=actor,
    )
    jobs.enqueue(session, INVITE, {"segment_id": str(made.id)}, key=f"invite-again:{made.id}")
    return made


def invite_piece(session: Session, segment: EpisodeSegment, *, key: AgainKey) -> bool:
    """Invite some of those who wanted to be asked again, whose wish is used up with it; return whether there were any."""
    rows = session.scalars(
        select(AgainRequest)
        .where(AgainRequest.episode_id == segment.earlier_id)
        .order_by(AgainRequest.id)
        .limit(PIECE)
    ).all()
    wanted = [key.open(row.sealed, bound_to=row.id) for row in rows]
    _invite(session, segment, set(letters.reachable(session, set(wanted))), key=key)
    session.execute(delete(AgainRequest).where(AgainRequest.id.in_([row.id for row in rows])))
    return bool(rows)


def invite_commenters(
    session: Session,
    segment: EpisodeSegment,
    *,
    after: uuid.UUID | None,
    key: AgainKey,
    comment_keys: CommentKeys,
) -> uuid.UUID | None:
    """Invite some of those whose comments on the earlier episode are shown; return after which comment to go on."""
    thread_id = session.get_one(Episode, segment.earlier_id).thread_id
    piece = authors.authors_in_thread(session, thread_id, after=after, limit=PIECE, keys=comment_keys)
    known = letters.reachable(session, {one.resident_id for one in piece})
    # A number that changed hands since is somebody else's.
    theirs = {
        one.resident_id
        for one in piece
        if one.resident_id in known and one.written_at >= known[one.resident_id]
    }
    _invite(session, segment, theirs, key=key)
    return piece[-1].comment_id if len(piece) == PIECE else None


def forget(session: Session, *, resident_id: uuid.UUID, key: AgainKey) -> None:
    """Forget every wish of somebody who erased their account, or whose number another person has now."""
    episodes = session.scalars(select(AgainRequest.episode_id).distinct()).all()
    marks = [key.mark(episode_id, resident_id) for episode_id in episodes]
    session.execute(delete(AgainRequest).where(AgainRequest.mark.in_(marks)))


def on_resident_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """Ask for the work of forgetting: it needs the key, which a reaction does not have."""
    jobs.enqueue(session, FORGET, {"resident_id": str(event.resident_id)})


def _invite(session: Session, segment: EpisodeSegment, residents: set[uuid.UUID], *, key: AgainKey) -> None:
    told = [
        Told(reader_id=resident_id, key=key.notice_key(segment.id, resident_id))
        for resident_id in sorted(residents)
    ]
    notifications.tell_residents(session, told, purpose=Purpose.REPLY_NOTICES, at=segment.added_at)
