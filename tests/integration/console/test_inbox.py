"""The unit's inbox: its own threads alone, reply and edit, every wording kept."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from evalapp.accounts.models import Resident
from evalapp.comments.models import Comment, ReplyWording
from evalapp.comments.rules.asking import Asking
from evalapp.comments.services import grade_answer, reopen
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.web.filters import moment
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

INBOX = "/desk/unit/inbox"


@pytest.fixture
def unit(comments: Comments):
    return comments.unit("区住房和城乡建设局")


@pytest.fixture
def desk(
    visitors: Visitors, comments: Comments, browser: StrictClient, unit, matters: Matters
) -> StrictClient:
    visitors.are(staff=comments.unit_staff(unit))
    return browser


def test_an_empty_inbox_says_so(desk: StrictClient) -> None:
    assert "没有待回复的留言" in desk.get(INBOX).text


def test_only_shown_comments_of_the_units_own_threads_are_there(
    desk: StrictClient, comments: Comments, unit
) -> None:
    thread = comments.thread(unit)
    comments.asked(thread, text="问本单位的")
    comments.written(thread, text="还没审核的")
    comments.asked(text="问别的单位的")
    page = desk.get(INBOX).text
    assert "问本单位的" in page
    assert "还没审核的" not in page
    assert "问别的单位的" not in page


def check_foreign_ids_do_not_exist(desk: StrictClient, foreign: list[str]) -> None:
    for reference in foreign:
        assert desk.get(f"{INBOX}/{reference}").status_code == 404
        answer = desk.post(f"{INBOX}/{reference}", {"text": "不是我们的", "seen": 0}, page=INBOX)
        assert answer.status_code == 404


def test_ids_of_other_units_do_not_exist(
    desk: StrictClient, comments: Comments, unit, platform: Platform
) -> None:
    """F6: ids swapped in path and body."""
    other = comments.thread()
    foreign = [comments.shown(other).reference for _ in range(10)]
    comments.shown(comments.thread(unit))
    check_foreign_ids_do_not_exist(desk, foreign)
    with platform.session() as session:
        assert session.scalar(select(func.count()).select_from(ReplyWording)) == 0


def test_an_inbox_that_asks_for_no_unit_is_noticed(
    desk: StrictClient, comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the query forgets whose comment it is."""
    foreign = comments.shown()
    with monkeypatch.context() as patched:
        patched.setattr(
            "evalapp.comments.queries.inbox_item",
            lambda session, _unit_id, reference: _forgetful(session, comments, reference),
        )
        with pytest.raises(AssertionError):
            check_foreign_ids_do_not_exist(desk, [foreign.reference])


def _forgetful(session, comments: Comments, reference: str):
    from evalapp.comments import queries
    from evalapp.comments.queries.units import inbox_item

    return inbox_item(session, queries.unit_before(session, reference), reference)


def test_the_unit_replies_and_edits_and_every_wording_stays(
    desk: StrictClient, comments: Comments, unit
) -> None:
    shown = comments.shown(comments.thread(unit))
    path = f"{INBOX}/{shown.reference}"
    assert desk.post(path, {"text": "下周修好。", "seen": 0}).status_code == 303
    assert "区住房和城乡建设局 · 物业科科长" in desk.get(path).text
    assert desk.post(path, {"text": "周三修好。", "seen": 1, "act": "edit"}).status_code == 303
    page = desk.get(path).text
    assert "周三修好。" in page
    assert "下周修好。" in page


def test_a_reply_that_is_late_by_a_colleague_sees_409_and_keeps_its_words(
    desk: StrictClient, comments: Comments, unit
) -> None:
    shown = comments.shown(comments.thread(unit))
    comments.replied(shown)
    answer = desk.post(f"{INBOX}/{shown.reference}", {"text": "我也写了", "seen": 0})
    assert answer.status_code == 409
    assert "同事刚刚回复了" in answer.text
    assert "我也写了" in answer.text


