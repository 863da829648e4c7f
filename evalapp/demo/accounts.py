"""What came and went on the boards of 晴川区: quarters and months, one posted late, one never, one that does not add up."""

import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar
from evalapp.core.permissions import Actor
from evalapp.core.rowfiles import Row
from evalapp.demo.story import HOUR, Step
from evalapp.disclosures import services
from evalapp.disclosures.models import FinanceStatement
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.rules.periods import Length, Period
from evalapp.disclosures.rules.silence import due_on
from evalapp.units.models import Unit, UnitKind

# By their addresses: what each is shown for.
BUSY, LATE, MISSING, DIFFERS, ASKED = "jiangkou", "huxin", "liuan", "shiqiao", "jiangkou"

_VILLAGE = (
    ("收入", "上级补助", "公益事业财政奖补", "街道财政所", 18_000, 42_000),
    ("收入", "集体经营", "集体鱼塘承包款", "承包户", 3_000, 9_000),
    ("收入", "集体经营", "村集体门面租金", "商户", 2_000, 6_000),
    ("支出", "道路维修", "村道补坑和护坡", "工程单位", 6_000, 16_000),
    ("支出", "环境卫生", "垃圾清运", "保洁公司", 2_000, 5_000),
    ("支出", "误工补贴", "清淤误工补贴", "村民", 800, 3_000),
    ("支出", "办公费", "复印纸和公开栏印制", "商户", 200, 900),
    ("支出", "水电费", "村部和路灯电费", "供电公司", 700, 1_600),
    ("支出", "公益事业", "老年人活动室修缮", "工程单位", 1_500, 7_000),
)
_DEPARTMENT = (
    ("收入", "财政拨款", "本级财政拨款", "区财政局", 2_600_000, 6_800_000),
    ("收入", "上级专款", "上级专项资金", "市财政", 400_000, 1_900_000),
    ("支出", "人员经费", "工资和社会保险", "本单位职工", 1_200_000, 2_600_000),
    ("支出", "公用经费", "办公、水电和维修", "供应商", 180_000, 520_000),
    ("支出", "项目支出", "为民服务项目工程款", "工程单位", 500_000, 2_400_000),
    ("支出", "培训和会议", "业务培训", "培训机构", 20_000, 90_000),
    ("支出", "政府采购", "设备采购", "供应商", 60_000, 480_000),
)
_VILLAGE_POSTS = ("报账员", "民主理财小组组长", "村委会主任", "街道代理会计")
_DEPARTMENT_POSTS = ("经办科室", "机关理财小组", "分管领导", "财务科科长")


@dataclass(frozen=True, kw_only=True)
class Hung:
    """A board with whose it is and who keeps it."""

    unit: Unit
    board_id: uuid.UUID
    is_busy: bool
    actor: Actor


def account_before(session: Session, hung: Sequence[Hung], earliest: date, chance: random.Random) -> None:
    """What came and went in the periods before boards were watched, brought along."""
    for place, one in enumerate(hung):
        length = Length.MONTH if one.is_busy else Length.QUARTER
        newest = Period.holding(earliest, length).before
        is_whole = one.unit.kind is UnitKind.VILLAGE or place % 4 == 0
        earlier = 12 if one.is_busy else 4 if is_whole else 0
        for back in range(earlier, -1, -1):
            _account(session, one, newest.shifted(-back), chance)


def accounts(
    hung: Sequence[Hung],
    *,
    earliest: date,
    began: datetime,
    now: datetime,
    days: WorkCalendar,
    chance: random.Random,
) -> Iterator[Step]:
    """Each period since `earliest`, posted some days before its last day; the newest late in one village, in one never."""
    for length in (Length.MONTH, Length.QUARTER):
        item = next(item for item in catalogue().items if item.statement and item.length is length)
        over = itertools.takewhile(
            lambda one: one.last < clock.local(now).date(), from_here(Period.holding(earliest, length))
        )
        periods = list(over)
        for span in periods:
            last, is_newest = due_on(item, span, days, moved=True), span == periods[-1]
            posting = partial(_post, hung=hung, span=span, chance=chance, is_newest=is_newest)
            at = max(clock.start_of(last - timedelta(days=4)) + 10 * HOUR, began)
            if at < now:
                yield Step(at=at, do=partial(posting, late=False))
            late_at = clock.start_of(last + timedelta(days=9)) + 10 * HOUR
            if is_newest and length is Length.QUARTER and late_at < now:
                yield Step(at=late_at, do=partial(posting, late=True))


