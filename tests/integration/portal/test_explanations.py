"""The explaining pages, the reader's choices, and the page of the search."""

import re

import pytest
from flask import Flask

from evalapp.core.platform import Platform
from evalapp.portal.models import FoundKind
from evalapp.portal.services.indexing import Findable, keep_in_step
from tests.support.strict_client import StrictClient


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
@pytest.mark.parametrize("path", ["/about", "/rules", "/privacy", "/search", "/search?q=%E7%94%B5%E6%A2%AF"])
def test_a_page_stands_in_both_languages(browser: StrictClient, path: str, lang: str) -> None:
    answer = browser.get(path, headers={"Accept-Language": lang})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    assert ('<html lang="en"' in page) == (lang == "en-GB")


def test_the_rules_page_shows_the_profile_that_is_in_force(browser: StrictClient) -> None:
    page = browser.get("/rules").get_data(as_text=True)
    assert "国家政务服务" in page, "the source of the rules is named"
    for weight in ("40%", "35%", "25%"):
        assert weight in page


def test_what_is_not_protected_is_said(browser: StrictClient) -> None:
    page = browser.get("/privacy").get_data(as_text=True)
    assert "哪些事我们保护不了" in page
    assert "箱子钥匙是服务器上的一个文件" in page


def test_a_chosen_language_is_remembered(browser: StrictClient) -> None:
    answer = browser.get("/preferences?lang=en&next=/about")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/about"
    assert '<html lang="en"' in browser.get("/about").get_data(as_text=True)


def test_large_text_is_remembered_and_put_back(browser: StrictClient) -> None:
    browser.get("/preferences?care=1&next=/about")
    assert 'data-mode="care"' in browser.get("/about").get_data(as_text=True)
    browser.get("/preferences?care=0&next=/about")
    assert 'data-mode="care"' not in browser.get("/about").get_data(as_text=True)


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "x"]
)
def test_choices_lead_nowhere_else(browser: StrictClient, target: str) -> None:
    assert browser.get("/preferences", query_string={"next": target}).headers["Location"] == "/"


def test_a_choice_that_is_none_sets_nothing(browser: StrictClient) -> None:
    assert "Set-Cookie" not in browser.get("/preferences?lang=xx&care=7").headers


def test_the_search_shows_what_it_found_and_escapes_what_was_asked(
    platform: Platform, app: Flask, browser: StrictClient
) -> None:
    with platform.transaction() as session:
        keep_in_step(session, [Findable(kind=FoundKind.UNIT, path="/units/a", title="住建局", body="电梯")])
    page = browser.get("/search?q=电梯").get_data(as_text=True)
    assert '<a class="dk-tlink fw-bold" href="/units/a"><span>住建局</span></a>' in page
    nothing = browser.get("/search", query_string={"q": "<script>alert(1)</script>"}).get_data(as_text=True)
    assert "<script>alert" not in nothing
    assert "没找到" in nothing


@pytest.mark.parametrize(
    "query", ["kind=nonsense", "page=-3", "page=x", "page=99999999999999999999", "q=%00", "q=" + "长" * 5000]
)
def test_a_strange_question_is_answered(browser: StrictClient, query: str) -> None:
    assert browser.get(f"/search?q=a&{query}").status_code == 200


def test_every_link_of_the_explanations_keeps_to_this_site(browser: StrictClient) -> None:
    for path in ("/about", "/rules", "/privacy"):
        page = browser.get(path).get_data(as_text=True)
        assert not re.findall(r'(?:href|src|action)="(?!/|#)[^"]*"', page)


def test_the_frame_of_a_page_does_not_take_the_names_of_its_values(browser: StrictClient) -> None:
    """Where to go on to after signing in is the page's own word, although the frame has such a word too."""
    page = browser.get("/sign-in?next=/episodes/25").get_data(as_text=True)
    assert 'action="/sign-in?next=/episodes/25"' in page