@pytest.mark.parametrize("text", ["", "长" * 501, "打 " + "12" + "0" * 9])
def test_a_reply_that_does_not_fit_comes_back_with_what_was_typed(
    desk: StrictClient, comments: Comments, unit, text: str
) -> None:
    shown = comments.shown(comments.thread(unit))
    answer = desk.post(f"{INBOX}/{shown.reference}", {"text": text, "seen": 0})
    assert answer.status_code == 422
    assert text in answer.text


def test_neither_office_nor_resident_opens_the_inbox(
    visitors: Visitors, browser: StrictClient, comments: Comments
) -> None:
    visitors.are(staff=comments.moderator(), resident=comments.resident())
    assert browser.get(INBOX).status_code == 403


def test_twenty_rows_cost_as_many_statements_as_one(
    desk: StrictClient, comments: Comments, unit, platform: Platform
) -> None:
    thread = comments.thread(unit)
    for show in ("waiting", "free", "answered", "sign"):
        path = f"{INBOX}?show={show}"
        statements_of(platform, desk, path)
        one = statements_of(platform, desk, path)
        for _ in range(5):
            comments.asked(thread)
            comments.shown(thread)
            comments.replied(comments.asked(thread), text=ANSWER)
        assert statements_of(platform, desk, path) == one <= 6, show


def test_a_comment_with_all_that_stands_beside_it_costs_six_statements(
    desk: StrictClient, comments: Comments, unit, platform: Platform
) -> None:
    thread = comments.thread(unit)
    desk.post("/desk/unit/reply-templates", {"title": "换灯", "text": "楼道灯由物业科换。"})
    for asked in (comments.asked(thread, at_seconds=60), comments.asked(thread)):
        comments.asked(thread, at_seconds=70)
        comments.replied(asked, text=ANSWER)
        path = f"{INBOX}/{asked.reference}"
        statements_of(platform, desk, path)
        assert statements_of(platform, desk, path) <= 5, (
            "and one for the session, which visitors of tests do not have"
        )


def test_what_is_due_first_comes_first_with_its_lamp_in_words(
    desk: StrictClient, comments: Comments, unit
) -> None:
    thread = comments.thread(unit)
    comments.asked(thread, text="不急的那一条", asking=Asking.COMPLEX_QUESTION)
    comments.asked(thread, text="急的那一条", asking=Asking.SIMPLE_QUESTION)
    page = desk.get(INBOX).text
    assert page.index("急的那一条") < page.index("不急的那一条")
    assert re.search(r"剩 \d+ 日|今天到期|明天到期", page)


def test_one_that_is_late_says_so(
    desk: StrictClient, comments: Comments, unit, matters: Matters, platform: Platform
) -> None:
    asked = comments.asked(comments.thread(unit))
    with platform.transaction() as session:
        matter_id = session.get_one(Comment, asked.id).matter_id
        session.execute(
            update(Deadline)
            .where(Deadline.matter_id == matter_id)
            .values(
                due_at=clock.now() - timedelta(days=3),
                soon_at=clock.now() - timedelta(days=4),
                due_on=clock.today() - timedelta(days=3),
                listed_on=clock.today() - timedelta(days=3),
            )
        )
    page = desk.get(INBOX).text
    assert "逾期 1" in page
    assert "逾期 3 日" in page


@pytest.mark.parametrize("text", ["已转办", "收到，谢谢"])
def test_what_is_no_answer_is_refused_at_the_field_with_what_was_typed(
    desk: StrictClient, comments: Comments, unit, text: str
) -> None:
    asked = comments.asked(comments.thread(unit))
    answer = desk.post(f"{INBOX}/{asked.reference}", {"text": text, "seen": 0, "act": "publish"})
    assert answer.status_code == 422
    assert "text-error" in answer.text
    assert f">{text}</textarea>" in re.sub(r">\s+", ">", answer.text)


def test_a_draft_is_kept_and_stands_in_the_field_again(desk: StrictClient, comments: Comments, unit) -> None:
    path = f"{INBOX}/{comments.asked(comments.thread(unit)).reference}"
    desk.post(path, {"text": "先写一半", "seen": 0, "seen_draft": 0, "act": "save"})
    assert "先写一半</textarea>" in desk.get(path).text
    answer = desk.post(path, {"text": "同时也写了", "seen": 0, "seen_draft": 0, "act": "save"})
    assert answer.status_code == 409
    assert "同时也写了</textarea>" in answer.text


