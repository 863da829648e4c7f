"""Tables of yellow and red cards, and of what was said against them."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.approvals.rules.kinds import Colour, Trigger
from evalapp.core.base import Base, Keyed

# A red card without its notice, or a notice whose card is there no more: what the round of notices reads.
UNTOLD = text("colour = 'red' AND (noticed_at IS NULL) = (gone_at IS NULL AND lifted_at IS NULL)")
_WAITING, _OF_UNIT = text("ended_at IS NULL"), text("NOT is_own")


class CaseCard(Keyed, Base):
    """A card of a case. `at` is when it fell due, `made_at` when it was written.

    `gone_at`: an event that came later, within the grace, showed that there was nothing. `lifted_at`: two people found it
    wrong. Either way it stays to be read, and costs nothing. `matter_id` is the notice that a red one led to, `noticed_at`
    since when it stands.
    """

    __tablename__ = "case_cards"
    __table_args__ = (
        UniqueConstraint("case_id", "trigger", "part", "colour"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_reason = '')", name="lifted_with_a_reason"),
        CheckConstraint("points >= 0", name="points_not_negative"),
        Index("ix_case_cards_unit_id_at", "unit_id", "at", "id"),
        Index("ix_case_cards_at", "at", "id"),
        Index("ix_case_cards_untold", "at", "id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
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
    matter_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("matters.id"), index=True)
    noticed_at: Mapped[datetime | None] = mapped_column()


class CardContest(Keyed, Base):
    """What was said against a card, by its unit or by the office itself (`is_own`); the matter has its clock and the ruling."""

    __tablename__ = "card_contests"
    __table_args__ = (
        CheckConstraint("text <> ''", name="with_a_reason"),
        CheckConstraint("(ended_at IS NULL) = (has_lifted IS NULL)", name="ended_whole"),
        Index("ix_card_contests_card_id", "card_id", "made_at"),
        Index(
            "uq_card_contests_waiting",
            "card_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(
            "uq_card_contests_of_unit",  # once
            "card_id",
            "is_own",
            unique=True,
            sqlite_where=_OF_UNIT,
            postgresql_where=_OF_UNIT,
        ),
    )

    card_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_cards.id"))
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), unique=True)
    is_own: Mapped[bool] = mapped_column()
    text: Mapped[str] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    made_by: Mapped[str] = mapped_column()  # a post
    ended_at: Mapped[datetime | None] = mapped_column()
    has_lifted: Mapped[bool | None] = mapped_column()
