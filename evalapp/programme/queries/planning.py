"""Reading seasons, episodes with their states, dossiers and histories."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Label, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import QueryableAttribute, Session, aliased

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import (
    Airing,
    Channel,
    Dossier,
    DossierVersion,
    Episode,
    EpisodeChange,
    EpisodeSegment,
    EpisodeTopic,
    Recording,
    Season,
    Studio,
)
from evalapp.programme.rules import EpisodeFacts, EpisodeState, Readiness, episode_state
from evalapp.units.models import Unit

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class EpisodeWithState:
    """An episode as lists and pages need it: loaded in one query, its state worked out from facts and the clock."""

    episode: Episode
    unit: Unit
    year: int
    facts: EpisodeFacts
    state: EpisodeState
    has_dossier: bool
    preparation_failed: bool
    first_airing_at: datetime | None
    next_airing_at: datetime | None

    @property
    def is_extended(self) -> bool:
        """Whether grading closes later than announced, for all to be told."""
        return self.episode.extended_at is not None and self.state not in {
            EpisodeState.WITHDRAWN,
            EpisodeState.VOID,
        }

    @property
    def is_open(self) -> bool:
        """Whether it can be graded now."""
        return self.state is EpisodeState.GRADING

    @property
    def is_shown(self) -> bool:
        """Whether the public may watch it: prepared, aired or being graded, and not withdrawn."""
        if self.facts.withdrawn_at is not None or not self.facts.is_prepared:
            return False
        begun = (moment for moment in (self.facts.opens_at, self.first_airing_at) if moment is not None)
        return any(moment <= clock.now() for moment in begun)

    @property
    def readiness(self) -> Readiness:
        return Readiness(
            has_dossier=self.has_dossier,
            has_recording=self.facts.has_recording,
            is_prepared=self.facts.is_prepared,
            opens_at=None if self.facts.voided_at else self.facts.opens_at,
        )


def episodes_with_state(
    session: Session,
    *conditions: ColumnElement[bool],
    order_by: Sequence[QueryableAttribute[Any] | ColumnElement[Any]] = (),
    limit: int | None = None,
    offset: int = 0,
) -> list[EpisodeWithState]:
    """Return the episodes that meet `conditions` with their states, in one query, newest number first by default."""
    now = clock.now()
    query = with_facts().where(*conditions).order_by(*order_by, Episode.number.desc())
    return [_read(row, now) for row in session.execute(query.limit(limit).offset(offset), {"now": now})]


def episode_with_state(session: Session, number: int) -> EpisodeWithState:
    """Return episode `number` with its state; raises `NotFound`."""
    return episode_with_more(session, number, _one_with_facts())[0]


def episode_with_more(
    session: Session, number: int, statement: Select[*tuple[Any, ...]]
) -> tuple[EpisodeWithState, Row[Any]]:
    """Return episode `number` with its state, and the row of `statement`: `with_facts()` and what more a domain asks for.

    Raises `NotFound`.
    """
    now = clock.now()
    row = session.execute(statement, {"now": now, "number": number}).one_or_none()
    if row is None:
        raise _missing()
    return _read(row, now), row


def episodes_with_more(
    session: Session, statement: Select[*tuple[Any, ...]], **asked: Any
) -> list[tuple[EpisodeWithState, Row[Any]]]:
    """Return episodes with their states and the rows of `statement`: `with_facts()` and what more a domain asks for."""
    now = clock.now()
    return [(_read(row, now), row) for row in session.execute(statement, {"now": now} | asked)]


def episode_with_state_by_id(session: Session, episode_id: uuid.UUID) -> EpisodeWithState:
    """Return the episode with its state; raises `NotFound`."""
    return _only(episodes_with_state(session, Episode.id == episode_id))


def extended_now(session: Session) -> Sequence[Episode]:
    """The episodes that can still be graded because two people gave more time, soonest closing first."""
    now = clock.now()
    return session.scalars(
        select(Episode)
        .where(
            Episode.extended_at.is_not(None),
            Episode.closes_at > now,
            Episode.voided_at.is_(None),
            Episode.withdrawn_at.is_(None),
        )
        .order_by(Episode.closes_at, Episode.number)
        .limit(20)
    ).all()


def page_of_episodes(
    session: Session, *, before: int | None = None, limit: int = PAGE_SIZE
) -> list[EpisodeWithState]:
    """Return a page of all episodes, newest number first, those with a number under `before`."""
    conditions = () if before is None else (Episode.number < before,)
    return episodes_with_state(session, *conditions, limit=limit)


def episodes_of_unit(session: Session, unit_id: uuid.UUID) -> list[EpisodeWithState]:
    """Return the episodes of a unit, newest first."""
    return episodes_with_state(session, Episode.unit_id == unit_id)


def episode_of_unit(session: Session, *, unit_id: uuid.UUID, number: int) -> EpisodeWithState:
    """Return the unit's own episode `number`; raises `NotFound` when it is somebody else's."""
    return _only(episodes_with_state(session, Episode.unit_id == unit_id, Episode.number == number))


def episode(session: Session, number: int) -> Episode:
    """Return the bare row of episode `number`; raises `NotFound`."""
    found = session.scalar(select(Episode).where(Episode.number == number))
    if found is None:
        raise _missing()
    return found


def topic_id(session: Session, episode_id: uuid.UUID) -> uuid.UUID | None:
    """The topic of an episode; None while nobody needed it."""
    return session.scalar(select(EpisodeTopic.topic_id).where(EpisodeTopic.episode_id == episode_id))


def its_topic() -> Label[uuid.UUID]:
    """A column `topic_id` for a statement about episodes: the topic of each; NULL while nobody needed it."""
    found = select(EpisodeTopic.topic_id).where(EpisodeTopic.episode_id == Episode.id)
    return found.scalar_subquery().label("topic_id")


def looks_back() -> Label[bool]:
    """A column `looks_back` for a statement about episodes: whether each looks back at something that was mended."""
    return exists().where(EpisodeSegment.episode_id == Episode.id).correlate(Episode).label("looks_back")


def seasons(session: Session) -> Sequence[Season]:
    """Return every season, the latest first."""
    return session.scalars(select(Season).order_by(Season.year.desc())).all()


def season(session: Session, year: int) -> Season:
    """Return the season of that year; raises `NotFound`."""
    found = session.scalar(select(Season).where(Season.year == year))
    if found is None:
        raise NotFound(N_("还没有 %(year)s 年这一季。"), year=year)
    return found


def studios(session: Session) -> Sequence[Studio]:
    return session.scalars(select(Studio).order_by(Studio.name)).all()


def channels(session: Session) -> Sequence[Channel]:
    return session.scalars(select(Channel).order_by(Channel.name)).all()


def studio(session: Session, name: str) -> Studio:
    """Return the studio of that name; raises `NotFound`."""
    found = session.scalar(select(Studio).where(Studio.name == name))
    if found is None:
        raise NotFound(N_("没有叫“%(name)s”的演播室。"), name=name)
    return found


def channel(session: Session, code: str) -> Channel:
    """Return the channel of that code; raises `NotFound`."""
    found = session.scalar(select(Channel).where(Channel.code == code))
    if found is None:
        raise NotFound(N_("没有代号为“%(code)s”的频道。"), code=code)
    return found


def dossier(session: Session, episode_id: uuid.UUID) -> Dossier | None:
    """Return the dossier of an episode, or None while nothing was written."""
    return session.scalar(select(Dossier).where(Dossier.episode_id == episode_id))


def dossier_versions(session: Session, episode_id: uuid.UUID) -> Sequence[DossierVersion]:
    """Return every wording of an episode's report, the latest first."""
    return session.scalars(
        select(DossierVersion)
        .join(Dossier, DossierVersion.dossier_id == Dossier.id)
        .where(Dossier.episode_id == episode_id)
        .order_by(DossierVersion.number.desc())
    ).all()


