"""Tables of threads, comments, decisions and replies."""

import uuid
from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import CommentState, GroupKind, RefusalReason, Verdict
from evalapp.core.base import Base, Keyed


class Thread(Keyed, Base):
    """What comments hang on. Holds title, unit, public reference and path of what it is about, given when it is made.

    The numbers are counted anew whenever a comment changes its state, so that a page of a long thread counts nothing.
    """

    __tablename__ = "threads"

    title: Mapped[str] = mapped_column()
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    reference: Mapped[str] = mapped_column(unique=True)
    path: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    shown: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)


class CommentGroup(Keyed, Base):
    """Comments that are alike, or a flood of one author in one thread: the office decides them together."""

    __tablename__ = "comment_groups"

    kind: Mapped[GroupKind] = mapped_column()
    opened_on: Mapped[date] = mapped_column()
    size: Mapped[int] = mapped_column(default=0)  # how many places were given


_WITH_CLOCK = text("matter_id IS NOT NULL")
_WITHOUT_CLOCK = text("matter_id IS NULL")


class Comment(Keyed, Base):
    """A resident's words. `text` is what anybody may see, already masked; the day is all that is said of the time.

    Nothing here names the author: `pseudonym` is a keyed hash of thread and resident (docs/decisions).
    """

    __tablename__ = "comments"
    __table_args__ = (
        UniqueConstraint("thread_id", "pseudonym", "fingerprint"),
        CheckConstraint("at_seconds >= 0", name="moment_not_negative"),
        CheckConstraint("state != 'shown' OR shown_on IS NOT NULL", name="shown_since_a_day"),
        CheckConstraint("state != 'erased' OR (text = '' AND original IS NULL)", name="erased_is_empty"),
        CheckConstraint("state != 'moved' OR (text = '' AND original IS NULL)", name="moved_is_empty"),
        CheckConstraint("(group_id IS NULL) = (place IS NULL)", name="place_in_a_group"),
        CheckConstraint("met >= 0", name="met_not_negative"),
        CheckConstraint(
            "matter_id IS NULL OR (state = 'shown' AND asking IS NOT NULL AND asking != 'statement')",
            name="a_clock_where_it_asks",
        ),
        Index(
            "ix_comments_without_clock",
            "thread_id",
            "state",
            "is_answered",
            "matter_id",  # so that nothing is read beside the index
            "shown_on",
            "reference",
            sqlite_where=_WITHOUT_CLOCK,
            postgresql_where=_WITHOUT_CLOCK,
        ),
        Index(
            "uq_comments_matter_id",
            "matter_id",
            unique=True,
            sqlite_where=_WITH_CLOCK,
            postgresql_where=_WITH_CLOCK,
        ),
        Index("uq_comments_group_id_place", "group_id", "place", unique=True),
        Index(
            "ix_comments_listed",
            "thread_id",
            "written_on",
            "reference",
            sqlite_where=text("shown_on IS NOT NULL"),
            postgresql_where=text("shown_on IS NOT NULL"),
        ),
        Index("ix_comments_answered", "thread_id", "is_answered", "written_on", "reference"),
        Index(
            "ix_comments_moments",
            "thread_id",
            "state",
            "written_on",
            "reference",
            sqlite_where=text("at_seconds IS NOT NULL"),
            postgresql_where=text("at_seconds IS NOT NULL"),
        ),
        Index(
            "ix_comments_at",
            "thread_id",
            "state",
            "at_seconds",
            "reference",
            sqlite_where=text("at_seconds IS NOT NULL"),
            postgresql_where=text("at_seconds IS NOT NULL"),
        ),
        Index("ix_comments_counted", "thread_id", "state", "is_answered"),
        Index("ix_comments_queue", "state", "written_on", "reference"),
        Index("ix_comments_alone", "state", "group_id", "written_on", "reference"),
        Index("ix_comments_grouped", "group_id", "state", "place"),
        Index(
            "ix_comments_masked",
            "state",
            "written_on",
            "reference",
            sqlite_where=text("original IS NOT NULL"),
            postgresql_where=text("original IS NOT NULL"),
        ),
    )

    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    reference: Mapped[str] = mapped_column(unique=True)
    pseudonym: Mapped[str] = mapped_column(index=True)
    fingerprint: Mapped[str | None] = mapped_column()  # of the words; empty once they are taken back
    written_on: Mapped[date] = mapped_column()
    at_seconds: Mapped[int | None] = mapped_column()  # the moment of the recording that it is about
    text: Mapped[str] = mapped_column()
    original: Mapped[bytes | None] = mapped_column()  # as typed, sealed, where masking took something away
    state: Mapped[CommentState] = mapped_column()
    shown_on: Mapped[date | None] = mapped_column()  # the first day; stays when it is hidden later
    version: Mapped[int] = mapped_column(default=0)  # how many decisions there are
    is_answered: Mapped[bool] = mapped_column(default=False)
    met: Mapped[int] = mapped_column(default=0)  # how many people said 我也遇到
    group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("comment_groups.id"))
    place: Mapped[int | None] = mapped_column()  # in the group
    asking: Mapped[Asking | None] = mapped_column()  # none until the office has said what it asks for
    # While it is shown: whose clock runs for it.
    matter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("matters.id"))


