"""What residents asked about lines of the finances."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.disclosures.rules.asking import Doubt

__all__ = ["Doubt", "LineQuestion", "QuestionAllowance"]


class LineQuestion(Keyed, Base):
    """A line that somebody doubts, and the matter that the unit answers. Nothing here says who asked.

    `words` are for the unit and the office only, without personal numbers; they go when the term of retention is over,
    or with the account of whoever wrote them.
    """

    __tablename__ = "line_questions"
    __table_args__ = (Index("ix_line_questions_line_id_asked_at", "line_id", "asked_at"),)

    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finance_lines.id"))
    matter_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matters.id"), unique=True)
    doubt: Mapped[Doubt] = mapped_column()
    words: Mapped[str] = mapped_column(default="")
    pseudonym: Mapped[str] = mapped_column(
        unique=True
    )  # keyed hash of who asked and of its place among theirs
    asked_at: Mapped[datetime] = mapped_column(index=True)


class QuestionAllowance(Base):
    """How many lines somebody questioned on one day, under a keyed hash that the next day does not share."""

    __tablename__ = "question_allowances"

    key: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    used: Mapped[int] = mapped_column()
