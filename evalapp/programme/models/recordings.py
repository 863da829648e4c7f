"""Tables of recordings: what the station delivers for an episode, as facts."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


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
    sha256: Mapped[str | None] = mapped_column()  # of the file as it was stored, once the worker has read it
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
    chapters_revision: Mapped[int] = mapped_column(default=0)
