"""Income and expenditure: statements in versions, their lines, and the budget of a year. Amounts are in fen."""

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from evalapp.core.base import Base, Keyed
from evalapp.disclosures.rules.finances import Chain, Direction, Stated, Sums


class StatementState(enum.StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"  # by a later version of the same period
    WITHDRAWN = "withdrawn"


class FinanceStatement(Keyed, Base):
    """One version of what came and went in a period. A period has one draft and one published version at most.

    Totals are kept as stated and as the lines add up to: where they differ, both are shown.
    """

    __tablename__ = "finance_statements"
    __table_args__ = (
        UniqueConstraint("board_id", "period", "number"),
        Index(
            "uq_finance_statements_draft",
            "board_id",
            "period",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "uq_finance_statements_published",
            "board_id",
            "period",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint("number = 1 OR reason <> ''", name="changed_with_a_reason"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_whole"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_whole"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name="withdrawn_with_a_reason"),
        CheckConstraint("state = 'draft' OR agrees OR difference_reason <> ''", name="differs_with_a_reason"),
        CheckConstraint("income >= 0 AND expense >= 0", name="totals_not_negative"),
    )

    reference: Mapped[str] = mapped_column(index=True)  # one for all versions of a period
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    period: Mapped[str] = mapped_column()
    number: Mapped[int] = mapped_column()
    state: Mapped[StatementState] = mapped_column(default=StatementState.DRAFT)
    opening: Mapped[int] = mapped_column(BigInteger)
    income: Mapped[int] = mapped_column(BigInteger)
    expense: Mapped[int] = mapped_column(BigInteger)
    closing: Mapped[int] = mapped_column(BigInteger)
    sums: Mapped[dict[str, Any]] = mapped_column()  # what the lines add up to
    agrees: Mapped[bool] = mapped_column()  # whether nothing differs
    difference_reason: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column()
    before: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    imported_at: Mapped[datetime] = mapped_column()
    imported_by: Mapped[str] = mapped_column()
    first_published_at: Mapped[datetime | None] = mapped_column()  # of any version
    published_at: Mapped[datetime | None] = mapped_column()
    published_by: Mapped[str] = mapped_column(default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column()
    withdrawn_reason: Mapped[str] = mapped_column(default="")
    withdrawn_by: Mapped[str] = mapped_column(default="")

    @property
    def stated(self) -> Stated:
        return Stated(opening=self.opening, income=self.income, expense=self.expense, closing=self.closing)

    @property
    def added(self) -> Sums:
        return Sums.of(self.sums)


class FinanceLine(Keyed, Base):
    """One voucher's line. `key` names it in every version of its period: what it was asked about goes along with it."""

    __tablename__ = "finance_lines"
    __table_args__ = (
        UniqueConstraint("statement_id", "number"),
        UniqueConstraint("statement_id", "key"),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    statement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finance_statements.id"))
    number: Mapped[int] = mapped_column()  # its place in the file
    key: Mapped[str] = mapped_column()
    direction: Mapped[Direction] = mapped_column()
    account: Mapped[str] = mapped_column()
    purpose: Mapped[str] = mapped_column()
    payee_class: Mapped[str] = mapped_column()
    amount: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date] = mapped_column()
    voucher: Mapped[str] = mapped_column()
    handler: Mapped[str] = mapped_column(default="")
    reviewer: Mapped[str] = mapped_column(default="")
    approver: Mapped[str] = mapped_column(default="")
    accountant: Mapped[str] = mapped_column(default="")

    @property
    def chain(self) -> Chain:
        return Chain(
            handler=self.handler, reviewer=self.reviewer, approver=self.approver, accountant=self.accountant
        )


class BudgetLine(Keyed, Base):
    """What a unit plans for an account in a year."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("board_id", "year", "direction", "account"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("year BETWEEN 2000 AND 2999", name="year_in_range"),
    )

    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("boards.id"))
    year: Mapped[int] = mapped_column()
    direction: Mapped[Direction] = mapped_column()
    account: Mapped[str] = mapped_column()
    amount: Mapped[int] = mapped_column(BigInteger)
    set_at: Mapped[datetime] = mapped_column()
    set_by: Mapped[str] = mapped_column()
