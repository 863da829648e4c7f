"""A delivered recording: prepared, refused, tried again; what is watched stays until there is something better."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from evalapp import wiring
from evalapp.audit.models import AuditEntry
from evalapp.core import clock, jobs
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.jobs import Job, JobState
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme import media
from evalapp.programme.queries import recordings as queries
from evalapp.programme.rules.recordings import original_name, watch_folder
from evalapp.programme.services import recordings
from tests.support.delivered import PreparedClip, Recordings


def work(platform: Platform) -> None:
    jobs.Worker(platform).drain()


def test_a_delivered_recording_is_prepared_and_can_be_watched(
    platform: Platform, recordings_factory: Recordings, clip: Path
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    recording = recordings_factory.delivered(episode)
    work(platform)
    done = recordings_factory.again(recording)
    assert done.prepared_at is not None
    assert done.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert platform.storage.find(original_name(done.token)).size == clip.stat().st_size
    with platform.session() as session:
        shown = queries.playback(session, episode.id)
        job = session.get_one(Job, done.job_id)
        said = select(AuditEntry.action).where(AuditEntry.subject == episode.reference)
        acts = session.scalars(said.order_by(AuditEntry.at)).all()
    assert shown is not None
    assert shown.duration == pytest.approx(12, abs=0.5)
    for file in done.facts["files"]:
        assert platform.storage.find(f"{watch_folder(done.token)}/{file['name']}").size == file["bytes"]
    assert (job.state, job.progress) == (JobState.DONE, 10_000)
    assert acts == ["recording.delivered", "recording.stored", "recording.prepared"]
    assert list(platform.settings.uploads_dir.iterdir()) == []
    assert list((platform.settings.data_dir / "work").iterdir()) == []


def test_a_new_version_takes_over_only_when_it_is_prepared(
    platform: Platform, recordings_factory: Recordings
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    first = recordings_factory.prepared(episode)
    second = recordings_factory.delivered(episode)
    with platform.session() as session:
        shown = queries.playback(session, episode.id)
        assert shown is not None
        assert shown.recording_id == first.id
    work(platform)
    with platform.session() as session:
        shown = queries.playback(session, episode.id)
        assert shown is not None
        assert (shown.recording_id, shown.version) == (second.id, 2)
    assert recordings_factory.again(first).replaced_by_id == second.id


def test_a_version_that_is_prepared_late_does_not_take_the_newer_ones_place(
    platform: Platform, recordings_factory: Recordings, prepared_clip: PreparedClip
) -> None:
    episode = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    older = recordings_factory.delivered(episode)
    newer = recordings_factory.prepared(episode)
    assert older.job_id is not None
    with platform.transaction() as session:
        recordings.prepared(session, older.id, job_id=older.job_id, facts=prepared_clip.facts)
    assert recordings_factory.again(older).replaced_by_id == newer.id
    with platform.session() as session:
        shown = queries.playback(session, episode.id)
        assert shown is not None
        assert shown.recording_id == newer.id


def test_the_database_lets_one_version_be_watched(platform: Platform, recordings_factory: Recordings) -> None:
    """The planted defect: a second version becomes the watched one without taking the first's place."""
    episode = recordings_factory.episode()
    recordings_factory.prepared(episode)
    second = recordings_factory.delivered(episode)
    with pytest.raises(IntegrityError), platform.transaction() as session:
        session.execute(
            text("UPDATE recordings SET prepared_at = delivered_at, duration_ms = 1 WHERE version = :v"),
            {"v": second.version},
        )


def test_a_foreign_file_is_refused_with_its_sentence_and_the_worker_goes_on(
    platform: Platform, recordings_factory: Recordings, tmp_path: Path
) -> None:
    foreign = tmp_path / "会议.mp4"
    foreign.write_bytes(b"PK\x03\x04" + b"0" * 4000)
    episode = recordings_factory.episode()
    refused = recordings_factory.delivered(episode, source=foreign)
    good = recordings_factory.delivered(episode)
    work(platform)
    refused = recordings_factory.again(refused)
    assert refused.refused_at is not None
    assert media.message(refused.trouble_code) == "这不是视频文件，请上传电视台交付的录像。"
    assert refused.original_name == "会议.mp4"
    assert recordings_factory.again(good).prepared_at is not None
    assert not [name for name in platform.storage.names("watch") if refused.token in name]


