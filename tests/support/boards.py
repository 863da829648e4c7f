"""Boards for tests, made through the services and committed."""

import itertools
import uuid
from collections.abc import Sequence
from datetime import date

import pytest

from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import Row
from evalapp.disclosures import services
from evalapp.disclosures.models import Board, Disclosure, FinanceLine, FinanceStatement
from evalapp.disclosures.rules.asking import QuestionKey
from evalapp.disclosures.services import Imported, Wording
from evalapp.units.models import Unit

CLERK = Actor(kind=ActorKind.STAFF, id=None, name="村委会报账员")
LINES = (
    ("期初结余", "", "", "10000.00", None, ""),
    ("收入", "上级补助", "公益事业补助", "5000", date(2026, 7, 8), "记-0001"),
    ("支出", "道路维修", "村道补坑", "3200.50", date(2026, 8, 15), "记-0002"),
    ("收入合计", "", "", "5000.00", None, ""),
    ("支出合计", "", "", "3200.50", None, ""),
    ("期末结余", "", "", "11799.50", None, ""),
)
POSTS = {"handler": "报账员", "reviewer": "理财小组组长", "approver": "村委会主任", "accountant": "会计岗"}


def rows(lines: Sequence[tuple[object, ...]] = LINES) -> list[Row]:
    """Rows as a clerk's table gives them."""
    return [
        Row(
            number=number,
            values={
                "direction": direction,
                "account": account,
                "purpose": purpose,
                "payee_class": "工程单位" if voucher else "",
                "amount": amount,
                "paid_on": day,
                "voucher": voucher,
            }
            | (POSTS if voucher else {}),
        )
        for number, (direction, account, purpose, amount, day, voucher) in enumerate(lines, start=2)
    ]


class Boards:
    """`boards.board(unit)`, `boards.posted(unit)`, `boards.statement(unit)`."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.key = QuestionKey.of(platform.keys)
        self._numbers = itertools.count(1)

    def board(self, unit: Unit, *, watched_from: date | None = None, is_busy: bool = False) -> Board:
        with self.platform.transaction() as session:
            board = services.ensure_board(session, unit_id=unit.id)
            board.is_busy, board.watched_from = is_busy, watched_from or board.watched_from
        return board

    def draft(self, unit: Unit, *, code: str = "key-projects", **more: object) -> Disclosure:
        board = self.board(unit)
        said = {"title": f"事项 {next(self._numbers)}", "body": "按目录公开。"} | {
            name: more.pop(name) for name in ("title", "body", "table") if name in more
        }
        when = more or {"formed_on": date(2026, 6, 1)}
        with self.platform.transaction() as session:
            return services.write(
                session, board_id=board.id, code=code, wording=Wording(**said), actor=CLERK, **when
            )

    def posted(self, unit: Unit, **more: object) -> Disclosure:
        made = self.draft(unit, **more)
        with self.platform.transaction() as session:
            services.publish(session, disclosure_id=made.id, actor=CLERK)
        return made

    def imported(
        self,
        unit: Unit,
        *,
        period: str = "2026-Q3",
        lines: Sequence[tuple[object, ...]] = LINES,
        reason: str = "",
    ) -> Imported:
        board = self.board(unit)
        with self.platform.transaction() as session:
            return services.import_statement(
                session, board_id=board.id, period=period, rows=rows(lines), actor=CLERK, reason=reason
            )

    def statement(self, unit: Unit, **more: object) -> FinanceStatement:
        made = self.imported(unit, **more)
        assert made.statement_id is not None
        with self.platform.transaction() as session:
            return services.publish_statement(
                session, statement_id=made.statement_id, difference_reason="说明", actor=CLERK
            )

    def line(self, statement: FinanceStatement, number: int = 1) -> FinanceLine:
        with self.platform.session() as session:
            return session.query(FinanceLine).filter_by(statement_id=statement.id, number=number).one()


def resident() -> Actor:
    """Somebody who is signed in."""
    return Actor(kind=ActorKind.RESIDENT, id=uuid.uuid4(), permissions=RESIDENT_PERMISSIONS)


@pytest.fixture
def boards(platform: Platform) -> Boards:
    return Boards(platform)
