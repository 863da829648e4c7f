"""A line is questioned by a resident, answered by its unit in ten working days, and shows both; nobody learns who asked."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from evalapp.accounts.models import Resident
from evalapp.core import clock
from evalapp.core.errors import Conflict, NotFound, TooMany
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.transaction import transaction
from evalapp.disclosures import services
from evalapp.disclosures.models import FinanceLine, LineQuestion
from evalapp.disclosures.queries import asking, finances
from evalapp.disclosures.rules.asking import Doubt
from evalapp.disclosures.services import QuestionText
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.grading import AnswerGrade
from tests.support.accounts import People
from tests.support.boards import CLERK, LINES, Boards, resident
from tests.support.strict_client import StrictClient


def ask(session: Session, boards: Boards, line: FinanceLine, *, who=None, words: str = "") -> LineQuestion:
    with transaction(session):
        return services.ask(
            session,
            line_id=line.id,
            question=QuestionText(doubt=Doubt.PURPOSE, words=words),
            resident=who or resident(),
            key=boards.key,
        )


def test_a_question_starts_a_clock_of_ten_days_and_its_answer_stands_on_the_line(
    browser: StrictClient, session: Session, boards: Boards, village
) -> None:
    line = boards.line(boards.statement(village), 2)
    question = ask(session, boards, line, words="修哪一段？打 13800000000 找我")
    matter = session.get_one(Matter, question.matter_id)
    address = f"/boards/{village.slug}/finances/2026-Q3/lines/{line.key}"
    assert matter.path == address
    assert "修哪一段" not in matter.title
    page = browser.get(address).get_data(as_text=True)
    assert "待答复" in page
    assert "修哪一段" not in page  # words are for the unit
    assert "13800000000" not in session.get_one(LineQuestion, question.id).words
    with transaction(session):
        supervision.answer(
            session,
            matter_id=matter.id,
            text="修的是村口到二组的一段，合同可以看。",
            unit_id=village.id,
            actor=CLERK,
        )
    page = browser.get(address).get_data(as_text=True)
    assert "村口到二组" in page
    assert "逾期答复" not in page
    listed = browser.get(f"/boards/{village.slug}/finances/2026-Q3").get_data(as_text=True)
    assert "看答复" in listed


def test_an_answer_after_its_term_is_shown_as_late(
    browser: StrictClient, session: Session, boards: Boards, village
) -> None:
    line = boards.line(boards.statement(village), 2)
    with clock.at(clock.now() - timedelta(days=30)):
        question = ask(session, boards, line)
    address = f"/boards/{village.slug}/finances/2026-Q3/lines/{line.key}"
    assert "逾期未答复" in browser.get(address).get_data(as_text=True)
    with transaction(session):
        supervision.answer(
            session,
            matter_id=question.matter_id,
            text="修的是村口到二组的一段，合同可以看。",
            unit_id=village.id,
            actor=CLERK,
        )
    assert "逾期答复" in browser.get(address).get_data(as_text=True)


def test_a_question_goes_along_with_its_line_into_the_next_version(
    session: Session, boards: Boards, village
) -> None:
    line = boards.line(boards.statement(village), 2)
    ask(session, boards, line)
    boards.statement(village, reason="补凭证")
    page = finances.finance_page(session, village.slug, "2026-Q3")
    assert list(page.asked) == [line.key]


def test_a_line_that_waits_for_an_answer_is_not_asked_twice_and_a_day_has_its_limit(
    session: Session, boards: Boards, village
) -> None:
    many = [*LINES[:1], *[("支出", "道路", f"第 {n} 段", "1", date(2026, 8, 1), f"记-{n}") for n in range(7)]]
    many += [
        ("收入合计", "", "", "0", None, ""),
        ("支出合计", "", "", "7", None, ""),
        ("期末结余", "", "", "9993", None, ""),
    ]
    statement, who = boards.statement(village, lines=many), resident()
    ask(session, boards, boards.line(statement, 1), who=who)
    with pytest.raises(Conflict, match="已经有人在问"):
        ask(session, boards, boards.line(statement, 1))
    for number in range(2, 6):
        ask(session, boards, boards.line(statement, number), who=who)
    with pytest.raises(TooMany):
        ask(session, boards, boards.line(statement, 6), who=who)
    ask(session, boards, boards.line(statement, 6))  # another resident has a day of their own


def test_nothing_kept_says_who_asked_and_an_erased_resident_takes_the_words_along(
    session: Session, boards: Boards, village
) -> None:
    statement, who = boards.statement(village), resident()
    mine = ask(session, boards, boards.line(statement, 1), who=who, words="我的话")
    other = ask(session, boards, boards.line(statement, 2), words="别人的话")
    row = session.get_one(LineQuestion, mine.id)
    assert str(who.id) not in str(vars(row)).replace(str(row.id), "")
    with transaction(session):
        assert services.erase_asker(session, resident_id=who.id, key=boards.key) == 1
    session.expire_all()
    assert (session.get_one(LineQuestion, mine.id).words, session.get_one(LineQuestion, other.id).words) == (
        "",
        "别人的话",
    )


def test_only_the_asker_says_what_the_answer_was(session: Session, boards: Boards, village) -> None:
    who, line = resident(), boards.line(boards.statement(village))
    question = ask(session, boards, line, who=who)
    with transaction(session):
        supervision.answer(
            session,
            matter_id=question.matter_id,
            text="这一笔是街道财政所拨的公益事业奖补，拨款文件在村部可以看。",
            actor=CLERK,
        )
    with pytest.raises(NotFound), transaction(session):
        services.grade(
            session, question_id=question.id, resident=resident(), key=boards.key, grade=AnswerGrade.EVASIVE
        )
    with transaction(session):
        services.grade(
            session, question_id=question.id, resident=who, key=boards.key, grade=AnswerGrade.EVASIVE
        )
        services.reopen(session, question_id=question.id, resident=who, key=boards.key)
    assert session.get_one(Matter, question.matter_id).reopened == 1


def test_a_resident_reads_on_their_own_page_what_they_asked_and_what_came_of_it(
    session: Session, boards: Boards, village, people: People
) -> None:
    mine = people.resident()
    who = Actor(kind=ActorKind.RESIDENT, id=mine.resident.id)
    statement = boards.statement(village)
    asked = [ask(session, boards, boards.line(statement, place), who=who) for place in (1, 2)]
    with transaction(session):
        supervision.answer(
            session,
            matter_id=asked[0].matter_id,
            text="这一笔是街道财政所拨的公益事业奖补，拨款文件在村部可以看。",
            unit_id=village.id,
            actor=CLERK,
        )
    page = mine.browser.get("/me").get_data(as_text=True)
    assert (page.count("已答复"), page.count("待答复"), page.count("我问过的账")) == (1, 1, 1)
    told = mine.browser.get("/me/data.json").get_json()["line_questions"]
    assert [one["answer"] is None for one in told] == [True, False]
    assert "我问过的账" not in people.resident().browser.get("/me").get_data(as_text=True)


def test_questions_of_whoever_had_the_number_before_are_nobodys_own(
    session: Session, boards: Boards, village, people: People
) -> None:
    mine = people.resident()
    who = Actor(kind=ActorKind.RESIDENT, id=mine.resident.id)
    question = ask(session, boards, boards.line(boards.statement(village)), who=who)
    with transaction(session):
        session.get_one(Resident, mine.resident.id).known_since = clock.now() + timedelta(seconds=1)
    assert asking.own_questions(session, resident_id=mine.resident.id, key=boards.key) == ()
    with pytest.raises(NotFound), transaction(session):
        services.grade(
            session, question_id=question.id, resident=who, key=boards.key, grade=AnswerGrade.EVASIVE
        )


def test_more_questions_than_are_looked_for_at_once_are_all_found(
    session: Session, boards: Boards, village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_AT_ONCE", 1)
    statement, who = boards.statement(village), resident()
    asked = [ask(session, boards, boards.line(statement, place), who=who) for place in (1, 2)]
    found = asking.own_marks(session, resident_id=who.id, key=boards.key)
    assert {one.question_id for one in found} == {one.id for one in asked}
