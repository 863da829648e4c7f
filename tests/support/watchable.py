"""Recordings that can be watched, without a file; with all that a page shows of them: facts, captions, chapters."""

import uuid

from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.programme.models import CaptionTrack, Chapter, Episode, Recording
from evalapp.programme.queries.recordings import watched
from evalapp.programme.rules.recordings import CaptionLanguage, ChapterKind

FACTS = {
    "master": "master.m3u8",
    "progressive": "progressive.mp4",
    "poster": "poster.jpg",
    "card": "card.jpg",
    "preview": {"cues": "preview.vtt"},
    "rungs": [{"name": "720", "width": 1280, "height": 720, "average_rate": 1_500_000, "copied": False}],
    "sound": {"silent": False, "average_rate": 96_000},
    "loudness": {"measured": -23.0},
    "files": [{"name": "progressive.mp4"}],
}
LINES = ("今年计划改造 46 个小区。", "加装电梯，群众说慢。", "我们并成一次联合审查。")


def add_prepared(session: Session, episode: Episode) -> None:
    """Give the episode a prepared recording unless it has one."""
    if session.query(Recording).filter(Recording.episode_id == episode.id, watched()).first() is None:
        session.add(
            Recording(
                episode_id=episode.id,
                version=1,
                token=uuid.uuid4().hex,
                original_name="programme.mp4",
                size=1,
                delivered_at=clock.now(),
                delivered_by="电视台",
                prepared_at=clock.now(),
                duration_ms=60_000,
            )
        )


def make_watchable(platform: Platform, episode: Episode, *, lines: int = 3, minutes: int = 41) -> None:
    """Give the episode's prepared recording its facts, `lines` captions and two chapters."""
    with platform.transaction() as session:
        recording = session.query(Recording).filter_by(episode_id=episode.id).one()
        recording.facts, recording.duration_ms, recording.chapters_revision = FACTS, minutes * 60_000, 1
        cues = [
            {"start_ms": place * 4000, "end_ms": place * 4000 + 3500, "text": LINES[place % len(LINES)]}
            for place in range(lines)
        ]
        session.add(
            CaptionTrack(
                recording_id=recording.id,
                language=CaptionLanguage.CHINESE,
                cues=cues,
                saved_at=clock.now(),
                saved_by="电视台",
            )
        )
        for start, title, kind in ((0, "开场", ChapterKind.OTHER), (180, "本局职能", ChapterKind.FUNCTIONS)):
            session.add(Chapter(recording_id=recording.id, start_ms=start * 1000, title=title, kind=kind))
