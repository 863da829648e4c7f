"""The table of jobs."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class JobState(enum.StrEnum):
    WAITING = "waiting"  # due at run_at, the first time or again
    RUNNING = "running"  # leased until leased_until
    DONE = "done"
    FAILED = "failed"  # given up; the desk shows why and can retry


class Job(Keyed, Base):
    """One piece of work. `payload` holds ids and plain values, never objects or people's text."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_due", "state", "run_at"),)

    kind: Mapped[str] = mapped_column()
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(unique=True)  # asks for the same work twice: one job
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    priority: Mapped[int] = mapped_column(default=0)  # higher first
    attempts: Mapped[int] = mapped_column(default=0)
    run_at: Mapped[datetime] = mapped_column()
    lease: Mapped[uuid.UUID | None] = mapped_column()  # who holds it: a new one at every taking
    leased_until: Mapped[datetime | None] = mapped_column()
    heartbeat_at: Mapped[datetime | None] = mapped_column()
    progress: Mapped[int] = mapped_column(default=0)  # hundredths of a percent, 0 to 10,000
    step: Mapped[str] = mapped_column(
        default=""
    )  # what it is doing, in Chinese, for the page that follows it
    error: Mapped[str] = mapped_column(default="")  # why it failed last, fit to show
    created_at: Mapped[datetime] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()
