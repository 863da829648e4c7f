"""The office's queue: complete without JavaScript, one winner, inert words, as many statements for one row as for twenty."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import select

from evalapp.comments.models import Comment
from evalapp.comments.rules import wording
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import CommentState, RefusalReason
from evalapp.core.platform import Platform
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.matters import Matters
from tests.support.payloads import PAYLOADS, foreign_attributes, shape
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

QUEUE = "/desk/office/comments"
NUMBER = "12" + "0" * 8 + "9"


@pytest.fixture
def office(visitors: Visitors, comments: Comments, browser: StrictClient) -> StrictClient:
    visitors.are(staff=comments.moderator())
    return browser


def state_of(comments: Comments, comment: Comment) -> CommentState:
    with comments.platform.session() as session:
        return session.scalars(select(Comment.state).where(Comment.id == comment.id)).one()


def decide(browser: StrictClient, comment: Comment, act: str, **fields: object):
    path = f"{QUEUE}/{comment.reference}/{act}"
    fields = {"asking": "statement", **fields} if act == "approve" else fields
    named = {f"{comment.reference}-{act}-{name}": value for name, value in fields.items()}
    return browser.post(path, named | {f"{comment.reference}-{act}-seen": comment.version}, page=QUEUE)


def test_an_empty_queue_says_so(office: StrictClient) -> None:
    assert "没有待审的留言" in office.get(QUEUE).text


def test_words_as_typed_stand_beside_what_others_will_see(office: StrictClient, comments: Comments) -> None:
    comments.written(text=f"打 {NUMBER}")
    page = office.get(QUEUE).text
    assert f"打 {NUMBER}" in page
    assert "打 ［电话已隐去］" in page


def test_no_page_of_the_queue_tells_the_hour_or_the_pseudonym(
    office: StrictClient, comments: Comments
) -> None:
    written = comments.written()
    page = office.get(QUEUE).text
    assert written.pseudonym not in page
    assert not re.search(r"\d{1,2}:\d{2}", page)


def test_a_moderator_approves(office: StrictClient, comments: Comments) -> None:
    written = comments.written()
    answer = decide(office, written, "approve")
    assert (answer.status_code, answer.location) == (303, f"{QUEUE}?show=held")
    assert state_of(comments, written) is CommentState.SHOWN


def test_a_moderator_refuses_with_a_reason(office: StrictClient, comments: Comments) -> None:
    written = comments.written()
    assert decide(office, written, "refuse", reason="insult", note="").status_code == 303
    assert state_of(comments, written) is CommentState.REFUSED
    assert "有辱骂或人身攻击" in office.get(f"{QUEUE}?show=refused").text


def test_a_refusal_without_its_words_comes_back_with_what_was_typed(
    office: StrictClient, comments: Comments
) -> None:
    written = comments.written()
    answer = decide(office, written, "refuse", reason="other", note="")
    assert answer.status_code == 422
    assert "请写明是什么原因" in answer.text
    assert re.search(r'<option selected value="other"', answer.text)
    assert decide(office, written, "refuse", reason="nonsense").status_code == 422


def test_a_moderator_masks_words(office: StrictClient, comments: Comments) -> None:
    written = comments.written(text="三号楼的王阿姨说的")
    answer = decide(office, written, "mask", words="李叔")
    assert answer.status_code == 422
    assert "留言里没有“李叔”" in answer.text
    assert decide(office, written, "mask", words="王阿姨\n三号楼").status_code == 303
    assert "［已隐去］的［已隐去］说的" in office.get(QUEUE).text


@pytest.mark.parametrize("act", ["approve", "refuse", "mask"])
def test_who_comes_second_sees_409_and_the_queue_as_it_is(
    office: StrictClient, comments: Comments, act: str
) -> None:
    written = comments.written(text="楼道灯")
    comments.refused(written, reason=RefusalReason.OFF_TOPIC)
    written.version = 0  # what the second moderator still has on the screen
    answer = decide(office, written, act, reason="insult", note="", words="灯")
    assert answer.status_code == 409
    assert "刚刚有人处理过" in answer.text
    assert state_of(comments, written) is CommentState.REFUSED


def test_what_is_not_there_is_not_found(office: StrictClient, comments: Comments) -> None:
    comments.written()
    answer = office.post(
        f"{QUEUE}/LY-NOTHING/approve",
        {"LY-NOTHING-approve-seen": 0, "LY-NOTHING-approve-asking": "statement"},
        page=QUEUE,
    )
    assert answer.status_code == 404


def test_units_do_not_moderate(visitors: Visitors, browser: StrictClient, comments: Comments) -> None:
    unit = comments.unit()
    written = comments.written(comments.thread(unit))
    visitors.are(staff=comments.unit_staff(unit))
    assert browser.get(QUEUE).status_code == 403
    assert browser.client.post(f"{QUEUE}/{written.reference}/approve").status_code in {400, 403}
    assert state_of(comments, written) is CommentState.HELD


def different(number: int) -> str:
    """Words that are like no other number's."""
    return "".join(chr(0x4E00 + (number * 97 + at * 31) % 5000) for at in range(24))


