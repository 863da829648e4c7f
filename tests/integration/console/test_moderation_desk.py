"""The desks beside the queue: groups with one key, watched words, appeals, the misconduct channel."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from evalapp.comments.models import Comment
from evalapp.comments.rules.moderation import CommentState, RefusalReason
from evalapp.core.platform import Platform
from evalapp.factory import create_app
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.payloads import PAYLOADS, foreign_attributes, shape
from tests.support.strict_client import StrictClient

QUEUE = "/desk/office/comments"
WORDS = "/desk/office/watched-words"
APPEALS = "/desk/office/appeals"
SAID = "楼道灯坏了三个月，报修一直没有人来，请问什么时候能修好？"
REPORT = "科长收了红包才给办"


@pytest.fixture
def office(visitors: Visitors, comments: Comments, browser: StrictClient) -> StrictClient:
    visitors.are(staff=comments.moderator())
    return browser


@pytest.fixture
def keeper(app: Flask, comments: Comments) -> StrictClient:
    """Whoever handles reports, in a browser of their own."""
    Visitors(app).are(staff=comments.reports_keeper())
    return StrictClient(app)


def group_of(comments: Comments, number: int = 4) -> list[Comment]:
    return [comments.written(text=f"{SAID}{place}") for place in range(number)]


def decided(browser: StrictClient, written: list[Comment], act: str, **fields: object):
    group = written[-1].group_id
    fields = {"asking": "statement", **fields} if act == "approve" else fields
    named = {f"{group}-{act}-{name}": value for name, value in fields.items()}
    seen = {f"{group}-{act}-count": len(written), f"{group}-{act}-upto": len(written)}
    return browser.post(f"{QUEUE}/groups/{group}/{act}", named | seen, page=QUEUE)


def test_a_group_is_one_row_with_its_own_keys(office: StrictClient, comments: Comments) -> None:
    written = group_of(comments)
    page = office.get(QUEUE).text
    assert "相近的 4 条" in page
    assert len(re.findall(r'<li tabindex="-1"', page)) == 1
    assert {key: page.count(f'data-key="{key}"') for key in "arm"} == {"a": 1, "r": 1, "m": 0}
    inside = office.get(f"{QUEUE}?group={written[0].group_id or written[1].group_id}").text
    assert len(re.findall(r'<li tabindex="-1"', inside)) == 4


def test_one_key_decides_it(office: StrictClient, comments: Comments) -> None:
    written = group_of(comments)
    assert decided(office, written, "refuse", reason="advertising", note="").status_code == 303
    assert {comments.now(one).state for one in written} == {CommentState.REFUSED}
    assert decided(office, written, "approve").status_code == 409
    assert decided(office, group_of(comments), "refuse", reason="other").status_code == 422


def test_the_list_of_words_is_written_and_its_earlier_wordings_stand_below(
    office: StrictClient,
) -> None:
    assert office.post(WORDS, {"words": "加微信\n红包", "why": "广告", "seen": 0}).status_code == 303
    page = office.get(WORDS).text
    assert "加微信\n红包</textarea>" in page.replace("\r", "")
    assert office.post(WORDS, {"words": "红包", "why": "", "seen": 1}).status_code == 422
    refused = office.post(WORDS, {"words": "刷单", "why": "广告", "seen": 0})
    assert refused.status_code == 409
    assert "刷单</textarea>" in refused.text
    assert "同事刚刚改过关注词" in refused.text
    assert office.post(WORDS, {"words": "包", "why": "广告", "seen": 1}).status_code == 422


def test_a_list_of_two_thousand_long_words_gets_through(office: StrictClient) -> None:
    words = "\n".join(f"{'关' * 26}{number:04}" for number in range(2_000))
    assert office.post(WORDS, {"words": words, "why": "满", "seen": 0}).status_code == 303


def test_the_queue_says_which_word_held_a_comment(office: StrictClient, comments: Comments) -> None:
    office.post(WORDS, {"words": "加微信", "why": "广告", "seen": 0})
    comments.written(text="加 微 信")
    assert "关注词：加微信（第 1 版）" in office.get(QUEUE).text


def test_an_appeal_is_decided_by_another_and_not_by_oneself(
    visitors: Visitors, comments: Comments, browser: StrictClient
) -> None:
    first, author = comments.moderator(), comments.resident()
    refused = comments.refused(comments.written(author=author), reason=RefusalReason.INSULT, actor=first)
    made = comments.appealed(refused, author, text="我没有骂人")
    fields = {f"{made.id}-outcome": "restored", f"{made.id}-seen": 0, f"{made.id}-note": ""}
    visitors.are(staff=first)
    page = browser.get(APPEALS).text
    assert "这条是你退回的" in page
    assert f"{made.id}-outcome" not in page
    assert browser.post(f"{APPEALS}/{made.id}", fields, page=WORDS).status_code == 403
    visitors.are(staff=comments.moderator())
    assert "我没有骂人" in browser.get(APPEALS).text
    upheld = fields | {f"{made.id}-outcome": "upheld"}
    assert browser.post(f"{APPEALS}/{made.id}", upheld, page=APPEALS).status_code == 422
    assert browser.post(f"{APPEALS}/{made.id}", fields, page=APPEALS).status_code == 303
    assert comments.now(refused).state is CommentState.SHOWN
    assert "没有等待处理的申诉" in browser.get(APPEALS).text


def test_the_office_sees_references_and_the_channel_reads(
    office: StrictClient, comments: Comments, visitors: Visitors
) -> None:
    written = comments.written(text=REPORT)
    named = {f"{written.reference}-move-seen": 0}
    assert office.post(f"{QUEUE}/{written.reference}/move", named, page=QUEUE).status_code == 303
    listed = office.get("/desk/office/reports").text
    (reference,) = set(re.findall(r"JB-\w+", listed))
    for page in (listed, office.get(QUEUE).text, office.get(f"{QUEUE}?show=refused").text):
        assert REPORT not in page
        assert written.reference not in page
    assert office.get(f"/desk/reports/{reference}").status_code == 403
    visitors.are(staff=comments.reports_keeper())
    assert reference in office.get("/desk/reports").text
    shown = office.get(f"/desk/reports/{reference}").text
    assert REPORT in shown
    assert office.get(QUEUE).status_code == 403
    path = f"/desk/reports/{reference}"
    assert office.post(f"{path}/take", page=path).status_code == 303
    assert office.post(f"{path}/hand-back", {"note": ""}, page=path).status_code in {400, 409}


def test_what_is_no_report_is_handed_back(
    office: StrictClient, comments: Comments, visitors: Visitors
) -> None:
    written = comments.written(text="窗口几点开门？")
    report = comments.moved(written)
    visitors.are(staff=comments.reports_keeper())
    path = f"/desk/reports/{report.reference}"
    assert office.post(f"{path}/hand-back", {"note": "请按留言处理"}, page=path).status_code == 303
    visitors.are(staff=comments.moderator())
    assert "窗口几点开门？" in office.get(QUEUE).text


def test_payloads_stay_words_on_every_desk(
    office: StrictClient, comments: Comments, visitors: Visitors, app: Flask
) -> None:
    pages: dict[str, list[list[str]]] = {}
    for text in ("无害", PAYLOADS[0], " ".join(PAYLOADS[1:9])[:200]):
        author = comments.resident()
        refused = comments.refused(comments.written(author=author, text=text or "x"), note=text)
        made = comments.appealed(refused, author, text=text)
        report = comments.moved(comments.written(text=text))
        visitors.are(staff=comments.moderator())
        pages.setdefault("appeals", []).append([shape(office.get(APPEALS).text)])
        assert foreign_attributes(office.get(APPEALS).text) == []
        fields = {f"{made.id}-outcome": "upheld", f"{made.id}-seen": 0, f"{made.id}-note": "好"}
        assert office.post(f"{APPEALS}/{made.id}", fields, page=APPEALS).status_code == 303
        visitors.are(staff=comments.reports_keeper())
        shown = office.get(f"/desk/reports/{report.reference}").text
        assert foreign_attributes(shown) == []
        pages.setdefault("report", []).append([shape(shown)])
    for shapes in pages.values():
        assert all(one == shapes[0] for one in shapes)


@pytest.mark.parametrize(("chosen", "said"), [("before", "先审后发"), ("after", "先发后审")])
def test_pages_say_what_the_district_chose(
    platform: Platform, comments: Comments, chosen: str, said: str
) -> None:
    settings = platform.settings.model_copy(update={"comment_moderation": chosen})
    app = create_app(replace(platform, settings=settings))
    Visitors(app).are(staff=comments.moderator())
    browser = StrictClient(app)
    for path in (QUEUE, "/moderation", "/rules"):
        assert said in browser.get(path).text
    assert {"before": "先发后审", "after": "现在先审后发"}[chosen] not in browser.get("/moderation").text
