"""Tables of recordings: what the station delivers for an episode, as facts; its captions and chapters; broken playback."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.programme.rules.recordings import CaptionLanguage, ChapterKind, Trouble


class Upload(Keyed, Base):
    """A recording on its way, in pieces. `received` bytes are safely on the disk, in the file of this id."""

    __tablename__ = "uploads"
    __table_args__ = (CheckConstraint("received >= 0 AND received <= size", name="received_in_size"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    original_name: Mapped[str] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    begun_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()  # cancelled, expired, or the disk was full


class Recording(Keyed, Base):
    """One version of an episode's recording. The one that is watched is prepared and not replaced: at most one.

    `token` names its files, so that no address can be guessed and none ever changes its content. `facts` is what the
    media library said of it.
    """

    __tablename__ = "recordings"
    __table_args__ = (
        UniqueConstraint("episode_id", "version"),
        CheckConstraint("prepared_at IS NULL OR refused_at IS NULL", name="prepared_or_refused"),
        CheckConstraint("prepared_at IS NULL OR duration_ms > 0", name="prepared_has_length"),
        CheckConstraint("(replaced_at IS NULL) = (replaced_by_id IS NULL)", name="replaced_whole"),
        Index(
            "uq_recordings_watched",
            "episode_id",
            unique=True,
            sqlite_where=text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
            postgresql_where=text("prepared_at IS NOT NULL AND replaced_at IS NULL"),
        ),
    )

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    version: Mapped[int] = mapped_column()
    token: Mapped[str] = mapped_column(unique=True)
    original_name: Mapped[str] = mapped_column()  # text only: never a path
    reason: Mapped[str] = mapped_column(default="")  # why a new version came after grading had opened; public
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(
        index=True
    )  # of the file as it was stored, once the worker has read it
    delivered_at: Mapped[datetime] = mapped_column(index=True)
    delivered_by: Mapped[str] = mapped_column()
    job_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="SET NULL"), index=True)
    prepared_at: Mapped[datetime | None] = mapped_column()
    duration_ms: Mapped[int | None] = mapped_column()
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    refused_at: Mapped[datetime | None] = mapped_column()
    trouble_code: Mapped[str] = mapped_column(default="")  # why it was refused, or what failed last
    trouble_values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    replaced_at: Mapped[datetime | None] = mapped_column()
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recordings.id"), index=True)
    chapters_revision: Mapped[int] = mapped_column(default=0)  # raised too where captions are taken away


class CaptionTrack(Keyed, Base):
    """The captions of one version in one language: `cues` in order, each `{start_ms, end_ms, text}`."""

    __tablename__ = "caption_tracks"
    __table_args__ = (UniqueConstraint("recording_id", "language"),)

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id"), index=True)
    language: Mapped[CaptionLanguage] = mapped_column()
    cues: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    revision: Mapped[int] = mapped_column(default=1)  # who edits says which wording they saw
    original_name: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime] = mapped_column()
    saved_by: Mapped[str] = mapped_column()


class Chapter(Keyed, Base):
    """A moment of a version with a title."""

    __tablename__ = "chapters"
    __table_args__ = (
        UniqueConstraint("recording_id", "start_ms"),
        CheckConstraint("start_ms >= 0", name="start_not_negative"),
    )

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id"), index=True)
    start_ms: Mapped[int] = mapped_column()
    title: Mapped[str] = mapped_column()
    kind: Mapped[ChapterKind] = mapped_column(default=ChapterKind.OTHER)


class PlaybackReport(Keyed, Base):
    """A viewer says that a video does not play. Nothing about the viewer is kept.

    `reporter` is a keyed hash of network and day that only limits how often one may report; it is emptied a day later.
    """

    __tablename__ = "playback_reports"
    __table_args__ = (UniqueConstraint("reporter", "slot"),)

    recording_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recordings.id"), index=True)
    trouble: Mapped[Trouble] = mapped_column()
    at_second: Mapped[int | None] = mapped_column()
    reported_at: Mapped[datetime] = mapped_column(index=True)
    reporter: Mapped[str | None] = mapped_column()
    slot: Mapped[int | None] = mapped_column()
    settled_at: Mapped[datetime | None] = mapped_column()
    settled_by: Mapped[str] = mapped_column(default="")
