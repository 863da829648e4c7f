"""Episodes in every state, made through the services: `programme.grading()` and the like."""

import uuid
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme.models import Airing, Channel, Episode, Recording, RecordingSlot, Season, Studio
from evalapp.programme.rules import Span
from evalapp.programme.services import (
    planning,
    planning_airings,
    planning_dossier,
    planning_places,
    planning_slots,
)
from evalapp.units.models import Unit
from tests.support.units import UnitFactory
from tests.support.watchable import add_prepared


class Programme:
    """Makes seasons, places and episodes; each call is a transaction of its own and returns what it made."""

    def __init__(self, platform: Platform, units: UnitFactory) -> None:
        self.platform = platform
        self.units = units

    def season(self, year: int = 2026) -> Season:
        with self.platform.transaction() as session:
            found = session.scalar(select(Season).where(Season.year == year))
            return found or planning.create_season(session, year=year, title=f"{year} 年度", actor=SYSTEM)

    def unit(self, name: str = "") -> Unit:
        return self.units.department(name, rank_class="甲")

    def studio(self, name: str = "一号演播室") -> Studio:
        with self.platform.transaction() as session:
            found = session.scalar(select(Studio).where(Studio.name == name))
            return found or planning_places.add_studio(session, name=name, actor=SYSTEM)

    def channel(self, name: str = "晴川综合", code: str = "general.qingchuan") -> Channel:
        with self.platform.transaction() as session:
            found = session.scalar(select(Channel).where(Channel.name == name))
            return found or planning_places.add_channel(session, code=code, name=name, actor=SYSTEM)

    def planned(
        self, *, unit: Unit | None = None, title: str = "放学以后，孩子去哪儿", year: int = 2026, **words: str
    ) -> Episode:
        season, unit = self.season(year), unit or self.unit()
        words.setdefault("speaker_post", "局长")
        with self.platform.transaction() as session:
            return planning.create_episode(
                session, season_id=season.id, unit_id=unit.id, title=title, actor=SYSTEM, **words
            )

    def recorded(self, episode: Episode | None = None) -> Episode:
        return self._recording(episode or self.planned())

    def prepared(self, episode: Episode | None = None) -> Episode:
        episode = episode or self.planned()
        with self.platform.transaction() as session:
            add_prepared(session, episode)
        return episode

    def refused(self, episode: Episode | None = None) -> Episode:
        return self._recording(
            episode or self.planned(), refused_at=clock.now(), trouble_code="not_a_recording"
        )

    def scheduled(self, episode: Episode | None = None, *, starts_at: datetime | None = None) -> Episode:
        episode = self.prepared(episode)
        self.airing(episode, starts_at=starts_at)
        return episode

    def grading(self, episode: Episode | None = None) -> Episode:
        now = clock.now()
        return self._window(
            self.prepared(episode), opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3)
        )

    def closed(self, episode: Episode | None = None) -> Episode:
        now = clock.now()
        return self._window(
            self.prepared(episode), opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1)
        )

    def counted(self, episode: Episode | None = None) -> Episode:
        episode = self.closed(episode)
        with self.platform.transaction() as session:
            planning.note_counted(session, episode.id)
        return self.again(episode)

    def published(
        self, episode: Episode | None = None, *, final_in: timedelta = timedelta(days=14)
    ) -> Episode:
        episode = self.counted(episode)
        with self.platform.transaction() as session:
            planning.note_published(session, episode.id, clock.now() + final_in)
        return self.again(episode)

    def final(self, episode: Episode | None = None) -> Episode:
        return self.published(episode, final_in=-timedelta(seconds=1))

    def void(self, episode: Episode | None = None, reason: str = "线路中断，评议作废") -> Episode:
        episode = self.grading(episode)
        with self.platform.transaction() as session:
            planning.note_voided(session, episode.id, reason)
        return self.again(episode)

    def withdrawn(self, episode: Episode | None = None, reason: str = "单位撤并") -> Episode:
        episode = episode or self.planned()
        with self.platform.transaction() as session:
            planning.withdraw_episode(session, episode_id=episode.id, reason=reason, actor=SYSTEM)
        return self.again(episode)

    def handed_in(self, episode: Episode, report: str = "我们管课后服务。") -> Episode:
        with self.platform.transaction() as session:
            planning_dossier.write_report(session, episode_id=episode.id, report=report, actor=SYSTEM)
            planning_dossier.hand_in(session, episode_id=episode.id, actor=SYSTEM)
        return episode

    def slot(
        self,
        episode: Episode,
        *,
        starts_at: datetime | None = None,
        minutes: int = 60,
        studio: Studio | None = None,
        override_reason: str = "测试",
    ) -> RecordingSlot:
        place = studio or self.studio()
        with self.platform.transaction() as session:
            return planning_slots.plan_slot(
                session,
                episode_id=episode.id,
                studio_id=place.id,
                span=span(starts_at or at(days=5), minutes),
                actor=SYSTEM,
                override_reason=override_reason,
            )

    def airing(
        self,
        episode: Episode,
        *,
        starts_at: datetime | None = None,
        minutes: int = 45,
        channel: Channel | None = None,
        override_reason: str = "测试",
    ) -> Airing:
        place = channel or self.channel()
        with self.platform.transaction() as session:
            return planning_airings.plan_airing(
                session,
                episode_id=episode.id,
                channel_id=place.id,
                span=span(starts_at or at(days=7, hour=20, number=episode.number), minutes),
                actor=SYSTEM,
                override_reason=override_reason,
            )

    def again(self, episode: Episode) -> Episode:
        """Return the episode as it is now."""
        with self.platform.session() as session:
            found = session.get(Episode, episode.id)
            assert found is not None
            return found

    def _window(self, episode: Episode, *, opens_at: datetime, closes_at: datetime) -> Episode:
        with self.platform.transaction() as session:
            planning.note_window(session, episode.id, opens_at, closes_at)
        return self.again(episode)

    def _recording(self, episode: Episode, **facts: object) -> Episode:
        with self.platform.transaction() as session:
            session.add(
                Recording(
                    episode_id=episode.id,
                    version=1,
                    token=uuid.uuid4().hex,
                    original_name="programme.mp4",
                    size=1,
                    delivered_at=clock.now(),
                    delivered_by="电视台",
                    **facts,
                )
            )
        return episode


def at(*, days: int = 0, hour: int = 10, minute: int = 0, number: int = 0) -> datetime:
    """Return a moment on the district's clock, `days` from today; episodes with other numbers get other days."""
    day = clock.start_of(clock.today() + timedelta(days=days + number))
    return day + timedelta(hours=hour, minutes=minute)


def span(starts_at: datetime, minutes: int) -> Span:
    return Span(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))


@pytest.fixture
def programme(platform: Platform, units: UnitFactory) -> Programme:
    return Programme(platform, units)
