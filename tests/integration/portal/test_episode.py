"""The page of an episode for somebody who is not signed in."""

import pytest
from sqlalchemy import update

from evalapp.ballots.models import Grading
from evalapp.comments.models import Thread
from evalapp.core.permissions import RESIDENT_PERMISSIONS, SYSTEM, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode, Recording
from evalapp.programme.services import planning_airings
from tests.support.accounts import People
from tests.support.comments import Comments
from tests.support.programme import Programme, at, span
from tests.support.statements import statements
from tests.support.strict_client import StrictClient
from tests.support.watchable import FACTS, make_watchable


@pytest.fixture
def episode(programme: Programme, platform: Platform) -> Episode:
    made = programme.grading(programme.planned(title="老旧小区改造，改到哪一步了", summary="看完请评一评。"))
    make_watchable(platform, made)
    announce(platform, made)
    return made


def announce(platform: Platform, episode: Episode, *, turnout: int = 40) -> None:
    """The boxes' window and turnout, as everybody may know them."""
    with platform.transaction() as session:
        session.add(
            Grading(
                episode_id=episode.id,
                profile={},
                opens_at=episode.opens_at,
                closes_at=episode.closes_at,
                announced_at=episode.opens_at,
                turnout=turnout,
            )
        )


def page_of(browser: StrictClient, episode: Episode, query: str = "", **options: object) -> str:
    return browser.get(f"/episodes/{episode.number}{query}", **options).get_data(as_text=True)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_page_plays_without_script_and_names_its_captions(
    episode: Episode, browser: StrictClient, lang: str
) -> None:
    page = page_of(browser, episode, headers={"Accept-Language": lang})
    assert "<video controls" in page
    assert "progressive.mp4" in page
    assert 'kind="captions"' in page
    assert "今年计划改造 46 个小区。" in page


def test_a_page_with_a_player_allows_its_styles_and_another_does_not(
    episode: Episode, browser: StrictClient
) -> None:
    with_player = browser.get(f"/episodes/{episode.number}").headers["Content-Security-Policy"]
    without = browser.get("/episodes").headers["Content-Security-Policy"]
    assert "'sha256-" in with_player
    assert "'sha256-" not in without


def test_a_moment_in_the_address_starts_the_video_there(episode: Episode, browser: StrictClient) -> None:
    assert 'data-start="90"' in page_of(browser, episode, "?t=90")
    for strange in ("?t=-5", "?t=x", "?t=999999999"):
        assert 'data-start="0"' in page_of(browser, episode, strange)


def test_who_is_not_signed_in_is_asked_to_and_comes_back(episode: Episode, browser: StrictClient) -> None:
    page = page_of(browser, episode)
    assert f"/sign-in?next=/episodes/{episode.number}%23rate" in page
    assert 'name="openness"' not in page


def test_comments_and_replies_stand_under_it_with_days_only(
    programme: Programme,
    episode: Episode,
    comments: Comments,
    platform: Platform,
    browser: StrictClient,
) -> None:
    comments.shown(comments.thread(programme.unit("区民政局")), text="别的一期")
    comments.replied(
        comments.shown(_thread(platform, episode), text="楼道灯什么时候修好？"), text="本周五以前修好。"
    )
    page = page_of(browser, episode)
    assert "楼道灯什么时候修好？" in page
    assert "本周五以前修好。" in page
    assert "别的一期" not in page
    assert "1 条，已回复 1 条" in page


def test_a_held_comment_is_not_shown(
    episode: Episode, comments: Comments, platform: Platform, browser: StrictClient
) -> None:
    comments.written(_thread(platform, episode), text="还没有审核的话")
    assert "还没有审核的话" not in page_of(browser, episode)


def test_every_episode_that_the_interface_names_has_its_page(
    programme: Programme, browser: StrictClient, platform: Platform
) -> None:
    for make in (
        "planned",
        "recorded",
        "prepared",
        "scheduled",
        "closed",
        "counted",
        "withdrawn",
        "published",
    ):
        getattr(programme, make)()
    with platform.transaction() as session:
        session.execute(update(Recording).where(Recording.prepared_at.is_not(None)).values(facts=FACTS))
    items = browser.get("/api/v1/episodes").json["items"]
    assert len(items) == 8
    assert {"planned", "recorded", "prepared"} < {item["state"] for item in items}
    for item in items:
        path = item["url"].removeprefix(platform.settings.public_url)
        assert browser.get(path).status_code == 200, item["state"]
        assert browser.get(f"/api/v1/episodes/{item['number']}").status_code == 200


