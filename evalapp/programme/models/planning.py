"""Tables of planning: seasons, episodes and what is arranged for them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class Season(Keyed, Base):
    """A year's run of the programme. `profile` names the rules of counting that results reads."""

    __tablename__ = "seasons"

    year: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column()
    profile: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column()


class Episode(Keyed, Base):
    """One programme of a season. Its state is never stored: `rules.episode_state` reads these facts and the clock."""

    __tablename__ = "episodes"
    __table_args__ = (
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("opens_at < closes_at", name="opens_before_it_closes"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    season_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seasons.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)  # EP-2026-16
    title: Mapped[str] = mapped_column()
    summary: Mapped[str] = mapped_column(default="")
    speaker_post: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column()
    opens_at: Mapped[datetime | None] = mapped_column(index=True)
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    counted_at: Mapped[datetime | None] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    final_at: Mapped[datetime | None] = mapped_column()  # the end of the objection term
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    voided_at: Mapped[datetime | None] = mapped_column()
    void_reason: Mapped[str] = mapped_column(default="")
