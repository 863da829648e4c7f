"""Tables of what a unit writes before it replies: drafts with their sign-off, and templates."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed


class ReplyDraft(Keyed, Base):
    """What a unit is about to reply, one a comment; gone once it is published or the comment is no longer shown."""

    __tablename__ = "reply_drafts"
    __table_args__ = (
        CheckConstraint("submitted_at IS NULL OR sent_back = ''", name="submitted_or_sent_back"),
        Index("ix_reply_drafts_unit_id_submitted_at", "unit_id", "submitted_at", "id"),
    )

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    text: Mapped[str] = mapped_column()
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[datetime] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()  # since when it waits for the head's signature
    sent_back: Mapped[str] = mapped_column(default="")  # why the head did not sign


class ReplyTemplate(Keyed, Base):
    """A beginning of a reply that a unit keeps for itself."""

    __tablename__ = "reply_templates"
    __table_args__ = (UniqueConstraint("unit_id", "title"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    title: Mapped[str] = mapped_column()
    text: Mapped[str] = mapped_column()
    written_at: Mapped[datetime] = mapped_column()
    post: Mapped[str] = mapped_column()
