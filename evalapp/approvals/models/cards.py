"""Table of yellow and red cards."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.kinds import Colour, Trigger
from evalapp.core.base import Base, Keyed


class CaseCard(Keyed, Base):
    """A card of a case. `at` is when it fell due, `made_at` when it was written.

    `gone_at`: an event that came later, within the grace, showed that there was nothing. `lifted_at`: two people found it
    wrong. Either way it stays to be read, and costs nothing.
    """

    __tablename__ = "case_cards"
    __table_args__ = (
        UniqueConstraint("case_id", "trigger", "part", "colour"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_reason = '')", name="lifted_with_a_reason"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        Index("ix_case_cards_unit_id_at", "unit_id", "at", "id"),
        Index("ix_case_cards_at", "at", "id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("units.id"))
    trigger: Mapped[Trigger] = mapped_column()
    part: Mapped[str] = mapped_column()
    colour: Mapped[Colour] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    points: Mapped[int] = mapped_column()
    gone_at: Mapped[datetime | None] = mapped_column()
    lifted_at: Mapped[datetime | None] = mapped_column()
    lifted_reason: Mapped[str] = mapped_column(default="")
    lifted_by: Mapped[str] = mapped_column(default="")  # two posts