def test_a_template_of_the_unit_begins_a_reply(desk: StrictClient, comments: Comments, unit) -> None:
    page = "/desk/unit/reply-templates"
    assert desk.post(page, {"title": "换灯", "text": "楼道灯由物业科换。"}).status_code == 303
    path = f"{INBOX}/{comments.asked(comments.thread(unit)).reference}"
    link = re.search(r"template=([0-9a-f-]{36})", desk.get(path).text)
    assert link is not None
    assert "楼道灯由物业科换。</textarea>" in desk.get(f"{path}?template={link[1]}").text


def test_notes_and_a_hand_over_stay_inside(
    desk: StrictClient, comments: Comments, unit, platform: Platform
) -> None:
    asked = comments.asked(comments.thread(unit))
    path = f"{INBOX}/{asked.reference}"
    with platform.session() as session:
        reference = session.scalars(select(Matter.reference)).one()
        version = session.scalars(select(Matter.version)).one()
    assert desk.post(f"{path}/note", {"note-text": "先问物业"}, page=path).status_code == 303
    handed = {"hand-over-handler": "物业科科长", "hand-over-seen_matter": version + 1}
    assert desk.post(f"{path}/hand-over", handed, page=path).status_code == 303
    page = desk.get(path).text
    assert "先问物业" in page
    assert "物业科科长" in page
    assert "先问物业" not in desk.get(f"/matters/{reference}").text


def test_the_page_shows_evidence_and_neighbours(desk: StrictClient, comments: Comments, unit) -> None:
    thread = comments.thread(unit)
    comments.asked(thread, text="隔壁的一问", at_seconds=70)
    asked = comments.asked(thread, text="这一问", at_seconds=60)
    page = desk.get(f"{INBOX}/{asked.reference}").text
    assert "相邻的留言" in page
    assert "隔壁的一问" in page


def check_says_nothing_of_the_author(desk: StrictClient, comments: Comments, asked: Comment) -> None:
    with comments.platform.session() as session:
        author_id = session.scalars(select(Resident.id)).one()
        pseudonym = session.get_one(Comment, asked.id).pseudonym
    for path in (INBOX, f"{INBOX}/{asked.reference}"):
        page = desk.get(path).text
        assert asked.reference in page
        assert str(author_id) not in page
        assert pseudonym not in page
        assert not re.search(r"\d{1,2}:\d{2}", page)


def test_no_page_of_the_inbox_tells_who_wrote_or_when(desk: StrictClient, comments: Comments, unit) -> None:
    check_says_nothing_of_the_author(desk, comments, comments.asked(comments.thread(unit)))


def test_an_inbox_that_tells_the_hour_is_noticed(
    desk: StrictClient, comments: Comments, unit, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the day is given with its hour."""
    asked = comments.asked(comments.thread(unit))
    monkeypatch.setitem(app.jinja_env.filters, "day", lambda _day: moment(clock.now()))
    with pytest.raises(AssertionError):
        check_says_nothing_of_the_author(desk, comments, asked)


def test_a_reply_to_a_page_from_before_a_reopening_sees_409_and_keeps_its_words(
    desk: StrictClient, comments: Comments, unit
) -> None:
    author = comments.resident()
    asked = comments.asked(comments.thread(unit), author=author)
    comments.replied(asked, text=ANSWER)
    how = {"reference": asked.reference, "author": author, "keys": comments.keys}
    with comments.platform.transaction() as session:
        grade_answer(session, grade=AnswerGrade.EVASIVE, **how)
    with comments.platform.session() as session:
        seen = session.scalars(select(Matter.version)).one()
    with comments.platform.transaction() as session:
        reopen(session, **how)
    typed = {"text": ANSWER + "又一次。", "seen": 1, "seen_matter": seen, "act": "publish"}
    answer = desk.post(f"{INBOX}/{asked.reference}", typed)
    assert answer.status_code == 409
    assert "刚刚有人办过" in answer.text
    assert typed["text"] in answer.text
    assert "重新答复" in answer.text