class CommentAuthor(Base):
    """Who wrote a comment and when, sealed: the service opens it to tell the author, nobody's page does."""

    __tablename__ = "comment_authors"

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column()


class CommentAllowance(Base):
    """How many comments somebody wrote in one hour, under a keyed hash that the next hour does not share."""

    __tablename__ = "comment_allowances"

    key: Mapped[str] = mapped_column(primary_key=True)
    hour: Mapped[datetime] = mapped_column(index=True)
    used: Mapped[int] = mapped_column()


class CommentDecision(Keyed, Base):
    """What the office decided on a comment; rows are only ever added."""

    __tablename__ = "comment_decisions"
    __table_args__ = (
        UniqueConstraint("comment_id", "number"),
        CheckConstraint("verdict != 'refused' OR reason IS NOT NULL", name="refused_with_a_reason"),
    )

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"))
    number: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    verdict: Mapped[Verdict] = mapped_column()
    reason: Mapped[RefusalReason | None] = mapped_column()
    note: Mapped[str] = mapped_column(default="")
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()


class Reply(Keyed, Base):
    """The unit's answer to a comment, one a comment; its wordings are kept, the newest is shown."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_answered_at", "answered_at", "id"),
        Index("ix_replies_unit_id_answered_at", "unit_id", "answered_at", "id"),
    )

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), unique=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    version: Mapped[int] = mapped_column(default=1)
    answered_at: Mapped[datetime] = mapped_column()  # last; a wording that is only changed does not count


class ReplyWording(Keyed, Base):
    """One wording of a reply, with the post that wrote it; rows are only ever added."""

    __tablename__ = "reply_wordings"
    __table_args__ = (UniqueConstraint("reply_id", "number"),)

    reply_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("replies.id"))
    number: Mapped[int] = mapped_column()
    text: Mapped[str] = mapped_column()
    written_at: Mapped[datetime] = mapped_column()
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    post: Mapped[str] = mapped_column()


class CommentBand(Base):
    """A number that alike comments very likely share; kept for a week, in which a flood is found."""

    __tablename__ = "comment_bands"
    __table_args__ = (Index("ix_comment_bands_value", "value", "written_on"),)

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    written_on: Mapped[date] = mapped_column(index=True)


class MetToo(Base):
    """Somebody who met with the same, once: under a keyed hash of thread and resident that their comments do not share."""

    __tablename__ = "met_toos"
    __table_args__ = (Index("ix_met_toos_mark", "mark"),)

    comment_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("comments.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
