"""Factories of recordings: a short real clip, prepared once a test run by the pipeline itself and copied from then on."""

import itertools
import shutil
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role, StaffMember
from evalapp.comments.models import Thread
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM, Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.programme import media
from evalapp.programme.models import Episode, Recording, Season
from evalapp.programme.rules.recordings import watch_folder
from evalapp.programme.services import recordings, recordings_uploads

STATION = frozenset(
    {
        Permission.USE_DESK,
        Permission.DELIVER_RECORDING,
        Permission.SEE_STATION_DESK,
        Permission.PREVIEW_RECORDING,
    }
)


@dataclass(frozen=True, kw_only=True)
class PreparedClip:
    source: Path
    folder: Path
    facts: dict[str, Any]


def make_clip(path: Path, *, seconds: int = 12, size: str = "320x180", sound: bool = True) -> Path:
    """A real recording: moving bars and a tone."""
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"] if sound else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=25:duration={seconds}", *tone,
         "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50",
         *(["-c:a", "aac", "-shortest"] if sound else []), str(path)],
        check=True,
    )  # fmt: skip
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of twelve seconds."""
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture(scope="session")
def prepared_clip(clip: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedClip:
    """The same, prepared by the pipeline once."""
    folder = tmp_path_factory.mktemp("prepared") / "watch"
    facts = media.prepare(
        clip, folder, Settings(data_dir=folder.parent), progress=lambda *_: None, cancelled=lambda: False
    )
    return PreparedClip(source=clip, folder=folder, facts=facts)


class Recordings:
    """Episodes and their recordings, made through the services."""

    def __init__(
        self, platform: Platform, prepared: Callable[[], PreparedClip], clip: Path, units: Any
    ) -> None:
        self.platform = platform
        self.clip = clip
        self._prepared = prepared
        self.units = units
        self._numbers = itertools.count(1)

    def episode(
        self, *, opens_at: datetime | None = None, closes_at: datetime | None = None, **more: Any
    ) -> Episode:
        """An episode of a unit of its own; `opens_at` says from when it may be watched."""
        number = next(self._numbers)
        now = clock.now()
        unit = self.units.department()
        thread = Thread(
            id=uuid.uuid4(), title="一期", unit_id=unit.id, reference=f"EP-2026-{number}", path=f"/episodes/{number}",
            created_at=now,
        )  # fmt: skip
        with self.platform.transaction() as session:
            season = session.query(Season).first() or Season(
                id=uuid.uuid4(), year=2026, title="2026 年", created_at=now
            )
            session.add(season)
            session.flush()
            session.add(thread)
            session.flush()
            episode = Episode(
                number=number, season_id=season.id, unit_id=unit.id, thread_id=thread.id,
                reference=f"EP-2026-{number}", title=f"第 {number} 件实事", created_at=now, opens_at=opens_at,
                closes_at=closes_at or (opens_at and opens_at + timedelta(days=7)), **more,
            )  # fmt: skip
            session.add(episode)
        return episode

    def staff(self, role: Role = Role.STATION, permissions: frozenset[Permission] = STATION) -> Actor:
        """A member of staff who acts."""
        member = StaffMember(
            id=uuid.uuid4(), login=f"{role}-{uuid.uuid4().hex[:8]}", post="编辑", role=role, password_hash="!",
            created_at=clock.now(),
        )  # fmt: skip
        with self.platform.transaction() as session:
            session.add(member)
        return Actor(kind=ActorKind.STAFF, id=member.id, name="编辑", permissions=permissions)

    def delivered(self, episode: Episode, *, source: Path | None = None, reason: str = "更正") -> Recording:
        """A recording that waits for the worker."""
        source = source or self.clip
        file_id = uuid.uuid4()
        part = recordings_uploads.part_path(self.platform.settings, file_id)
        part.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        with self.platform.transaction() as session:
            return recordings.deliver(
                session, episode.id, file_id=file_id, original_name=source.name, size=part.stat().st_size,
                by=SYSTEM, reason=reason,
            )  # fmt: skip

    def prepared(self, episode: Episode) -> Recording:
        """A recording that can be watched, from the copy that the pipeline made once."""
        recording = self.delivered(episode)
        made = self._prepared()
        copy = self.platform.settings.data_dir / "work" / f"copy-{recording.id}"
        shutil.copytree(made.folder, copy)
        self.platform.storage.put_folder(watch_folder(recording.token), copy)
        assert recording.job_id is not None
        with self.platform.transaction() as session:
            recordings.prepared(session, recording.id, job_id=recording.job_id, facts=made.facts)
        with self.platform.session() as session:
            return session.get_one(Recording, recording.id)

    def again(self, recording: Recording) -> Recording:
        """The same recording as it is now."""
        with self.platform.session() as session:
            return session.get_one(Recording, recording.id)


@pytest.fixture
def recordings_factory(
    platform: Platform, clip: Path, units: Any, request: pytest.FixtureRequest
) -> Recordings:
    return Recordings(platform, lambda: request.getfixturevalue("prepared_clip"), clip, units)


def files_of(session: Session, recording: Recording) -> list[str]:
    """The names of the files that belong to a prepared recording."""
    return [file["name"] for file in session.get_one(Recording, recording.id).facts["files"]]


def delivered(platform: Platform) -> list[Recording]:
    with platform.session() as session:
        return list(session.scalars(select(Recording).order_by(Recording.version)))


def part_of(platform: Platform, recording: Recording) -> Path:
    return recordings_uploads.part_path(platform.settings, recording.id)
