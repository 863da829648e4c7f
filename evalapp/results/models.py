"""Tables of results: what is published, what the integrity rules flagged, what two people set apart."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.ballots.rules.grades import Dimension
from evalapp.core.base import Base, Keyed
from evalapp.results.rules.integrity import Rule
from evalapp.results.rules.objections import ObjectionReason


class Result(Keyed, Base):
    """The result of an episode: its document in canonical bytes, and the columns that the league table reads.

    It exists from the moment it is prepared and is nobody's to see but the office's until two people publish it.
    """

    __tablename__ = "results"
    __table_args__ = (CheckConstraint("(mean IS NULL) = (half_width IS NULL)", name="mean_with_interval"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), unique=True)
    season_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("seasons.id"), index=True)
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"), index=True)
    document: Mapped[bytes] = mapped_column(LargeBinary())
    document_hash: Mapped[str] = mapped_column()
    mean: Mapped[str | None] = mapped_column()  # decimal text, as published
    half_width: Mapped[str | None] = mapped_column()
    people: Mapped[int] = mapped_column()
    prepared_at: Mapped[datetime] = mapped_column()
    prepared_by: Mapped[str] = mapped_column()
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    objections_until: Mapped[datetime | None] = mapped_column()  # fixed when it is published


class IntegrityFlag(Keyed, Base):
    """Ballots that a rule points at, for two people to look into; by their random keys, without a grade."""

    __tablename__ = "integrity_flags"

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    rule: Mapped[Rule] = mapped_column()
    number: Mapped[int] = mapped_column()
    ballots: Mapped[list[str]] = mapped_column()


class SetApart(Keyed, Base):
    """A ballot that two people set apart, for a reason that the rules list; `put_back_id` where two people undid that."""

    __tablename__ = "set_apart_ballots"

    ballot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ballots.id"), unique=True)
    act_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("two_person_acts.id"), index=True)
    reason: Mapped[str] = mapped_column()
    put_back_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("two_person_acts.id"))


class Correction(Keyed, Base):
    """What two people corrected after an objection: the figures, whose replaced document stays public, or in words only."""

    __tablename__ = "result_corrections"
    __table_args__ = (
        CheckConstraint("(replaced IS NULL) = (replaced_hash IS NULL)", name="replaced_by_its_hash"),
    )

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    act_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("two_person_acts.id"), unique=True)
    text: Mapped[str] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    replaced: Mapped[bytes | None] = mapped_column(LargeBinary())
    replaced_hash: Mapped[str | None] = mapped_column()


class LowGrade(Keyed, Base):
    """People gave low grades for one reason in one dimension of an episode, and so many that the unit answers for it."""

    __tablename__ = "low_grades"
    __table_args__ = (
        UniqueConstraint("episode_id", "dimension", "reason"),
        CheckConstraint("people >= 10", name="ten_people"),  # of fewer somebody could tell who they were
    )

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"))
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), unique=True)
    dimension: Mapped[Dimension] = mapped_column()
    reason: Mapped[str] = mapped_column()  # a code of the profile that was announced
    people: Mapped[int] = mapped_column()  # as published: so many at least


class Objection(Keyed, Base):
    """What the graded unit says against a published result, in public; the matter has its clock and the answer."""

    __tablename__ = "objections"
    __table_args__ = (UniqueConstraint("episode_id", "reason", "against"),)

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"))
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), unique=True)
    reason: Mapped[ObjectionReason] = mapped_column()
    text: Mapped[str] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    made_by: Mapped[str] = mapped_column()  # a post
    against: Mapped[str] = mapped_column()  # the hash of the document as it stood
    correction_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("result_corrections.id"))


class AgainRequest(Keyed, Base):
    """Somebody wants to be asked again (请再问我) once something has come of an episode; it goes when they were.

    Apart from every ballot: a keyed hash that no other episode shares, who it is, sealed, and no time.
    """

    __tablename__ = "again_requests"
    __table_args__ = (
        UniqueConstraint("mark"),
        {"sqlite_with_rowid": False},  # row numbers would tell in which order people asked
    )

    episode_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("episodes.id"), index=True)
    mark: Mapped[str] = mapped_column()
    sealed: Mapped[bytes] = mapped_column(LargeBinary())
