"""Income and expenditure: what the lines add up to, whether that is what is stated, and against the year before."""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from evalapp.core.i18n import N_

MOST_ACCOUNTS = 60


class Direction(enum.StrEnum):
    INCOME = "income"
    EXPENSE = "expense"


DIRECTION_WORDS = {Direction.INCOME: N_("收入"), Direction.EXPENSE: N_("支出")}


class Figure(enum.StrEnum):
    """What a statement states beside its lines."""

    OPENING = "opening"
    INCOME = "income"
    EXPENSE = "expense"
    CLOSING = "closing"


FIGURE_WORDS = {
    Figure.OPENING: N_("期初结余"),
    Figure.INCOME: N_("收入合计"),
    Figure.EXPENSE: N_("支出合计"),
    Figure.CLOSING: N_("期末结余"),
}


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a statement says of itself, in fen."""

    opening: int
    income: int
    expense: int
    closing: int


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A figure that is stated otherwise than it comes out, in fen."""

    figure: Figure
    stated: int
    computed: int

    @property
    def amount(self) -> int:
        return self.stated - self.computed


@dataclass(frozen=True, kw_only=True)
class AccountSum:
    """What the lines of one account come to."""

    direction: Direction
    account: str
    amount: int
    lines: int


@dataclass(kw_only=True)
class Sums:
    """What lines add up to, gathered one by one."""

    lines: int = 0
    by_account: dict[tuple[Direction, str], list[int]] = field(default_factory=dict)

    def take(self, direction: Direction, account: str, amount: int) -> None:
        self.lines += 1
        found = self.by_account.setdefault((direction, account), [0, 0])
        found[0] += amount
        found[1] += 1

    def total(self, direction: Direction) -> int:
        return sum(amount for (of, _), (amount, _) in self.by_account.items() if of is direction)

    def accounts(self, direction: Direction) -> list[AccountSum]:
        """The accounts of one direction, largest first."""
        found = [
            AccountSum(direction=of, account=account, amount=amount, lines=lines)
            for (of, account), (amount, lines) in self.by_account.items()
            if of is direction
        ]
        return sorted(found, key=lambda one: (-one.amount, one.account))

    def document(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "accounts": [
                [of.value, account, *sums] for (of, account), sums in sorted(self.by_account.items())
            ],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            lines=document["lines"],
            by_account={
                (Direction(of), account): [amount, lines]
                for of, account, amount, lines in document["accounts"]
            },
        )


def differences(stated: Stated, sums: Sums, *, closing_before: int | None = None) -> list[Difference]:
    """Return every figure that does not agree with the lines, or with the closing balance of the period before."""
    income, expense = sums.total(Direction.INCOME), sums.total(Direction.EXPENSE)
    computed = [
        (Figure.OPENING, stated.opening, stated.opening if closing_before is None else closing_before),
        (Figure.INCOME, stated.income, income),
        (Figure.EXPENSE, stated.expense, expense),
        (Figure.CLOSING, stated.closing, stated.opening + income - expense),
    ]
    return [
        Difference(figure=figure, stated=said, computed=found)
        for figure, said, found in computed
        if said != found
    ]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """An amount beside another one: that of the year before, or what was planned."""

    amount: int
    other: int | None

    @property
    def percent(self) -> float | None:
        """By how many percent it is more or less; None where there is nothing to compare with."""
        if not self.other:
            return None
        return 100 * (self.amount - self.other) / abs(self.other)


@dataclass(frozen=True, kw_only=True)
class BudgetRow:
    """An account's plan of the year beside what came of it so far."""

    direction: Direction
    account: str
    planned: int
    actual: int

    @property
    def percent(self) -> float | None:
        return 100 * self.actual / self.planned if self.planned else None


def against_budget(planned: Mapping[tuple[Direction, str], int], actual: Iterable[Sums]) -> list[BudgetRow]:
    """Return each account of the budget beside its lines; an account that nobody planned stands there with nothing planned."""
    spent: dict[tuple[Direction, str], int] = {}
    for sums in actual:
        for key, (amount, _) in sums.by_account.items():
            spent[key] = spent.get(key, 0) + amount
    rows = [
        BudgetRow(
            direction=direction, account=account, planned=amount, actual=spent.get((direction, account), 0)
        )
        for (direction, account), amount in planned.items()
    ]
    rows += [
        BudgetRow(direction=direction, account=account, planned=0, actual=amount)
        for (direction, account), amount in spent.items()
        if (direction, account) not in planned
    ]
    return sorted(rows, key=lambda row: (row.direction.value, -row.planned, -row.actual, row.account))


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Who let a line pass, by posts, in the order in which a voucher goes."""

    handler: str
    reviewer: str
    approver: str
    accountant: str

    @property
    def steps(self) -> Sequence[tuple[str, str]]:
        return (
            (N_("经手"), self.handler),
            (N_("民主理财小组"), self.reviewer),
            (N_("审批"), self.approver),
            (N_("会计"), self.accountant),
        )

    @property
    def missing(self) -> list[str]:
        """Which steps nobody is named for, as source texts."""
        return [name for name, post in self.steps if not post]