def test_a_refused_recording_can_be_tried_again_and_a_prepared_one_cannot(
    platform: Platform, recordings_factory: Recordings, tmp_path: Path
) -> None:
    episode = recordings_factory.episode()
    empty = tmp_path / "empty.mp4"
    empty.touch()
    recording = recordings_factory.delivered(episode, source=empty)
    work(platform)
    with platform.transaction() as session:
        recordings.retry(session, recording.id, by=SYSTEM)
    again = recordings_factory.again(recording)
    assert (again.refused_at, again.trouble_code) == (None, "")
    with pytest.raises(Conflict), platform.transaction() as session:
        recordings.retry(session, recording.id, by=SYSTEM)
    work(platform)
    assert recordings_factory.again(recording).trouble_code == "empty_file"
    prepared = recordings_factory.prepared(episode)
    with pytest.raises(Conflict), platform.transaction() as session:
        recordings.retry(session, prepared.id, by=SYSTEM)


def test_a_machine_that_cannot_says_so_tries_again_and_is_told_to(
    platform: Platform, recordings_factory: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("EPISODES_FFMPEG", "/nowhere/ffmpeg")
    recording = recordings_factory.delivered(recordings_factory.episode())
    work(platform)
    failed = recordings_factory.again(recording)
    with platform.session() as session:
        job = session.get_one(Job, failed.job_id)
    assert job.state is JobState.WAITING
    assert failed.trouble_code in {"tool_missing", "tool_failed", "sandbox_missing"}
    assert failed.refused_at is None
    assert platform.storage.find(original_name(failed.token)).size > 0
    monkeypatch.undo()
    with platform.transaction() as session:
        session.execute(text("UPDATE jobs SET state = 'failed'"))
    with platform.transaction() as session:
        recordings.retry(session, recording.id, by=SYSTEM)
    work(platform)
    assert recordings_factory.again(recording).prepared_at is not None


def test_an_older_job_that_comes_late_changes_nothing(
    platform: Platform, recordings_factory: Recordings, prepared_clip: PreparedClip
) -> None:
    recording = recordings_factory.delivered(recordings_factory.episode())
    late = recording.job_id
    assert late is not None
    with platform.transaction() as session:
        recordings.refused(session, recording.id, job_id=late, code="empty_file", values={})
    with platform.transaction() as session:
        recordings.retry(session, recording.id, by=SYSTEM)
    with platform.transaction() as session:
        recordings.prepared(session, recording.id, job_id=late, facts=prepared_clip.facts)
    assert recordings_factory.again(recording).prepared_at is None


def test_a_withdrawn_episode_takes_no_recording_and_an_open_one_asks_why(
    platform: Platform, recordings_factory: Recordings
) -> None:
    withdrawn = recordings_factory.episode(withdrawn_at=clock.now(), withdrawn_reason="x")
    with pytest.raises(Conflict):
        recordings_factory.delivered(withdrawn)
    open_now = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Invalid, match="写明原因"):
        recordings_factory.delivered(open_now, reason=" ")


def test_what_may_be_watched_is_watched_by_nobody_before_and_after(
    platform: Platform, recordings_factory: Recordings
) -> None:
    planned = recordings_factory.episode()
    soon = recordings_factory.episode(opens_at=clock.now() + timedelta(hours=1))
    gone = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1))
    void = recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1), voided_at=clock.now())
    for episode in (planned, soon, gone, void):
        recordings_factory.prepared(episode)
    with platform.transaction() as session:
        session.execute(
            text("UPDATE episodes SET withdrawn_at = created_at WHERE number = :n"), {"n": gone.number}
        )
    with platform.session() as session:
        assert queries.playback(session, planned.id) is None
        assert queries.playback(session, soon.id) is None
        assert queries.playback(session, gone.id) is None
        assert queries.playback(session, void.id) is not None


def test_a_files_own_name_is_text_and_nothing_else() -> None:
    name = recordings.shown_name
    assert name("../../etc/passwd") == "passwd"
    assert name("C:\\temp\\终版.mxf") == "终版.mxf"
    assert name("a\x00b\u202egpj.mp4") == "abgpj.mp4"
    assert name("/") == "—"
    assert len(name("长" * 400)) == 255


def test_rounds_and_jobs_are_wired() -> None:
    wiring.connect()
    assert any(type(turn).__name__ == "Retention" for turn in wiring.rounds())
    assert recordings.PREPARE in jobs.queue._registry
