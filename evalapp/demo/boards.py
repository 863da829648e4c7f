"""What hangs on the boards of 晴川区: postings, quarters and months of finances, one late, one missing, one that does not add up."""

import itertools
import random
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import calendar, clock
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.demo import accounts, projects
from evalapp.demo.accounts import Hung
from evalapp.demo.people import as_resident
from evalapp.demo.story import DAY, HOUR, Step, Story
from evalapp.disclosures import services
from evalapp.disclosures.models import Board, Disclosure, FinanceLine, FinanceStatement, LineQuestion
from evalapp.disclosures.rules.asking import Doubt, QuestionKey
from evalapp.disclosures.rules.catalogue import Item, catalogue
from evalapp.disclosures.rules.periods import Period
from evalapp.disclosures.rules.silence import due_on
from evalapp.disclosures.services import QuestionText, Wording
from evalapp.supervision import services as supervision
from evalapp.units.models import Unit, UnitKind

_RELIEF = "姓名 | 身份证号 | 联系电话 | 类别 | 每月（元）\n示例甲 | 000000190001010000 | 00000000000 | 最低生活保障 | 620\n示例乙 | 000000190001010000 | 00000000000 | 特困供养 | 980\n欧阳示例 | 000000190001010000 | 00000000000 | 临时救助 | 400"


def steps(story: Story) -> Iterator[Step]:
    """Everything that happens on boards, each at its moment."""
    chance = random.Random(2026)  # noqa: S311  invented amounts
    days = _days(story)
    hung: list[Hung] = []
    began = story.now - 200 * DAY + 2 * HOUR  # units are there for two hours
    yield Step(at=began - HOUR, do=lambda session: hung.extend(_hang_up(session, story)))
    earliest = clock.local(began).date()
    yield Step(
        at=began,
        do=lambda session: accounts.account_before(session, hung, earliest, chance),
    )
    yield from accounts.accounts(
        hung, earliest=earliest, began=began + HOUR, now=story.now, days=days, chance=chance
    )
    for item in catalogue().items:
        if item.length is not None and not item.statement:
            yield from _posted(story, hung, item, began=began, days=days)
    yield from _formed(story, hung)
    yield Step(at=story.now - 60 * DAY, do=lambda session: accounts.plan_money(session, hung, chance))
    yield from _asked(story, hung)


def _days(story: Story) -> calendar.WorkCalendar:
    with story.platform.session() as session:
        return calendar.load(session)


def _hang_up(session: Session, story: Story) -> Iterator[Hung]:
    """The boards of all units; one village accounts every month."""
    by_unit = {story.district.units[key].id: key for key in story.district.units}
    rows = session.execute(select(Board, Unit).join(Unit, Unit.id == Board.unit_id).order_by(Unit.slug)).all()
    for board, unit in rows:
        if unit.slug == accounts.BUSY:
            services.set_board(
                session,
                board_id=board.id,
                is_busy=True,
                watched_from=board.watched_from,
                actor=story.people.staff["office"],
            )
        key = by_unit.get(unit.id)
        post = "村委会报账员" if unit.kind is UnitKind.VILLAGE else "办公室主任"
        actor = story.people.unit(key) if key else Actor(kind=SYSTEM.kind, name=post)
        session.flush()
        yield Hung(unit=unit, board_id=board.id, is_busy=unit.slug == accounts.BUSY, actor=actor)


def _posted(
    story: Story, hung: Sequence[Hung], item: Item, *, began: datetime, days: calendar.WorkCalendar
) -> Iterator[Step]:
    """What is written for each period, on every board that has to."""
    assert item.length is not None
    period = Period.holding(clock.local(began).date(), item.length).before
    for span in itertools.takewhile(
        lambda one: one.first <= clock.local(story.now).date(), accounts.from_here(period)
    ):
        last = due_on(item, span, days, moved=True)
        at = max(clock.start_of(last - timedelta(days=3)) + 9 * HOUR, began + 2 * HOUR)
        if last >= clock.local(began).date() and at < story.now:
            yield Step(at=at, do=partial(_write_all, hung=hung, item=item, span=span))


def _write_all(session: Session, *, hung: Sequence[Hung], item: Item, span: Period) -> None:
    for one in hung:
        if not item.is_for(one.unit.kind, is_busy=one.is_busy):
            continue
        if one.unit.slug == accounts.MISSING and item.code == "village-affairs":
            continue
        _write(session, one, item, period=str(span))


def _write(
    session: Session,
    one: Hung,
    item: Item,
    *,
    period: str = "",
    formed_on: date | None = None,
    title: str = "",
    more: Callable[[Disclosure], object] | None = None,
) -> Disclosure:
    named = title or f"{one.unit.short_name}{item.item}（{period or formed_on}）"
    made = services.write(
        session,
        board_id=one.board_id,
        code=item.code,
        period=period,
        formed_on=formed_on,
        wording=Wording(
            title=named,
            body=f"{item.content}。\n以上按公开目录公开，有疑问可以打单位电话，也可以在“大家看 大家评”上留言。",
            table=_RELIEF if item.code == "poverty-relief" else "",
        ),
        actor=one.actor,
    )
    if more is not None:
        more(made)
    services.publish(session, disclosure_id=made.id, actor=one.actor)
    return made


