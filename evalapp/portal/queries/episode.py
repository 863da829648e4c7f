"""The page of an episode: recording, pledges, highlights, what can be graded, and the comments."""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.models import Grading
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.comments.queries.threads import ThreadFilter, ThreadPage, thread_page
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.pledges.queries import Shown, shown_for_unit
from evalapp.portal.rules.pictures import drawing_of
from evalapp.programme.queries import planning, planning_schedule, recordings
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.programme.queries.planning_schedule import AiringRow
from evalapp.programme.queries.recordings import Playback
from evalapp.programme.rules import EpisodeState

COMMENTS = 20
TURNOUT_KEPT = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class GradingShown:
    """What everybody may know of an announced grading. The turnout is the figure last told, never a live count."""

    profile: SeasonProfile
    turnout: int
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class EpisodePage:
    """Everything that the page shows to everybody alike."""

    row: EpisodeWithState
    playback: Playback | None
    shown: Shown
    grading: GradingShown | None
    thread: ThreadPage
    drawing: str

    @property
    def is_announced(self) -> bool:
        """Whether the public may know of the episode at all: it has been or will be aired or graded."""
        return self.row.facts.opens_at is not None or self.row.first_airing_at is not None

    @property
    def is_open(self) -> bool:
        return self.row.is_open and self.grading is not None

    @property
    def closes_soon(self) -> bool:
        closes_at = self.row.facts.closes_at
        return self.is_open and closes_at is not None and closes_at - clock.now() < timedelta(hours=6)


class Turnouts:
    """What was last told of each grading, kept for a minute: the figure itself moves every ten at most."""

    def __init__(self) -> None:
        self._known: dict[uuid.UUID, GradingShown] = {}
        self._guard = threading.Lock()

    def of(self, session: Session, episode_id: uuid.UUID) -> GradingShown | None:
        known = self._known.get(episode_id)
        if known is not None and timedelta(0) <= clock.now() - known.read_at < TURNOUT_KEPT:
            return known
        row = session.execute(
            select(Grading.profile, Grading.turnout).where(Grading.episode_id == episode_id)
        ).one_or_none()
        if row is None:
            return None
        found = GradingShown(
            profile=gradings.profile_from(row.profile), turnout=row.turnout, read_at=clock.now()
        )
        with self._guard:
            self._known = {**self._known, episode_id: found} if len(self._known) < 200 else {episode_id: found}
        return found


def episode_page(
    session: Session,
    number: int,
    *,
    turnouts: Turnouts,
    language: str,
    only: ThreadFilter = ThreadFilter.NEWEST,
    after: str | None = None,
) -> EpisodePage:
    """Return the page of episode `number`. Raises `NotFound` for one that the public does not know of."""
    row = planning.episode_with_state(session, number)
    if row.facts.opens_at is None and row.first_airing_at is None and row.facts.withdrawn_at is None:
        raise NotFound(N_("没有找到这一期节目。"))
    is_withdrawn = row.state is EpisodeState.WITHDRAWN
    aired_at = row.first_airing_at if row.first_airing_at and row.first_airing_at <= clock.now() else None
    return EpisodePage(
        row=row,
        playback=None if is_withdrawn else recordings.playback(session, row.episode.id, language=language),
        shown=shown_for_unit(session, row.unit.id, at=aired_at),
        grading=turnouts.of(session, row.episode.id),
        thread=thread_page(session, row.episode.thread_id, only=only, after=after, limit=COMMENTS),
        drawing=drawing_of(row.episode.title, row.unit.name),
    )


def airings_of(session: Session, episode_id: uuid.UUID) -> Sequence[AiringRow]:
    """Return the airings of an episode that the page tells of, moved and cancelled ones too."""
    return planning_schedule.airings(session, episode_id=episode_id, limit=50)