def test_a_plan_without_a_date_says_so_and_stands_on_no_list(
    programme: Programme, browser: StrictClient
) -> None:
    planned = programme.planned(title="窗口少跑一趟")
    page = browser.get(f"/episodes/{planned.number}").text
    assert "播出时间还没有定" in page
    assert 'name="openness"' not in page
    for listed in ("/", "/episodes", "/search?q=窗口", "/sitemap.xml", "/feed.xml", "/schedule.xml"):
        assert f"/episodes/{planned.number}" not in browser.get(listed).text, listed
    assert browser.get("/episodes/999999").status_code == 404
    assert browser.get("/episodes/99999999999999999999").status_code == 404


def test_a_withdrawn_episode_says_why_and_plays_nothing(
    platform: Platform, episode: Episode, browser: StrictClient
) -> None:
    with platform.transaction() as session:
        row = session.get_one(Episode, episode.id)
        row.withdrawn_at, row.withdrawn_reason = row.opens_at, "单位撤并"
    page = page_of(browser, episode)
    assert "单位撤并" in page
    assert "<video" not in page
    assert "已经投出的票不会开箱" in page


def test_a_void_box_leaves_the_recording_on_show(
    programme: Programme, platform: Platform, browser: StrictClient
) -> None:
    episode = programme.void(reason="线路中断")
    make_watchable(platform, episode)
    page = page_of(browser, episode)
    assert "线路中断" in page
    assert "<video" in page


@pytest.mark.parametrize("state", ["closed", "counted"])
def test_nothing_of_a_score_is_shown_before_publication(
    programme: Programme, platform: Platform, browser: StrictClient, state: str
) -> None:
    episode = getattr(programme, state)()
    make_watchable(platform, episode)
    page = page_of(browser, episode)
    assert "正在核验" in page
    assert "/results" not in page
    assert "dk-score" not in page


def test_a_published_result_is_one_link_away(
    programme: Programme, platform: Platform, browser: StrictClient
) -> None:
    episode = programme.published()
    make_watchable(platform, episode)
    assert f'href="/episodes/{episode.number}/results"' in page_of(browser, episode)


def test_a_moved_airing_says_why(programme: Programme, platform: Platform, browser: StrictClient) -> None:

    episode = programme.scheduled()
    airing = programme.airing(episode, starts_at=at(days=40, hour=20))
    with platform.transaction() as session:
        planning_airings.cancel_airing(
            session, airing_id=airing.id, reason="转播重要会议", actor=SYSTEM, seen_revision=airing.revision
        )
    assert "转播重要会议" in page_of(browser, episode)


def test_a_long_transcript_is_a_page_of_its_own(
    programme: Programme, platform: Platform, browser: StrictClient
) -> None:
    episode = programme.grading()
    make_watchable(platform, episode, lines=600)
    page = page_of(browser, episode)
    whole = browser.get(f"/episodes/{episode.number}/transcript").get_data(as_text=True)
    assert page.count("?t=") < 60
    assert whole.count('class="tx"') == 600
    assert 'data-transcript-more="' in page


def test_a_viewer_reports_a_broken_video(episode: Episode, browser: StrictClient) -> None:
    path = f"/episodes/{episode.number}/report"
    refused = browser.post(path, {"at": "abc"})
    assert refused.status_code == 422
    assert "请写成 14:24 这样的时间" in refused.get_data(as_text=True)
    kept = browser.post(path, {"trouble": "no_sound", "at": "14:24"})
    assert kept.status_code == 303
    assert "电视台已经收到" in browser.get(kept.headers["Location"]).get_data(as_text=True)


def test_the_page_costs_eight_statements_whatever_it_holds(
    episode: Episode, comments: Comments, platform: Platform, browser: StrictClient
) -> None:
    thread = _thread(platform, episode)
    with statements(platform) as few:
        page_of(browser, episode)
    for number in range(20):
        comments.replied(comments.shown(thread, text=f"第 {number} 条留言"))
    with statements(platform) as many:
        page_of(browser, episode)
    assert len(few) <= 8
    assert len(many) <= 8, many


def test_two_more_for_a_resident_whatever_they_wrote_and_however_the_airing_moved(
    episode: Episode, comments: Comments, people: People, platform: Platform, programme: Programme
) -> None:
    thread, resident = _thread(platform, episode), people.resident()
    author = Actor(kind=ActorKind.RESIDENT, id=resident.resident.id, permissions=RESIDENT_PERMISSIONS)
    for number in range(20):
        comments.replied(comments.shown(thread, author=author, text=f"我的第 {number} 条留言"))
    airing = programme.airing(episode)
    with platform.transaction() as session:
        planning_airings.postpone_airing(
            session,
            airing_id=airing.id,
            span=span(at(days=30), 45),
            reason="转播大会",
            actor=SYSTEM,
            seen_revision=airing.revision,
            override_reason="测试",
        )
    with statements(platform) as sent:
        page = page_of(resident.browser, episode)
    assert "我的第 19 条留言" in page
    assert "转播大会" in page
    assert len(sent) <= 10, sent


def _thread(platform: Platform, episode: Episode):

    with platform.session() as session:
        return session.get_one(Thread, episode.thread_id)
