"""What residents do around a comment on the page of an episode: 我也遇到, an appeal, comments by moment."""

import re

import pytest
from sqlalchemy import select

from evalapp.comments.models import CommentAppeal
from evalapp.comments.rules.moderation import RefusalReason
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from tests.support.accounts import People, SignedInResident
from tests.support.comments import Comments
from tests.support.programme import Programme
from tests.support.watchable import make_watchable


@pytest.fixture
def episode(programme: Programme, platform: Platform) -> Episode:
    made = programme.grading()
    make_watchable(platform, made)
    return made


@pytest.fixture
def path(episode: Episode) -> str:
    return f"/episodes/{episode.number}"


@pytest.fixture
def thread(platform: Platform, comments: Comments, episode: Episode):
    with platform.session() as session:
        thread_id = session.scalar(select(Episode.thread_id).where(Episode.id == episode.id))
    return comments.thread_of(type("Of", (), {"thread_id": thread_id}))


@pytest.fixture
def reader(people: People) -> SignedInResident:
    return people.resident()


def actor_of(reader: SignedInResident) -> Actor:
    return Actor(kind=ActorKind.RESIDENT, id=reader.resident.id, permissions=RESIDENT_PERMISSIONS)


def test_a_resident_says_met_too_once_and_takes_it_back(
    comments: Comments, thread, reader: SignedInResident, path: str, people: People
) -> None:
    shown = comments.shown(thread)
    button = f"{path}/comments/{shown.reference}/met-too"
    assert "我也遇到" not in people.client().get(path).text
    for _ in range(2):
        answer = reader.browser.post(f"{button}/on", page=path)
        assert (answer.status_code, answer.location) == (303, f"{path}#{shown.reference}")
    assert "1 人也遇到" in people.client().get(path).text
    assert "点一下收回" in reader.browser.get(path).text
    assert reader.browser.post(f"{button}/off", page=path).status_code == 303
    assert "人也遇到" not in people.client().get(path).text
    assert reader.browser.post(f"{button}/maybe", page=path).status_code == 404


def test_the_author_of_a_refused_comment_appeals_on_the_page(
    comments: Comments, thread, reader: SignedInResident, path: str, platform: Platform
) -> None:
    author = actor_of(reader)
    refused = comments.refused(comments.written(thread, author=author), reason=RefusalReason.OFF_TOPIC)
    address, name = f"{path}/comments/{refused.reference}/appeal", f"{refused.reference}-text"
    empty = reader.browser.post(address, {name: ""}, page=path)
    assert empty.status_code == 422
    assert "请写下为什么应该公开" in empty.text
    long = reader.browser.post(address, {name: "长" * 201}, page=path)
    assert (long.status_code, "长" * 201 in long.text) == (422, True)
    assert reader.browser.post(address, {name: "我说的就是这一期"}, page=path).status_code == 303
    page = reader.browser.get(path).text
    assert "等另一位工作人员来看" in page
    assert address not in page
    with platform.session() as session:
        assert session.scalars(select(CommentAppeal.text)).all() == ["我说的就是这一期"]


def test_nobody_appeals_for_somebody_else(
    comments: Comments, thread, reader: SignedInResident, path: str
) -> None:
    refused = comments.refused(comments.written(thread))
    address = f"{path}/comments/{refused.reference}/appeal"
    answer = reader.browser.post(address, {f"{refused.reference}-text": "我来说"}, page=path)
    assert answer.status_code == 404


def test_comments_at_a_moment_stand_on_the_bar_and_in_a_list_of_words(
    comments: Comments, thread, path: str, people: People
) -> None:
    comments.shown(thread, text="后面这句说得好", at_seconds=1800)
    comments.shown(thread, text="开头没听清", at_seconds=0)
    comments.shown(thread, text="没有说哪一刻")
    comments.written(thread, text="还没有审核", at_seconds=900)
    page = people.client().get(path).text
    listed = re.search(r'<ol class="dk-moments">(.*?)</ol>', page, re.DOTALL)[1]
    assert re.findall(r'data-t="(\d+)"', listed) == ["0", "1800"]
    assert re.findall(r'dk-lines">([^<]+)<', listed) == ["开头没听清", "后面这句说得好"]
    bar = re.search(r'<svg class="dk-marks".*?</svg>', page, re.DOTALL)[0]
    assert re.findall(r'data-t="(\d+)"', bar) == ["0", "1800"]
    assert 'aria-label="时间条上标着 2 条留言' in bar


def test_a_hidden_question_leaves_its_mark_and_the_answer_stands(
    comments: Comments, thread, path: str, people: People
) -> None:
    shown = comments.shown(thread, text="谁谁谁是骗子")
    comments.replied(shown, text="灯已经换好。")
    comments.refused(comments.now(shown), reason=RefusalReason.INSULT)
    page = people.client().get(path).text
    assert "谁谁谁是骗子" not in page
    assert "这条留言公开后又被评议办隐去" in page
    assert "灯已经换好。" in page


def test_what_was_moved_is_told_to_its_author_without_its_words(
    comments: Comments, thread, reader: SignedInResident, path: str
) -> None:
    written = comments.written(thread, author=actor_of(reader), text="科长收了红包")
    comments.moved(written)
    for address in (path, "/me", "/me/data.json"):
        page = reader.browser.get(address).get_data(as_text=True)
        assert "科长收了红包" not in page
    assert "已转给专人处理" in reader.browser.get(path).text
