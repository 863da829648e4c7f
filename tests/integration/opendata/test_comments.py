"""Comments through the JSON interface: pages, fingerprints, refusals as problem+json, no hour and no person."""

import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evalapp.comments.models import Thread
from evalapp.core.platform import Platform
from tests.support.actors import Visitors
from tests.support.comments import AFTER, Comments
from tests.support.programme import Programme
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

NUMBER = "12" + "0" * 8 + "5"


@pytest.fixture
def episode(programme: Programme):
    return programme.grading()


@pytest.fixture
def thread(episode, platform: Platform) -> Thread:
    with platform.session() as session:
        return session.get_one(Thread, episode.thread_id)


@pytest.fixture
def path(episode) -> str:
    return f"/api/v1/episodes/{episode.number}/comments"


@pytest.fixture
def write(app: Flask, visitors: Visitors, comments: Comments, path: str, monkeypatch: pytest.MonkeyPatch):
    """Post JSON as a signed-in resident, past the token that sign-in hands out."""
    visitors.are(resident=comments.resident())
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False

    def post(body: object, **options: object) -> TestResponse:
        return app.test_client().post(path, json=body, **options)

    return post


@pytest.fixture
def send(write, app: Flask, path: str):
    """Post bytes as they are, as the same resident."""
    return lambda data, content_type: app.test_client().post(path, data=data, content_type=content_type)


def test_pages_follow_one_another_and_hold_every_comment_once(
    browser: StrictClient, comments: Comments, thread: Thread, path: str
) -> None:
    written = {comments.written(thread, policy=AFTER).reference for _ in range(7)}
    seen, address = [], f"{path}?limit=3"
    while address:
        answer = browser.get(address)
        seen += [one["reference"] for one in answer.json["items"]]
        link = re.match(r'<http://127.0.0.1:8000(/[^>]+)>; rel="next"', answer.headers.get("Link", ""))
        assert (answer.json["next"] is None) == (link is None)
        address = link.group(1) if link else ""
    assert len(seen) == 7
    assert set(seen) == written


def test_who_has_the_newest_is_told_so(
    browser: StrictClient, comments: Comments, thread: Thread, path: str
) -> None:
    comments.shown(thread)
    tag = browser.get(path).headers["ETag"]
    assert browser.get(path, headers={"If-None-Match": tag}).status_code == 304
    comments.shown(thread)
    assert browser.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_an_answer_tells_the_day_the_unit_and_the_post_and_nothing_of_the_person(
    browser: StrictClient, comments: Comments, thread: Thread, path: str
) -> None:
    shown = comments.shown(thread, text=f"打 {NUMBER}", at_seconds=5)
    comments.replied(shown)
    comments.refused()
    body = browser.get(path).get_data(as_text=True)
    (item,) = browser.get(path).json["items"]
    assert set(item) == {"reference", "state", "day", "at", "text", "met_too", "reply"}
    assert set(item["reply"]) == {"unit", "post", "day", "text", "earlier"}
    assert (item["text"], item["at"]) == ("打 ［电话已隐去］", 5)
    assert NUMBER not in body
    assert shown.pseudonym not in body
    assert not re.search(r"\d\d:\d\d", body)


def test_only_answered_comments_when_asked(
    browser: StrictClient, comments: Comments, thread: Thread, path: str
) -> None:
    comments.shown(thread)
    answered = comments.shown(thread)
    comments.replied(answered)
    items = browser.get(f"{path}?show=answered").json["items"]
    assert [one["reference"] for one in items] == [answered.reference]


@pytest.mark.parametrize(
    ("query", "status"), [("?cursor=LY-NOTHING", 404), ("?limit=0", 422), ("?limit=x", 422), ("?show=x", 422)]
)
def test_what_is_asked_wrongly_is_refused(browser: StrictClient, path: str, query: str, status: int) -> None:
    answer = browser.get(path + query)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_an_episode_that_is_not_shown_has_no_comments(browser: StrictClient, programme: Programme) -> None:
    planned, withdrawn = programme.scheduled(), programme.withdrawn()
    for number in (planned.number, withdrawn.number, 999_999):
        assert browser.get(f"/api/v1/episodes/{number}/comments").status_code == 404
    assert browser.get("/api/v1/episodes/99999999999999999999/comments").status_code == 404


def test_a_resident_writes(write) -> None:
    answer = write({"text": f"我是 {NUMBER}", "at": 1.7})
    assert answer.status_code == 201
    assert answer.json["state"] == "held"
    assert (answer.json["text"], answer.json["at"]) == ("我是 ［电话已隐去］", 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "长" * 301}, "text"),
        ({"text": 5}, "text"),
        ({}, "text"),
        ([], "text"),
        ("text", "text"),
        ({"text": "好", "at": -1}, "at"),
        ({"text": "好", "at": 10**30}, "at"),
        ({"text": "好", "at": "14:28"}, "at"),
        ({"text": "好", "at": True}, "at"),
        ({"text": "好", "at": float("inf")}, "at"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(write, body: object, field: str) -> None:
    answer = write(body)
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert answer.json["field"] == field


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"text": "\xff"}', "application/json", 400),
        (b"text=x", "application/x-www-form-urlencoded", 415),
        (b'{"text": "' + b"x" * 40_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_json_is_refused(send, data: bytes, content_type: str, status: int) -> None:
    answer = send(data, content_type)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_lone_surrogates_and_controls_do_not_reach_the_database(send) -> None:
    assert send(rb'{"text": "\ud800\u597d\u0000\u001b"}', "application/json").json["text"] == "好"
    assert send(rb'{"text": "\ud800"}', "application/json").status_code == 422


def test_the_same_words_twice_are_a_conflict(write) -> None:
    assert write({"text": "楼道灯"}).status_code == 201
    assert write({"text": "楼道灯"}).status_code == 409


def test_the_eleventh_comment_of_an_hour_waits(write) -> None:
    answers = [write({"text": f"第 {number} 条"}) for number in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


def test_who_is_not_signed_in_is_told_so_and_a_form_of_another_site_is_refused(
    app: Flask, visitors: Visitors, comments: Comments, path: str
) -> None:
    assert app.test_client().post(path, json={"text": "好"}).status_code == 400  # no token
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    assert app.test_client().post(path, json={"text": "好"}).status_code == 401
    visitors.are(resident=comments.resident())
    foreign = {"Origin": "https://evil.invalid", "Sec-Fetch-Site": "cross-site"}
    assert app.test_client().post(path, json={"text": "好"}, headers=foreign).status_code == 403


def test_a_hundred_comments_cost_as_many_statements_as_one(
    browser: StrictClient, comments: Comments, thread: Thread, path: str, platform: Platform
) -> None:
    comments.replied(comments.written(thread, policy=AFTER))
    one = statements_of(platform, browser, f"{path}?limit=100")
    for _ in range(30):
        comments.replied(comments.written(thread, policy=AFTER))
    assert statements_of(platform, browser, f"{path}?limit=100") == one <= 5
