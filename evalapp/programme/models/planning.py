"""Tables of planning: seasons, episodes, their dossiers, and what is arranged for them in studios and on channels."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.programme.rules import REPORT_LIMIT


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
        CheckConstraint("(opens_at IS NULL) = (closes_at IS NULL)", name="window_whole"),
    )

    number: Mapped[int] = mapped_column(unique=True)
    season_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seasons.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)  # EP-2026-16
    title: Mapped[str] = mapped_column()
    summary: Mapped[str] = mapped_column(default="")
    speaker_post: Mapped[str] = mapped_column(default="")
    revision: Mapped[int] = mapped_column(default=1)  # who edits says which wording they saw
    created_at: Mapped[datetime] = mapped_column()
    opens_at: Mapped[datetime | None] = mapped_column(index=True)
    closes_at: Mapped[datetime | None] = mapped_column(index=True)
    counted_at: Mapped[datetime | None] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    final_at: Mapped[datetime | None] = (
        mapped_column()
    )  # end of the objection term; none while an objection waits
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    voided_at: Mapped[datetime | None] = mapped_column()
    void_reason: Mapped[str] = mapped_column(default="")
    extended_at: Mapped[datetime | None] = mapped_column()  # when grading was last given more time, and why
    extension_reason: Mapped[str | None] = mapped_column()


class EpisodeTopic(Base):
    """What people follow who follow an episode; made at first need."""

    __tablename__ = "episode_topics"

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), primary_key=True)
    topic_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("topics.id"), unique=True)


class EpisodeSegment(Keyed, Base):
    """A part of an episode that looks back (回头看) at what was mended. Holds the matter's public reference and title."""

    __tablename__ = "episode_segments"
    __table_args__ = (UniqueConstraint("episode_id", "reference"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"))
    earlier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    reference: Mapped[str] = mapped_column(index=True)  # MT-2026-0042
    title: Mapped[str] = mapped_column()
    added_at: Mapped[datetime] = mapped_column()
    added_by: Mapped[str] = mapped_column()


class Dossier(Keyed, Base):
    """What a unit hands in before its recording: the report. Functions, pledges and highlights have tables of their own."""

    __tablename__ = "dossiers"
    __table_args__ = (CheckConstraint(f"length(report) <= {REPORT_LIMIT}", name="report_short"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), unique=True)
    report: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column()
    handed_in_at: Mapped[datetime | None] = mapped_column()
    handed_in_by: Mapped[str] = mapped_column(default="")


class DossierVersion(Keyed, Base):
    """One wording of a report; none is ever changed or removed."""

    __tablename__ = "dossier_versions"
    __table_args__ = (UniqueConstraint("dossier_id", "number"),)

    dossier_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dossiers.id"), index=True)
    number: Mapped[int] = mapped_column()
    report: Mapped[str] = mapped_column()
    written_at: Mapped[datetime] = mapped_column()
    written_by: Mapped[str] = mapped_column()


class Studio(Keyed, Base):
    """A room where episodes are recorded."""

    __tablename__ = "studios"

    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column()


class Channel(Keyed, Base):
    """A television channel that airs episodes. `code` is its name in the programme guide's data."""

    __tablename__ = "channels"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column()


class RecordingSlot(Keyed, Base):
    """A studio is booked for an episode from a moment to a moment."""

    __tablename__ = "recording_slots"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    studio_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studios.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column()
    cancelled_at: Mapped[datetime | None] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")


class Airing(Keyed, Base):
    """One broadcast of an episode on a channel. A repeat is an airing after the first."""

    __tablename__ = "airings"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    channel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("channels.id"), index=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)  # calendars call it the sequence
    created_at: Mapped[datetime] = mapped_column()
    changed_at: Mapped[datetime] = mapped_column()
    postponed_from: Mapped[datetime | None] = mapped_column()  # when it was to start before it was moved last
    cancelled_at: Mapped[datetime | None] = mapped_column()
    replaced_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("airings.id"), index=True)
    reason: Mapped[str] = mapped_column(default="")  # why it was moved, replaced or cancelled; public


class StudioHold(Keyed, Base):
    """Five minutes of a studio, held by one slot: the unique pair lets exactly one of two planners win."""

    __tablename__ = "studio_holds"
    __table_args__ = (UniqueConstraint("studio_id", "tick"),)

    studio_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("studios.id"))
    tick: Mapped[int] = mapped_column()
    slot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("recording_slots.id"), index=True)


class ChannelHold(Keyed, Base):
    """Five minutes of a channel, held by one airing."""

    __tablename__ = "channel_holds"
    __table_args__ = (UniqueConstraint("channel_id", "tick"),)

    channel_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("channels.id"))
    tick: Mapped[int] = mapped_column()
    airing_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("airings.id"), index=True)


class SpeakerLeave(Keyed, Base):
    """The days on which the speaker of a unit cannot come; both days belong to it."""

    __tablename__ = "speaker_leaves"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    post: Mapped[str] = mapped_column(default="")  # "" is every post of the unit
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()  # taken back


class ChangeKind(enum.StrEnum):
    """What happened to an episode's plan."""

    CREATED = "created"
    EDITED = "edited"
    REPORT_WRITTEN = "report_written"
    DOSSIER_HANDED_IN = "dossier_handed_in"
    SLOT_PLANNED = "slot_planned"
    SLOT_MOVED = "slot_moved"
    SLOT_CANCELLED = "slot_cancelled"
    AIRING_PLANNED = "airing_planned"
    AIRING_POSTPONED = "airing_postponed"
    AIRING_REPLACED = "airing_replaced"
    AIRING_CANCELLED = "airing_cancelled"
    WINDOW_ANNOUNCED = "window_announced"
    WINDOW_CHANGED = "window_changed"
    BOX_VOIDED = "box_voided"
    COUNTED = "counted"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class EpisodeChange(Keyed, Base):
    """One entry of an episode's history; rows are only ever added.

    `reason` is public. `overridden` lists the clashes that `override_reason` accepted, which is for the desk; `detail`
    holds moments and names as plain values.
    """

    __tablename__ = "episode_changes"
    __table_args__ = (Index("ix_episode_changes_episode_id_at", "episode_id", "at"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"))
    at: Mapped[datetime] = mapped_column()
    actor_name: Mapped[str] = mapped_column()
    kind: Mapped[ChangeKind] = mapped_column()
    reason: Mapped[str] = mapped_column(default="")
    slot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("recording_slots.id"), index=True)
    airing_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("airings.id"), index=True)
    overridden: Mapped[list[str]] = mapped_column(default=list)
    override_reason: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