def _formed(story: Story, hung: Sequence[Hung]) -> Iterator[Step]:
    """What is posted as it comes: projects and purchases, one changed since, one withdrawn, a decision that nobody posted."""
    items = catalogue()

    def post(session: Session, code: str, title: str, percent: int) -> None:
        item = items.item(code)
        assert item is not None
        for place, one in enumerate(hung):
            if item.is_for(one.unit.kind, is_busy=one.is_busy) and place % 3 == 0:
                project = projects.project_of(one.unit.slug)
                shown = partial(
                    projects.show, session, story.platform, project=project, percent=percent, actor=one.actor
                )
                _write(
                    session,
                    one,
                    item,
                    formed_on=clock.today() - timedelta(days=1),
                    title=f"{one.unit.short_name}：{project.name if percent else ''}{title}",
                    more=shown if percent else None,
                )

    for back, code, title, percent in (
        (150, "key-projects", "开工", projects.BEGUN),
        (96, "procurement", "办公设备采购成交结果", 0),
        (58, "campaigns", "作风建设专项活动方案", 0),
        (31, "key-projects", "完成过半", projects.HALF),
    ):
        yield Step(
            at=_noon(story.now - back * DAY),
            do=partial(post, code=code, title=title, percent=percent),
        )
    yield Step(at=_noon(story.now - 26 * DAY), do=lambda session: _change_and_withdraw(session, hung))
    yield Step(at=_noon(story.now - 8 * DAY), do=lambda session: _leave_a_draft(session, hung))


def _change_and_withdraw(session: Session, hung: Sequence[Hung]) -> None:
    by_board = {one.board_id: one for one in hung}
    found = session.scalars(
        select(Disclosure).where(Disclosure.code == "key-projects").order_by(Disclosure.reference).limit(2)
    ).all()
    first, second = found[0], found[1]
    actor = by_board[first.board_id].actor
    services.revise(
        session,
        disclosure_id=first.id,
        wording=Wording(title=first.title, body="项目完成投资六成，验收时间由第三季度改到第四季度。"),
        actor=actor,
    )
    services.publish(session, disclosure_id=first.id, reason="雨天停工，验收推后", actor=actor)
    services.withdraw(
        session, disclosure_id=second.id, reason="发错栏目，重新公开", actor=by_board[second.board_id].actor
    )


def _leave_a_draft(session: Session, hung: Sequence[Hung]) -> None:
    """A village decided something and has not posted it: the board says so."""
    one = next(one for one in hung if one.unit.slug == accounts.MISSING)
    services.write(
        session,
        board_id=one.board_id,
        code="village-major",
        formed_on=clock.today() - timedelta(days=1),
        wording=Wording(title="集体鱼塘重新发包的决定", body="村民会议表决的结果。"),
        actor=one.actor,
    )


def _asked(story: Story, hung: Sequence[Hung]) -> Iterator[Step]:
    """A line is questioned and answered late; another waits for its answer."""
    key = QuestionKey.of(story.platform.keys)
    asked: list[uuid.UUID] = []
    yield Step(
        at=_noon(story.now - 45 * DAY),
        do=lambda session: asked.append(
            _ask(session, story, key, place=0, doubt=Doubt.PURPOSE, words="这一笔具体修的是哪一段？"),
        ),
    )
    yield Step(at=_noon(story.now - 20 * DAY), do=lambda session: _answer(session, hung, asked[0]))
    yield Step(
        at=_noon(story.now - 2 * DAY),
        do=lambda session: _ask(
            session, story, key, place=1, doubt=Doubt.APPROVAL, words="理财小组看过没有？"
        ),
    )


def _ask(
    session: Session, story: Story, key: QuestionKey, *, place: int, doubt: Doubt, words: str
) -> uuid.UUID:
    lines = session.scalars(
        select(FinanceLine.id)
        .join(FinanceStatement, FinanceStatement.id == FinanceLine.statement_id)
        .join(Board, Board.id == FinanceStatement.board_id)
        .join(Unit, Unit.id == Board.unit_id)
        .where(
            Unit.slug == accounts.ASKED,
            FinanceLine.account == "道路维修",
            FinanceStatement.state == "published",
        )
        .order_by(FinanceStatement.period.desc(), FinanceLine.number)
        .limit(2)
    ).all()
    question = services.ask(
        session,
        line_id=lines[min(place, len(lines) - 1)],
        question=QuestionText(doubt=doubt, words=words),
        resident=as_resident(story.people.residents[place]),
        key=key,
    )
    return question.id


def _answer(session: Session, hung: Sequence[Hung], question_id: uuid.UUID) -> None:
    question = session.get_one(LineQuestion, question_id)
    one = next(one for one in hung if one.unit.slug == accounts.ASKED)
    supervision.answer(
        session,
        matter_id=question.matter_id,
        text="修的是村口到二组的一段，长 260 米，合同和验收单在村部公开栏可以翻看。答复晚了，向大家说明。",
        unit_id=one.unit.id,
        actor=one.actor,
    )


def _noon(moment: datetime) -> datetime:
    return clock.start_of(clock.local(moment).date()) + 12 * HOUR
