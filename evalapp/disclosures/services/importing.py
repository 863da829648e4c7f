"""Takes what came and went in a period from a table: every line or none, and every cell that is at fault is named."""

import hashlib
import re
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.references import next_reference
from evalapp.core.rowfiles import Fault, FaultyFile, Row
from evalapp.core.transaction import locked
from evalapp.disclosures.models import Board, FinanceLine, FinanceStatement, ReferenceCounter, StatementState
from evalapp.disclosures.rules.catalogue import catalogue
from evalapp.disclosures.rules.contents import canonical, fingerprint
from evalapp.disclosures.rules.finances import Difference, Direction, Figure, Stated, Sums, differences
from evalapp.disclosures.rules.periods import Period
from evalapp.disclosures.rules.privacy import masked_words
from evalapp.units import services as units

_ENGLISH = (
    "direction", "account", "purpose", "payee_class", "amount", "paid_on", "voucher", "handler", "reviewer", "approver",
    "accountant",
)  # fmt: skip
# What stands last is what a missing column is called.
COLUMNS = {name: name for name in _ENGLISH} | {
    "收支": "direction",
    "收支类别": "direction",
    "类别": "direction",
    "收支项目": "account",
    "科目": "account",
    "摘要": "purpose",
    "用途": "purpose",
    "事由": "purpose",
    "对方类别": "payee_class",
    "收款方": "payee_class",
    "收付对象": "payee_class",
    "金额（元）": "amount",
    "金额": "amount",
    "记账日期": "paid_on",
    "日期": "paid_on",
    "凭证": "voucher",
    "凭证号": "voucher",
    "经手人": "handler",
    "经手": "handler",
    "理财小组": "reviewer",
    "民主理财小组": "reviewer",
    "审批人": "approver",
    "审批": "approver",
    "会计": "accountant",
}
REQUIRED = ("direction", "account", "purpose", "amount", "paid_on", "voucher")
_DIRECTIONS = {"收入": Direction.INCOME, "支出": Direction.EXPENSE} | {each.value: each for each in Direction}
_FIGURES = {
    "期初结余": Figure.OPENING,
    "上期结余": Figure.OPENING,
    "收入合计": Figure.INCOME,
    "支出合计": Figure.EXPENSE,
    "期末结余": Figure.CLOSING,
    "本期结余": Figure.CLOSING,
} | {each.value: each for each in (Figure.OPENING, Figure.CLOSING)}
_CALLED = {
    Figure.OPENING: "期初结余",
    Figure.INCOME: "收入合计",
    Figure.EXPENSE: "支出合计",
    Figure.CLOSING: "期末结余",
}
_LIMITS = {"account": 30, "purpose": 80, "payee_class": 30, "voucher": 30}
_POSTS = ("handler", "reviewer", "approver", "accountant")
_POST_LIMIT = 20
_MOST_FEN = 10**13
_MOST_ACCOUNTS = 200
_BATCH = 2_000
_LINES = cast("Table", FinanceLine.__table__)  # as a table: rows of a class take twice as long to write
_MOST_FAULTS = 500
_KEY = re.compile(r"[^\w-]+")
Told = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import came to, kept or not."""

    lines: int
    stated: Stated
    sums: Sums
    differences: list[Difference]
    reference: str = ""
    statement_id: uuid.UUID | None = None


@dataclass(kw_only=True)
class _Taking:
    """What was read so far."""

    period: Period
    sums: Sums = field(default_factory=Sums)
    figures: dict[Figure, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    vouchers: dict[str, int] = field(default_factory=dict)
    hash: Any = field(default_factory=hashlib.sha256)
    last_row: int = 1
    more_faults: int = 0

    def blame(self, row: Row, error: DomainError) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault.of(row, error))
        else:
            self.more_faults += 1


def import_statement(
    session: Session,
    *,
    board_id: uuid.UUID,
    period: str,
    rows: Iterable[Row],
    actor: Actor,
    reason: str = "",
    dry_run: bool = False,
    told: Told = lambda _lines: None,
) -> Imported:
    """Take the lines of a period as the draft of its next version; an earlier draft of it is replaced.

    The table states its own totals in rows of their own (期初结余, 收入合计, 支出合计, 期末结余); what does not agree with the
    lines is told and kept, and publishing asks why. `dry_run` keeps nothing. `told` hears how many lines were read.
    Raises `FaultyFile`, which names every cell at fault, `Invalid` and `Conflict`; nothing may be kept then.
    """
    board = locked(session, Board, board_id)
    span = _span(session, board, period)
    earlier, taking = _earlier(session, board, span), _Taking(period=span)
    why = cleaned_text(reason, field="reason", limit=200, required=earlier.number > 1 and not dry_run)
    statement_id = uuid.uuid4()
    lines = _lines(taking, rows, statement_id=statement_id, told=told)
    if dry_run:
        deque(lines, maxlen=0)
        return _outcome(session, board, taking)
    made = _begun(session, board, span, earlier, statement_id=statement_id, reason=why, actor=actor)
    while batch := list(islice(lines, _BATCH)):
        if not taking.faults:
            session.execute(insert(_LINES), batch)
    outcome = _outcome(session, board, taking)
    _finish(session, made, taking, outcome, actor=actor)
    return replace(outcome, reference=made.reference, statement_id=made.id)


@dataclass(frozen=True, kw_only=True)
class _Earlier:
    """What is there of a period: the hash that the next version is bound to, its number, and the draft there is."""

    before: str
    number: int
    reference: str
    draft_id: uuid.UUID | None


def _span(session: Session, board: Board, period: str) -> Period:
    """Return a period that this board accounts for. Raises `Invalid`."""
    unit = units.open_unit(session, board.unit_id)
    span = Period.read(period)
    if catalogue().statement_item(unit.kind, span, is_busy=board.is_busy) is None:
        raise Invalid(
            N_("本单位不按这样的期间公开收支：按月还是按季，由评议办在公开栏设置里定。"), field="period"
        )
    if span.first > clock.today():
        raise Invalid(N_("这一期还没有开始。"), field="period")
    return span


def _begun(
    session: Session,
    board: Board,
    span: Period,
    earlier: _Earlier,
    *,
    statement_id: uuid.UUID,
    reason: str,
    actor: Actor,
) -> FinanceStatement:
    """Make the draft that the lines hang on, in the place of an earlier one."""
    if earlier.draft_id is not None:
        session.execute(delete(FinanceLine).where(FinanceLine.statement_id == earlier.draft_id))
        session.execute(delete(FinanceStatement).where(FinanceStatement.id == earlier.draft_id))
    made = FinanceStatement(
        id=statement_id,
        reference=earlier.reference
        or next_reference(session, ReferenceCounter, "GK", year=clock.today().year),
        board_id=board.id,
        period=str(span),
        number=earlier.number,
        state=StatementState.DRAFT,
        opening=0,
        income=0,
        expense=0,
        closing=0,
        sums=Sums().document(),
        agrees=False,
        sha256="",
        before=earlier.before,
        reason=reason,
        imported_at=clock.now(),
        imported_by=actor.name,
    )
    meanwhile = Conflict(N_("同事刚刚导入了这一期。请看过再导一次。"))
    with refusing(session, {"uq_finance_statements_draft": meanwhile}):
        session.add(made)
    return made


def _outcome(session: Session, board: Board, taking: _Taking) -> Imported:
    """Return what was read. Raises `FaultyFile` with every fault there was."""
    stated = _stated(taking)
    found = differences(stated, taking.sums, closing_before=_closing_before(session, board, taking.period))
    return Imported(lines=taking.sums.lines, stated=stated, sums=taking.sums, differences=found)


def _finish(
    session: Session, made: FinanceStatement, taking: _Taking, outcome: Imported, *, actor: Actor
) -> None:
    """Write down what the lines came to, and the hash of all of it."""
    stated = outcome.stated
    made.opening, made.income = stated.opening, stated.income
    made.expense, made.closing = stated.expense, stated.closing
    made.sums, made.agrees = taking.sums.document(), not outcome.differences
    said = {
        "reference": made.reference,
        "number": made.number,
        "period": made.period,
        "stated": [stated.opening, stated.income, stated.expense, stated.closing],
        "lines": taking.hash.hexdigest(),
    }
    made.sha256 = fingerprint(said, before=made.before)
    session.flush()
    detail = {"period": made.period, "lines": outcome.lines}
    audit.record(session, actor=actor, action="finances.imported", subject=made.reference, detail=detail)


def _earlier(session: Session, board: Board, span: Period) -> _Earlier:
    known = session.execute(
        select(
            FinanceStatement.id,
            FinanceStatement.number,
            FinanceStatement.state,
            FinanceStatement.sha256,
            FinanceStatement.reference,
        )
        .where(FinanceStatement.board_id == board.id, FinanceStatement.period == str(span))
        .order_by(FinanceStatement.number)
    ).all()
    shown = [row for row in known if row.state is not StatementState.DRAFT]
    draft = next((row for row in known if row.state is StatementState.DRAFT), None)
    return _Earlier(
        before=shown[-1].sha256 if shown else "",
        number=shown[-1].number + 1 if shown else 1,
        reference=known[0].reference if known else "",
        draft_id=draft.id if draft else None,
    )


def _closing_before(session: Session, board: Board, span: Period) -> int | None:
    """The closing balance of the period before, where it is shown."""
    return session.scalar(
        select(FinanceStatement.closing).where(
            FinanceStatement.board_id == board.id,
            FinanceStatement.period == str(span.before),
            FinanceStatement.state == StatementState.PUBLISHED,
        )
    )


def _lines(
    taking: _Taking, rows: Iterable[Row], *, statement_id: uuid.UUID, told: Told
) -> Iterator[dict[str, Any]]:
    for row in rows:
        taking.last_row = row.number
        try:
            said = row.text("direction")
            figure = _FIGURES.get(said)
            if figure is not None:
                _take_figure(taking, row, figure)
                continue
            line = _line(taking, row, said)
        except DomainError as error:
            taking.blame(row, error)
            continue
        taking.sums.take(line["direction"], line["account"], line["amount"])
        if len(taking.sums.by_account) > _MOST_ACCOUNTS:
            raise Invalid(
                N_("科目太多，最多 %(most)s 个。请看看是不是把事由填进了科目。"), most=_MOST_ACCOUNTS
            )
        taking.hash.update(canonical(_plain(line)) + b"\n")
        line |= {"id": uuid.uuid4(), "statement_id": statement_id, "number": taking.sums.lines}
        yield line
        if taking.sums.lines % _BATCH == 0:
            told(taking.sums.lines)


def _take_figure(taking: _Taking, row: Row, figure: Figure) -> None:
    amount = row.fen("amount")
    if amount is None:
        raise Invalid(N_("这一行要填金额。"), field="amount")
    if figure in taking.figures:
        raise Invalid(N_("“%(name)s”出现了两次。"), field="direction", name=_CALLED[figure])
    if figure in {Figure.INCOME, Figure.EXPENSE} and amount < 0:
        raise Invalid(N_("合计不能小于 0。"), field="amount")
    taking.figures[figure] = amount


def _line(taking: _Taking, row: Row, said: str) -> dict[str, Any]:
    direction = _DIRECTIONS.get(said)
    if direction is None:
        raise Invalid(
            N_("请填收入或支出；合计行请填期初结余、收入合计、支出合计或期末结余。"), field="direction"
        )
    amount = row.fen("amount")
    if amount is None or amount <= 0:
        raise Invalid(N_("金额应大于 0。冲销的，用相反的类别另记一笔。"), field="amount")
    if amount > _MOST_FEN:
        raise Invalid(N_("金额太大，单位是元，请核对。"), field="amount")
    day = row.day("paid_on")
    if day is None:
        raise Invalid(N_("请填日期。"), field="paid_on")
    if not taking.period.first <= day <= taking.period.last:
        raise Invalid(
            N_("日期应在 %(first)s 到 %(last)s 之间。"),
            field="paid_on",
            first=taking.period.first.isoformat(),
            last=taking.period.last.isoformat(),
        )
    texts = {
        name: _cleaned(row.text(name), name, limit, name in REQUIRED) for name, limit in _LIMITS.items()
    } | {name: _cleaned(row.text(name), name, _POST_LIMIT, False) for name in _POSTS}
    return {
        "direction": direction,
        "amount": amount,
        "paid_on": day,
        "key": _key(taking.vouchers, texts["voucher"]),
        **texts,
    }


@lru_cache(maxsize=8_192)
def _cleaned(text: str, name: str, limit: int, required: bool) -> str:  # noqa: FBT001  a key of the cache
    words = cleaned_text(text, field=name, limit=limit, required=required).replace("\n", " ")
    return masked_words(words) if name in {"purpose", "payee_class"} else words


def _key(vouchers: dict[str, int], voucher: str) -> str:
    """Name a line by its voucher and by the how manieth of it this line is: in the next version it is the same line."""
    plain = _KEY.sub("-", voucher).strip("-") or "x"
    vouchers[plain] = vouchers.get(plain, 0) + 1
    return f"{plain}-{vouchers[plain]}"


def _plain(line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in line.items()
        if name != "key"
    }


def _stated(taking: _Taking) -> Stated:
    """Return the totals that the table states. Raises `FaultyFile` with every fault there was."""
    end = Row(number=taking.last_row + 1, values={})
    for figure in Figure:
        if figure not in taking.figures and taking.more_faults == 0:
            taking.faults.append(
                Fault.of(end, Invalid(N_("缺少一行：类别填“%(name)s”，金额填数目。"), name=_CALLED[figure]))
            )
    if taking.faults:
        raise FaultyFile(taking.faults)
    return Stated(**{figure.value: taking.figures[figure] for figure in Figure})
