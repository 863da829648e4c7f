"""Home and the list of episodes: what is shown, what is not, and at what price."""

import re
from datetime import timedelta

import pytest

from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.portal.queries.episodes import Shown, episode_list
from evalapp.portal.queries.home import home_page
from tests.support.comments import Comments
from tests.support.programme import Programme
from tests.support.statements import statements
from tests.support.strict_client import StrictClient


def test_an_empty_district_has_a_home_page_that_says_what_comes(browser: StrictClient) -> None:
    page = browser.get("/").get_data(as_text=True)
    assert "现在没有可评的节目" in page
    assert "近一个月还没有安排播出" in page
    assert "dk-studio" not in page, "the dark studio is only round moving pictures"


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_home_shows_what_can_be_graded_soonest_first_with_one_red_button(
    programme: Programme, browser: StrictClient, lang: str
) -> None:
    programme.grading(programme.planned(title="后截止"))
    programme.grading(programme.planned(title="先截止"))
    page = browser.get("/", headers={"Accept-Language": lang}).get_data(as_text=True)
    assert page.count("btn-zhu") == 1
    assert page.index("后截止") < page.index("先截止")


def test_what_is_on_air_is_marked_in_the_guide(programme: Programme, browser: StrictClient) -> None:
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    programme.airing(programme.prepared(), starts_at=now, minutes=60)
    page = browser.get("/").get_data(as_text=True)
    assert '<li class="on">' in page
    assert "正在播出" in page


def test_a_withdrawn_episode_is_neither_at_home_nor_in_the_list(
    programme: Programme, browser: StrictClient
) -> None:
    programme.withdrawn(programme.scheduled(programme.planned(title="撤下的这一期")))
    assert "撤下的这一期" not in browser.get("/").get_data(as_text=True)
    assert "撤下的这一期" not in browser.get("/episodes").get_data(as_text=True)


def test_an_episode_that_is_only_an_idea_is_not_listed(programme: Programme, browser: StrictClient) -> None:
    programme.planned(title="还只是选题")
    assert "还只是选题" not in browser.get("/episodes").get_data(as_text=True)


def test_a_reply_is_shown_with_its_question(comments: Comments, browser: StrictClient) -> None:
    comments.replied(comments.shown(text="楼道灯什么时候修好？"), text="本周五以前修好。")
    page = browser.get("/").get_data(as_text=True)
    assert page.index("楼道灯什么时候修好？") < page.index("本周五以前修好。")


def test_lists_can_be_narrowed(programme: Programme, platform: Platform) -> None:
    programme.grading()
    published = programme.published()
    with platform.session() as session:
        everything = episode_list(session, shown=Shown.ALL, year=None, page=1)
        with_results = episode_list(session, shown=Shown.RESULTS, year=None, page=1)
        nothing = episode_list(session, shown=Shown.ALL, year=2031, page=1)
    assert everything.total == 2
    assert [card.number for card in with_results.cards] == [published.number]
    assert nothing.cards == []


@pytest.mark.parametrize(
    "query", ["show=nonsense", "year=x", "page=0", "page=9999999", "show=open&year=2026"]
)
def test_a_strange_list_is_answered(programme: Programme, browser: StrictClient, query: str) -> None:
    programme.grading()
    assert browser.get(f"/episodes?{query}").status_code == 200


def test_statements_do_not_grow_with_episodes(programme: Programme, platform: Platform) -> None:
    programme.grading()
    with platform.session() as session, statements(platform) as few:
        home_page(session)
    for _ in range(4):
        programme.grading()
        programme.scheduled(
            starts_at=clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2 + _)
        )
    with platform.session() as session, statements(platform) as many:
        home_page(session)
    assert len(many) == len(few) <= 10


def test_every_card_leads_to_its_episode(programme: Programme, browser: StrictClient) -> None:
    episode = programme.grading()
    page = browser.get("/").get_data(as_text=True)
    assert re.search(rf'href="/episodes/{episode.number}#rate"', page)
