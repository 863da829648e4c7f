"""The page of an episode: recording, pledges, highlights, what can be graded, and the comments."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, exists, select
from sqlalchemy.orm import Session

from evalapp.ballots.models import Grading
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.comments.queries.threads import ThreadFilter, ThreadPage, thread_page
from evalapp.comments.rules import moments
from evalapp.comments.rules.moments import Mark
from evalapp.core import clock
from evalapp.notifications.models import Following
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.pledges.queries import Shown, shown_for_unit
from evalapp.portal.rules.pictures import drawing_of
from evalapp.programme.models import Episode, EpisodeSegment
from evalapp.programme.queries import planning, planning_schedule, recordings
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.planning_schedule import ChangedAiring
from evalapp.programme.queries.recordings import Playback
from evalapp.programme.rules import EpisodeState
from evalapp.results.models import AgainRequest
from evalapp.results.queries import lookbacks
from evalapp.results.rules.again import AgainKey

COMMENTS = 20
SOON = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class GradingShown:
    """What everybody may know of an announced grading. The turnout is the figure last told, never a live count."""

    document: dict[str, Any]
    turnout: int
    announced_at: datetime

    @property
    def profile(self) -> SeasonProfile:
        return gradings.profile_from(self.document)


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """Everything that the page shows to everybody alike."""

    row: EpisodeWithState
    playback: Playback | None
    shown: Shown
    grading: GradingShown | None
    thread: ThreadPage
    drawing: str
    topic_id: uuid.UUID | None
    changed_airings: Sequence[ChangedAiring]  # while one is still to come
    lookbacks: Sequence[EpisodeSegment]

    @property
    def is_open(self) -> bool:
        return self.row.is_open and self.grading is not None

    @property
    def marks(self) -> list[Mark]:
        """Where on the player's bar comments stand."""
        return moments.marks(self.thread.moments, self.playback.duration) if self.playback else []

    @property
    def has_opened(self) -> bool:
        """Whether grading has opened; whoever wants can say from then on that they want to be asked again."""
        opens_at = self.row.facts.opens_at
        is_off = self.row.state in {EpisodeState.WITHDRAWN, EpisodeState.VOID}
        return not is_off and self.grading is not None and opens_at is not None and clock.now() >= opens_at

    @property
    def closes_soon(self) -> bool:
        closes_at = self.row.facts.closes_at
        return self.is_open and closes_at is not None and closes_at - clock.now() < SOON


@dataclass(frozen=True, kw_only=True)
class OwnWishes:
    """What whoever reads the page asked for about its episode."""

    is_followed: bool = False
    is_to_be_asked: bool = False


def episode_page(
    session: Session,
    number: int,
    *,
    language: str,
    only: ThreadFilter = ThreadFilter.NEWEST,
    after: str | None = None,
    beginning: str | None = None,
    mark_in: Callable[[uuid.UUID], str] = lambda _thread_id: "",
) -> EpisodePage:
    """Return the page of episode `number`, whatever its state: the interface names each by this address (decision 0021).

    What lists, search and the map of the site name is `findable.is_announced`. `mark_in` tells under which mark the
    reader says 我也遇到 in a thread. Raises `NotFound`.
    """
    row, told = planning.episode_with_more(session, number, _with_all())
    is_withdrawn = row.state is EpisodeState.WITHDRAWN
    aired_at = row.first_airing_at if row.first_airing_at and row.first_airing_at <= clock.now() else None
    playback = None if is_withdrawn else recordings.playback_in(session, told, language=language)
    return EpisodePage(
        row=row,
        playback=playback,
        shown=shown_for_unit(session, row.unit.id, at=aired_at),
        grading=None
        if told.turnout is None
        else GradingShown(document=told.profile, turnout=told.turnout, announced_at=told.announced_at),
        thread=thread_page(
            session,
            row.episode.thread_id,
            only=only,
            after=after,
            beginning=beginning,
            limit=COMMENTS,
            moments=moments.MOST if playback else 0,
            mark=mark_in(row.episode.thread_id),
        ),
        drawing=drawing_of(row.episode.title, row.unit.name),
        topic_id=told.topic_id,
        changed_airings=planning_schedule.changed_airings(session, row.episode.id)
        if row.next_airing_at and told.has_changed_airings
        else (),
        lookbacks=lookbacks.of_later(session, row.episode.id) if told.looks_back else (),
    )


def own_wishes(
    session: Session,
    page: EpisodePage,
    *,
    resident_id: uuid.UUID,
    following: FollowingKey,
    again: AgainKey,
) -> OwnWishes:
    """Whether a resident follows the episode, and wants to be asked again about it: one statement, apart from every ballot."""
    topic_id, episode_id = page.topic_id, page.row.episode.id
    asked = {
        "topic_id": topic_id,
        "follower": following.mark(topic_id, resident_id) if topic_id else "",
        "again": again.mark(episode_id, resident_id) if page.has_opened else "",
    }
    row = session.execute(_own_wishes(), asked).one()
    return OwnWishes(is_followed=row.is_followed, is_to_be_asked=row.is_to_be_asked)


@cache
def _own_wishes() -> Select[*tuple[Any, ...]]:
    is_followed = exists().where(
        Following.topic_id == bindparam("topic_id", type_=Uuid()), Following.mark == bindparam("follower")
    )
    is_to_be_asked = exists().where(AgainRequest.mark == bindparam("again"))
    return select(is_followed.label("is_followed"), is_to_be_asked.label("is_to_be_asked"))


def known_episode_id(session: Session, number: int) -> uuid.UUID:
    """The key of episode `number`. Raises `NotFound`."""
    return planning.episode_with_state(session, number).episode.id


@cache
def _with_all() -> Select[*tuple[Any, ...]]:
    return (
        recordings.with_playback(planning.with_facts())
        .add_columns(
            Grading.profile,
            Grading.turnout,
            Grading.announced_at,
            planning.its_topic(),
            planning_schedule.has_changed_airings(),
            planning.looks_back(),
        )
        .outerjoin(Grading, Grading.episode_id == Episode.id)
        .where(Episode.number == bindparam("number"))
    )
