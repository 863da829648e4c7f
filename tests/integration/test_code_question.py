"""While codes run short, asking for one costs the answer to a sum in words: the same for every number, used once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts import rules, sums
from evalapp.accounts.models import CodeRequest, VaultEntry
from evalapp.accounts.services import codes, questions
from evalapp.core.platform import Platform
from tests.support.accounts import Outbox, People, SignedInResident, phone
from tests.support.strict_client import StrictClient

TOKEN = re.compile(r'name="question"[^>]*value="([^"]+)"')
WORDS = re.compile(r"([一二三四五六七八九十]+)(加|减)([一二三四五六七八九])等于多少？")
ENGLISH = re.compile(r"What is [a-z-]+ (?:plus|minus) [a-z]+\?")


def value(words: str) -> int:
    tens, _, ones = words.rpartition("十") if "十" in words else ("", "", words)
    of = lambda word: "零一二三四五六七八九".index(word) if word else 0  # noqa: E731
    return (of(tens) or 1) * 10 + of(ones) if "十" in words else of(ones)


def solved(page: str) -> dict[str, str]:
    """The answer that a reader would give."""
    first, sign, second = WORDS.search(page).groups()
    outcome = value(first) + value(second) if sign == "加" else value(first) - value(second)
    return {"question": TOKEN.search(page).group(1), "answer": str(outcome)}


def set_budget(platform: Platform, **settings: int) -> None:
    object.__setattr__(platform, "settings", platform.settings.model_copy(update=settings))


@pytest.fixture
def short(platform: Platform) -> None:
    """Codes run short from the first on."""
    set_budget(platform, code_question_from_percent=0)


def sent(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(CodeRequest)).one()


def test_nothing_is_asked_while_there_are_enough(people: People, platform: Platform) -> None:
    set_budget(platform, codes_in_all_hour=4)
    for number in (1, 2):
        people.resident(number)
    assert "等于多少" in people.client().get("/sign-in").get_data(as_text=True), "half of four are spent"


def test_a_code_costs_the_answer_and_the_page_needs_no_script(
    short: None, people: People, outbox: Outbox, session: Session
) -> None:
    browser = people.client()
    page = browser.get("/sign-in").get_data(as_text=True)
    assert WORDS.search(page)
    assert "<img" not in page.partition("<form")[2].partition("</form>")[0]
    refused = browser.post("/sign-in", {"phone": phone(1)})
    assert refused.status_code == 422
    again = refused.get_data(as_text=True)
    assert "请先回答这一题" in again
    assert phone(1) in again, "what was typed stays"
    assert sent(session) == 0
    assert browser.post("/sign-in", {"phone": phone(1), **solved(again)}).status_code == 303
    assert browser.post("/sign-in/code", {"code": outbox.code(phone(1)), "consent": "y"}).status_code == 303


def test_a_wrong_answer_brings_a_new_question(short: None, people: People, session: Session) -> None:
    browser = people.client()
    first = solved(browser.get("/sign-in").get_data(as_text=True))
    refused = browser.post("/sign-in", {"phone": phone(1), **first, "answer": "1"})
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "答得不对" in page) == (422, True)
    assert solved(page)["question"] != first["question"]
    assert sent(session) == 0


def test_known_and_unknown_numbers_are_asked_alike(short: None, people: People, platform: Platform) -> None:
    set_budget(platform, code_question_from_percent=100)
    people.resident(1)
    set_budget(platform, code_question_from_percent=0)
    seen = []
    for number in (1, 2):
        browser = people.client()
        refused = browser.post("/sign-in", {"phone": phone(number), "answer": "1"})
        page = WORDS.sub("", TOKEN.sub("", refused.get_data(as_text=True)))
        csrf = re.sub(r'value="[^"]{60,}"', "", page)
        seen.append((refused.status_code, csrf.replace(phone(number), "")))
    assert seen[0] == seen[1]


def test_an_answer_is_good_for_one_code_and_one_browser(
    short: None, people: People, session: Session
) -> None:
    browser, other = people.client(), people.client()
    answer = solved(browser.get("/sign-in").get_data(as_text=True))
    other.get("/sign-in")
    assert other.post("/sign-in", {"phone": phone(1), **answer}).status_code == 422
    assert browser.post("/sign-in", {"phone": phone(1), **answer}).status_code == 303
    assert browser.post("/sign-in", {"phone": phone(2), **answer}).status_code == 422
    assert sent(session) == 1


def test_one_answer_pressed_fifty_times_at_once_sends_one_code(
    short: None, platform: Platform, session: Session
) -> None:
    asking = codes.Asking(
        browser="b", device="d", origin=rules.Origin(network="n", is_carrier=False), lang="zh"
    )
    asked = questions.question_for(session, platform, browser="b")
    session.rollback()
    answer = questions.Answer(token=asked.token, typed=str(asked.outcome))

    def press(number: int) -> bool:
        try:
            with platform.transaction() as writing:
                codes.ask(writing, platform, number=phone(number), asking=asking, answer=answer)
        except questions.QuestionAsked:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(50))) == 1
    assert sent(session) == 1
    assert session.scalars(select(func.count()).select_from(VaultEntry)).one() == 1


def test_sending_again_leads_to_the_question(short: None, people: People, session: Session) -> None:
    browser = people.client()
    answer = solved(browser.get("/sign-in").get_data(as_text=True))
    browser.post("/sign-in", {"phone": phone(1), **answer})
    again = browser.post("/sign-in/again", page="/sign-in/code")
    assert again.status_code in {422, 429}
    assert WORDS.search(again.get_data(as_text=True))
    assert sent(session) == 1


def test_changing_the_number_costs_the_same(people: People, platform: Platform) -> None:
    resident: SignedInResident = people.resident(1)
    set_budget(platform, code_question_from_percent=0)
    refused = resident.browser.post("/me/number", {"phone": phone(2)})
    assert refused.status_code == 422
    given = solved(refused.get_data(as_text=True))
    assert resident.browser.post("/me/number", {"phone": phone(2), **given}).status_code == 303


def test_programs_get_the_question_in_the_refusal(short: None, app: Flask, session: Session) -> None:
    client = app.test_client()
    refused = client.post("/api/v1/sign-in/code", json={"phone": phone(1)})
    problem = refused.get_json()
    assert (refused.status_code, problem["type"], problem["field"]) == (422, "question-asked", "answer")
    first, sign, second = WORDS.search(problem["question"]["text"]).groups()
    outcome = value(first) + value(second) if sign == "加" else value(first) - value(second)
    given = {"phone": phone(1), "question": problem["question"]["token"], "answer": str(outcome)}
    assert client.post("/api/v1/sign-in/code", json=given).status_code == 200
    assert sent(session) == 1


def test_the_question_is_asked_in_english_too(short: None, people: People) -> None:
    page = people.client().get("/sign-in", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert ENGLISH.search(page)


def test_a_question_that_everybody_passes_would_be_noticed(
    short: None, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted defect: any answer is right."""
    monkeypatch.setattr(sums.Sum, "is_answered_by", lambda *_: True)
    browser: StrictClient = people.client()
    answer = solved(browser.get("/sign-in").get_data(as_text=True)) | {"answer": "1"}
    assert browser.post("/sign-in", {"phone": phone(1), **answer}).status_code == 303
    assert sent(session) == 1