def history(session: Session, episode_id: uuid.UUID, *, limit: int = 200) -> Sequence[EpisodeChange]:
    """Return what happened to an episode's plan, the latest first."""
    return session.scalars(
        select(EpisodeChange)
        .where(EpisodeChange.episode_id == episode_id)
        .order_by(EpisodeChange.at.desc(), EpisodeChange.id)
        .limit(limit)
    ).all()


def _recorded(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Recording.episode_id == Episode.id, *conditions)


def _has_recording() -> ColumnElement[bool]:
    return _recorded(Recording.refused_at.is_(None))


def is_prepared() -> ColumnElement[bool]:
    """Whether the episode of the enclosing query has a recording that can be watched."""
    return _recorded(Recording.prepared_at.is_not(None), Recording.replaced_at.is_(None))


def _preparation_failed() -> ColumnElement[bool]:
    """Whether the version that was delivered last was refused or has trouble."""
    later = aliased(Recording)
    is_last = ~exists().where(later.episode_id == Recording.episode_id, later.version > Recording.version)
    troubled = or_(Recording.refused_at.is_not(None), Recording.trouble_code != "")
    return _recorded(is_last, Recording.prepared_at.is_(None), troubled)


@cache
def with_facts() -> Select[Episode, Unit, int, bool, bool, bool, bool, datetime, datetime]:
    """Episodes with what their state follows from at `:now`; made once, because making it costs more than running it."""
    airings = (Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None))
    first = select(func.min(Airing.starts_at)).where(*airings).correlate(Episode).scalar_subquery()
    following = (
        select(func.min(Airing.starts_at))
        .where(*airings, Airing.ends_at > bindparam("now", type_=Airing.ends_at.type))
        .correlate(Episode)
        .scalar_subquery()
    )
    handed_in = exists().where(and_(Dossier.episode_id == Episode.id, Dossier.handed_in_at.is_not(None)))
    return (
        select(
            Episode,
            Unit,
            Season.year,
            _has_recording().label("has_recording"),
            is_prepared().label("is_prepared"),
            _preparation_failed().label("preparation_failed"),
            handed_in.label("has_dossier"),
            first.label("first_airing_at"),
            following.label("next_airing_at"),
        )
        .join(Unit, Episode.unit_id == Unit.id)
        .join(Season, Episode.season_id == Season.id)
    )


@cache
def _one_with_facts() -> Select[*tuple[Any, ...]]:
    return with_facts().where(Episode.number == bindparam("number"))


def _read(
    row: Row[Episode, Unit, int, bool, bool, bool, bool, datetime, datetime], now: datetime
) -> EpisodeWithState:
    found: Episode = row.Episode
    facts = EpisodeFacts(
        has_recording=row.has_recording,
        is_prepared=row.is_prepared,
        has_airing=row.first_airing_at is not None,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        counted_at=found.counted_at,
        published_at=found.published_at,
        final_at=found.final_at,
        withdrawn_at=found.withdrawn_at,
        voided_at=found.voided_at,
    )
    return EpisodeWithState(
        episode=found,
        unit=row.Unit,
        year=row.year,
        facts=facts,
        state=episode_state(facts, now),
        has_dossier=row.has_dossier,
        preparation_failed=row.preparation_failed,
        first_airing_at=row.first_airing_at,
        next_airing_at=row.next_airing_at,
    )


def _only(found: list[EpisodeWithState]) -> EpisodeWithState:
    if not found:
        raise _missing()
    return found[0]


def _missing() -> NotFound:
    return NotFound(N_("没有找到这一期节目。"))
