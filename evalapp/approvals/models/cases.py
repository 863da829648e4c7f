"""Tables of cases with what follows from their events, of the events themselves, and of what cases run under."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.kinds import CaseState, Channel, EventKind, Trigger
from evalapp.approvals.rules.totals import Measure
from evalapp.core.adopting import Adopted
from evalapp.core.base import Base, Keyed
from evalapp.core.guarding import only_added
from evalapp.core.references import CountsReferences

_OPEN, _CLOSED = text("closed_at IS NULL"), text("closed_at IS NOT NULL")
_DECIDED = text("decided_at IS NOT NULL")


class ApprovalsProfileInForce(Adopted, Base):
    """A profile that the district adopted; a case keeps the one that it began under. Rows are only added."""

    __tablename__ = "approval_profiles"


class CaseBasis(Keyed, Base):
    """What cases run under, by what it says: terms of the guide, steps of the flowchart, profile. Never changed."""

    __tablename__ = "case_bases"

    fingerprint: Mapped[str] = mapped_column(unique=True)
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"), index=True)
    profile_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("approval_profiles.id"), index=True)
    document: Mapped[dict[str, Any]] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()


class Case(Keyed, Base):
    """One application. Every column from `state` on follows from its events, the calendar and its basis; none is set by hand.

    The lamp is red from `red_at` on, else yellow from `yellow_at` on: moments ahead are stored too, and nothing is refreshed.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("unit_id", "number"),
        CheckConstraint("number <> ''", name="numbered"),
        CheckConstraint("events > 0", name="begun_by_an_event"),
        CheckConstraint(
            "(closed_at IS NULL) = (state NOT IN ('delivered', 'refused', 'withdrawn'))",
            name="closed_with_its_moment",
        ),
        Index(
            "ix_cases_unit_id_open",  # all that counting by lamp and a list in its order read of a case
            "unit_id",
            "red_at",
            "id",
            "yellow_at",
            "state",
            "closed_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_cases_red_at_open",  # the same over all units
            "red_at",
            "id",
            "yellow_at",
            "closed_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_cases_unit_id_yellow_open",  # those of a unit that show yellow, without reading the others
            "unit_id",
            "yellow_at",
            "red_at",
            "closed_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "ix_cases_unit_id_closed_at",
            "unit_id",
            "closed_at",
            "id",
            "state",
            "item_id",
            sqlite_where=_CLOSED,
            postgresql_where=_CLOSED,
        ),
        Index(
            "ix_cases_item_id_decided_at",
            "item_id",
            "decided_at",
            sqlite_where=_DECIDED,
            postgresql_where=_DECIDED,
        ),
        Index("ix_cases_began_at", "began_at", "id"),
        Index("ix_cases_person_id", "person_id"),
    )

    reference: Mapped[str] = mapped_column(unique=True)  # BJ-2026-000042
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    number: Mapped[str] = mapped_column()  # the unit's own
    item_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("service_items.id"))
    basis_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_bases.id"), index=True)
    applicant_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("vault_applicants.id"), index=True)
    person_id: Mapped[str] = mapped_column(default="")  # of the applicant's number; empty without one
    applicant_shown: Mapped[str] = mapped_column(default="")  # masked
    came_by: Mapped[str] = mapped_column(default="")  # in the unit's words: 窗口、网上
    window: Mapped[str] = mapped_column(default="")
    first_received_at: Mapped[datetime] = mapped_column()
    began_at: Mapped[datetime] = mapped_column()  # the earliest moment that counts

    events: Mapped[int] = mapped_column()
    misfits: Mapped[int] = mapped_column()
    late_events: Mapped[int] = mapped_column()
    state: Mapped[CaseState] = mapped_column()
    submitted_at: Mapped[datetime | None] = mapped_column()
    accepted_at: Mapped[datetime | None] = mapped_column()
    decided_at: Mapped[datetime | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()
    moved_at: Mapped[datetime | None] = mapped_column()
    is_granted: Mapped[bool] = mapped_column(default=True)
    is_plain: Mapped[bool] = mapped_column(
        default=True
    )  # its moments follow from two days alone: see recounting
    clock: Mapped[Trigger | None] = mapped_column()  # the clock that people read, while one runs
    due_at: Mapped[datetime | None] = mapped_column()  # its end; none while it is held
    notice_at: Mapped[datetime | None] = mapped_column()
    yellow_at: Mapped[datetime | None] = mapped_column()
    red_at: Mapped[datetime | None] = mapped_column()
    next_act_at: Mapped[datetime | None] = mapped_column(index=True)  # when a notice or a card falls due next
    kept_at: Mapped[datetime | None] = mapped_column()  # decided in time
    used: Mapped[int | None] = mapped_column()  # how much handling took, once decided
    used_in: Mapped[Measure | None] = mapped_column()
    step: Mapped[str] = mapped_column(default="")  # who has it now
    step_post: Mapped[str] = mapped_column(default="")
    step_since: Mapped[datetime | None] = mapped_column()


class CaseEventRow(Keyed, Base):
    """One event as it was handed in; the database refuses to change or delete one. `counted_at` was decided on arrival."""

    __tablename__ = "case_events"
    __table_args__ = (UniqueConstraint("unit_id", "source_id"),)

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    source_id: Mapped[str] = mapped_column()  # its sender's own
    digest: Mapped[str] = mapped_column()  # of all that was said
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    batch_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("intake_batches.id"), index=True)
    channel: Mapped[Channel] = mapped_column()
    kind: Mapped[EventKind] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    received_at: Mapped[datetime] = mapped_column()
    counted_at: Mapped[datetime] = mapped_column()
    is_late: Mapped[bool] = mapped_column()
    detail: Mapped[dict[str, Any]] = mapped_column()


class CaseStep(Base):
    """A step of a case at a post, as its events say; written anew whenever they are folded."""

    __tablename__ = "case_steps"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column()
    post: Mapped[str] = mapped_column()
    started_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    due_at: Mapped[datetime | None] = mapped_column()


class CaseCounter(CountsReferences, Base):
    """The last number given to a kind of reference in a year."""

    __tablename__ = "approval_counters"


only_added(CaseEventRow, "events of a case are only ever added")
