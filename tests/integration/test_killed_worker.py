"""A worker that is killed in the middle of a recording: taken up again, nothing half-made served, nothing left behind."""

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from evalapp.core import clock, jobs
from evalapp.core.jobs import Job
from evalapp.core.platform import Platform
from evalapp.programme import jobs as programme_jobs
from evalapp.programme import media
from evalapp.programme.models import Recording
from evalapp.programme.queries import recordings as queries
from evalapp.programme.rules.recordings import watch_folder
from evalapp.programme.services import recordings
from tests.support.delivered import Recordings, make_clip

WORKER = """
from evalapp import wiring
from evalapp.core.jobs import Worker
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings

wiring.connect()
Worker(Platform.open(read_settings()), rounds=wiring.rounds()).run()
"""
MOMENTS = (0.0, 0.3, 0.7)  # how far the preparation was when the worker was killed


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("long") / "long.mp4", seconds=120, size="640x360")


@contextmanager
def worker(platform: Platform) -> Iterator[subprocess.Popen[bytes]]:
    """What `evalapp worker` runs, in a process group of its own (the command itself asks for migrated tables)."""
    settings = platform.settings
    environment = os.environ | {
        "EVALAPP_DATA_DIR": str(settings.data_dir),
        "EVALAPP_DATABASE_URL": settings.database_url.get_secret_value(),
        "PYTHONWARNINGS": "ignore",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(holds: Callable[[], bool], *, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def job_of(platform: Platform, recording: Recording) -> Job:
    with platform.session() as session:
        return session.scalars(select(Job).where(Job.id == recording.job_id)).one()


def let_the_lease_run_out(platform: Platform) -> None:
    """What half a minute does: the lease is over, and the folders of the dead are no longer new."""
    with platform.transaction() as session:
        session.execute(text("UPDATE jobs SET leased_until = created_at WHERE state = 'running'"))
    for folder in (platform.settings.data_dir / programme_jobs.WORK).glob("*"):
        os.utime(folder, (0, 0))


def served(app: Flask, platform: Platform, recording: Recording) -> bool:
    with platform.session() as session:
        shown = queries.playback(session, recording.episode_id)
    names = ("master.m3u8", "progressive.mp4", "poster.jpg")
    answers = [app.test_client().get(f"/media/{recording.token}/{name}", buffered=True) for name in names]
    return shown is not None or any(answer.status_code == 200 for answer in answers)


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.suffix in {".mp4", ".m4s", ".m3u8", ".vtt"}
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_killed_worker_costs_time_and_nothing_else(
    platform: Platform, app: Flask, recordings_factory: Recordings, long_clip: Path, tmp_path: Path
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    recording = recordings_factory.delivered(episode, source=long_clip)
    for moment in MOMENTS:
        with worker(platform) as process:
            until(lambda: job_of(platform, recording).state == "running")
            until(lambda reached=moment: job_of(platform, recording).progress >= reached * 10_000)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert not served(app, platform, recording)
        assert recordings_factory.again(recording).prepared_at is None
        let_the_lease_run_out(platform)
    with worker(platform):
        until(lambda: recordings_factory.again(recording).prepared_at is not None)
        until(lambda: job_of(platform, recording).state == "done")
    done = recordings_factory.again(recording)
    folder = platform.settings.media_dir / watch_folder(done.token)
    assert served(app, platform, done)
    assert done.sha256 == hashlib.sha256(long_clip.read_bytes()).hexdigest()
    assert list((platform.settings.data_dir / programme_jobs.WORK).iterdir()) == []
    assert list(platform.settings.uploads_dir.iterdir()) == []
    assert [path.name for path in (platform.settings.media_dir / "watch").iterdir()] == [done.token]
    assert job_of(platform, done).attempts == len(MOMENTS) + 1
    undisturbed = tmp_path / "undisturbed"
    media.prepare(
        long_clip, undisturbed, platform.settings, progress=lambda *_: None, cancelled=lambda: False
    )
    assert hashes(undisturbed) == hashes(folder)


def test_showing_before_publishing_would_serve_what_is_not_there(
    platform: Platform,
    app: Flask,
    recordings_factory: Recordings,
    monkeypatch: pytest.MonkeyPatch,
    prepared_clip,
) -> None:
    """The planted defect: the recording is declared prepared although its folder has not been put in place."""
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    recording = recordings_factory.delivered(episode)
    assert recording.job_id is not None
    with platform.transaction() as session:
        recordings.prepared(session, recording.id, job_id=recording.job_id, facts=prepared_clip.facts)
    with pytest.raises(AssertionError):
        assert not served(app, platform, recording)


ATTACKS = Path(__file__).parents[1] / "media" / "attacks"
SENTENCES = {
    "01_hls_local_file.mp4": "unsupported_format not_a_recording",
    "05_hls_selfref.m3u8": "unsupported_format not_a_recording",
    "06_ffconcat_sibling.mp4": "unsupported_format not_a_recording",
    "10_svg_bomb.svg": "unsupported_format not_a_recording",
    "11_png_bomb.png": "unsupported_format not_a_recording",
    "13_huge_dims.mp4": "picture_too_large",
    "14_time_gap_10days.mp4": "too_long frame_rate frame_count",
    "19_html_polyglot.mp4": "unsupported_format not_a_recording damaged",
    "20_truncated.mp4": "incomplete",
    "22_zip_as.mp4": "not_a_recording",
    "23_empty.mp4": "empty_file",
}


def test_every_crafted_file_ends_refused_with_its_sentence_and_nothing_is_served(
    platform: Platform, app: Flask, recordings_factory: Recordings
) -> None:
    delivered = {}
    for name in SENTENCES:
        episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
        delivered[name] = recordings_factory.delivered(episode, source=ATTACKS / name)
    jobs.Worker(platform).drain()
    for name, recording in delivered.items():
        refused = recordings_factory.again(recording)
        assert refused.refused_at is not None, name
        assert refused.trouble_code in SENTENCES[name].split(), (name, refused.trouble_code)
        assert media.message(refused.trouble_code) % refused.trouble_values
        assert not served(app, platform, recording)
    assert not list(platform.storage.names("watch"))