def test_the_queue_has_pages_that_lose_and_double_nothing(office: StrictClient, comments: Comments) -> None:
    thread = comments.thread()
    written = {comments.written(thread, text=different(number)).reference for number in range(41)}
    found, path, pages = [], QUEUE, 0
    while path:
        page = office.get(path).text
        found += re.findall(r'<li tabindex="-1" id="(LY-\w+)"', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        path, pages = html.unescape(following[1]) if following else "", pages + 1
    assert (pages, len(found), set(found)) == (3, 41, written)
    assert office.get(f"{QUEUE}?after=nonsense").status_code == 422
    assert office.get(f"{QUEUE}?show=nonsense&group=x").status_code == 200


def test_twenty_rows_cost_as_many_statements_as_one(
    office: StrictClient, comments: Comments, platform: Platform
) -> None:
    thread = comments.thread()
    comments.written(thread)
    one = statements_of(platform, office, QUEUE)
    for number in range(19):
        comments.written(thread, text=f"{different(number)}，号码 {NUMBER}")
    assert statements_of(platform, office, QUEUE) == one <= 6


def test_payloads_stay_words_in_the_queue(
    office: StrictClient, comments: Comments, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(PAYLOADS) >= 150
    monkeypatch.setattr("evalapp.comments.queries.waiting.PAGE", len(PAYLOADS))
    thread = comments.thread()
    harmless = comments.many(thread, len(PAYLOADS))
    one_by_one = f"{QUEUE}?group={harmless[-1].group_id}"
    before, together = shape(office.get(one_by_one).text), shape(office.get(QUEUE).text)
    with comments.platform.transaction() as session:
        for comment, payload in zip(harmless, PAYLOADS, strict=True):
            session.get_one(Comment, comment.id).text = wording.cleaned(payload)
    page = office.get(one_by_one).text
    assert page.count('data-key="m"') == len(PAYLOADS)
    assert shape(page) == before
    assert foreign_attributes(page) == []
    assert shape(office.get(QUEUE).text) == together


def test_a_page_that_trusts_words_is_noticed() -> None:
    """The planted defect: a template that marks text as safe."""
    harmless, trusting = "<p>无害</p>", [f"<p>{payload}</p>" for payload in PAYLOADS]
    caught = [page for page in trusting if shape(page) != shape(harmless) or foreign_attributes(page)]
    assert len(caught) > len(PAYLOADS) / 2


def test_the_class_that_is_likely_is_marked_and_the_chosen_one_starts_the_clock(
    office: StrictClient, comments: Comments, matters: Matters
) -> None:
    written = comments.written(text="什么时候换灯？")
    assert re.search(r'<option selected value="general_question">', office.get(QUEUE).text)
    assert decide(office, written, "approve", asking="simple_complaint").status_code == 303
    found = comments.now(written)
    assert found.asking is Asking.SIMPLE_COMPLAINT
    assert found.matter_id is not None


def test_what_is_shown_without_a_class_gets_one_on_the_desk(
    office: StrictClient, comments: Comments, matters: Matters
) -> None:
    shown = comments.shown(text="什么时候换灯？")
    page = f"{QUEUE}?show=shown"
    assert "就定这一类" in office.get(page).text
    named = {f"{shown.reference}-approve-seen": 1, f"{shown.reference}-approve-asking": "simple_question"}
    assert office.post(f"{QUEUE}/{shown.reference}/class", named, page=page).status_code == 303
    assert comments.now(shown).matter_id is not None
    assert office.post(f"{QUEUE}/{shown.reference}/class", named, page=QUEUE).status_code == 409
