"""The unit's inbox: its own threads alone, reply and edit, every wording kept."""

import pytest
from sqlalchemy import func, select

from evalapp.comments.models import ReplyWording
from evalapp.core.platform import Platform
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

INBOX = "/desk/unit/inbox"


@pytest.fixture
def unit(comments: Comments):
    return comments.unit("区住房和城乡建设局")


@pytest.fixture
def desk(visitors: Visitors, comments: Comments, browser: StrictClient, unit) -> StrictClient:
    visitors.are(staff=comments.unit_staff(unit))
    return browser


def test_an_empty_inbox_says_so(desk: StrictClient) -> None:
    assert "没有待回复的留言" in desk.get(INBOX).text


def test_only_shown_comments_of_the_units_own_threads_are_there(
    desk: StrictClient, comments: Comments, unit
) -> None:
    thread = comments.thread(unit)
    comments.shown(thread, text="问本单位的")
    comments.written(thread, text="还没审核的")
    comments.shown(text="问别的单位的")
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
    assert desk.post(path, {"text": "周三修好。", "seen": 1}).status_code == 303
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
    comments.shown(thread)
    one = statements_of(platform, desk, INBOX)
    for _ in range(19):
        comments.shown(thread)
    assert statements_of(platform, desk, INBOX) == one <= 5