def _post(
    session: Session,
    *,
    hung: Sequence[Hung],
    span: Period,
    chance: random.Random,
    is_newest: bool,
    late: bool,
) -> None:
    for one in hung:
        slug = one.unit.slug
        if one.is_busy is not (span.length is Length.MONTH) or (slug == LATE and is_newest) is not late:
            continue
        if slug == MISSING and is_newest:
            continue
        _account(session, one, span, chance, differs=slug == DIFFERS and is_newest)


def from_here(period: Period) -> Iterator[Period]:
    while True:
        yield period
        period = period.next


def _account(
    session: Session, one: Hung, span: Period, chance: random.Random, *, differs: bool = False
) -> None:
    before = session.scalar(
        select(FinanceStatement.closing).where(
            FinanceStatement.board_id == one.board_id, FinanceStatement.period == str(span.before)
        )
    )
    made = services.import_statement(
        session,
        board_id=one.board_id,
        period=str(span),
        rows=_rows(one, span, chance, opening=before, differs=differs),
        actor=one.actor,
    )
    assert made.statement_id is not None
    services.publish_statement(
        session,
        statement_id=made.statement_id,
        difference_reason="一笔利息入账时写错，下一期更正" if made.differences else "",
        actor=one.actor,
    )


def _rows(
    one: Hung, span: Period, chance: random.Random, *, opening: int | None, differs: bool
) -> Iterator[Row]:
    """Lines with their totals, as a clerk's table has them. Amounts are in yuan."""
    is_village = one.unit.kind is UnitKind.VILLAGE
    kinds, posts = (_VILLAGE, _VILLAGE_POSTS) if is_village else (_DEPARTMENT, _DEPARTMENT_POSTS)
    start = (opening if opening is not None else chance.randrange(30_000_00, 90_000_00)) / 100
    sums = {"收入": 0, "支出": 0}
    number = 1
    for direction, account, purpose, payee, least, most in kinds:
        for _ in range(chance.choice((1, 1, 2))):
            amount = chance.randrange(least * 100, most * 100, 50)
            amount = round(amount * (0.4 if span.length is Length.MONTH else 1.0) / 50) * 50
            sums[direction] += amount
            number += 1
            day = span.first + timedelta(days=chance.randrange((span.last - span.first).days + 1))
            skipped = is_village and chance.random() < 0.04
            yield Row(
                number=number,
                values={
                    "direction": direction,
                    "account": account,
                    "purpose": purpose,
                    "payee_class": payee,
                    "amount": f"{amount / 100:.2f}",
                    "paid_on": day,
                    "voucher": f"记-{number - 1:04}",
                    "handler": posts[0],
                    "reviewer": "" if skipped else posts[1],
                    "approver": posts[2],
                    "accountant": posts[3],
                },
            )
    income, expense = sums["收入"] / 100, sums["支出"] / 100
    closing = start + income - expense + (1_200 if differs else 0)
    for name, amount_of in (
        ("期初结余", start),
        ("收入合计", income),
        ("支出合计", expense),
        ("期末结余", closing),
    ):
        number += 1
        yield Row(number=number, values={"direction": name, "amount": f"{amount_of:.2f}"})


def plan_money(session: Session, hung: Sequence[Hung], chance: random.Random) -> None:
    """Budgets of the year for villages and some departments."""
    year = clock.today().year
    for place, one in enumerate(hung):
        is_village = one.unit.kind is UnitKind.VILLAGE
        if not is_village and place % 4:
            continue
        rows: dict[tuple[str, str], int] = {}
        for direction, account, _, _, least, most in _VILLAGE if is_village else _DEPARTMENT:
            planned = chance.randrange(6 * least, 6 * most)
            rows[direction, account] = rows.get((direction, account), 0) + round(planned, -2)
        services.set_budget(
            session,
            board_id=one.board_id,
            year=year,
            rows=[
                Row(number=number, values={"direction": direction, "account": account, "amount": str(amount)})
                for number, ((direction, account), amount) in enumerate(rows.items(), start=2)
            ],
            actor=one.actor,
        )
