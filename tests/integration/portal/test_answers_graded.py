"""At a comment on the page of its episode: its clock for everybody, and for the asker what the answer is worth."""

import pytest
from sqlalchemy import select

from evalapp.comments.models import Comment
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from tests.support.accounts import People, SignedInResident
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters
from tests.support.programme import Programme
from tests.support.watchable import make_watchable


@pytest.fixture
def asker(people: People) -> SignedInResident:
    return people.resident()


@pytest.fixture
def path(programme: Programme, platform: Platform, matters: Matters) -> str:
    made = programme.grading()
    make_watchable(platform, made)
    return f"/episodes/{made.number}"


@pytest.fixture
def asked(comments: Comments, platform: Platform, asker: SignedInResident, path: str) -> Comment:
    with platform.session() as session:
        number = int(path.rpartition("/")[2])
        thread_id = session.scalar(select(Episode.thread_id).where(Episode.number == number))
    thread = comments.thread_of(type("Of", (), {"thread_id": thread_id}))
    author = Actor(kind=ActorKind.RESIDENT, id=asker.resident.id, permissions=RESIDENT_PERMISSIONS)
    return comments.asked(thread, author=author)


def test_everybody_sees_where_a_question_stands(
    comments: Comments, asked: Comment, path: str, people: People
) -> None:
    assert "待答复" in people.client().get(path).text
    comments.replied(asked, text=ANSWER)
    page = people.client().get(path).text
    assert "已答复" in page
    assert "这个答复怎么样" not in page


def test_the_asker_grades_the_answer_and_has_it_opened_again(
    comments: Comments, asked: Comment, path: str, people: People, asker: SignedInResident
) -> None:
    comments.replied(asked, text=ANSWER)
    address = f"{path}/comments/{asked.reference}"
    assert "这个答复怎么样" in asker.browser.get(path).text
    assert "重新打开，请单位再答" not in asker.browser.get(path).text
    assert asker.browser.post(f"{address}/answer-grade/evasive", page=path).status_code == 303
    assert "提问人：答了，没答所问" in people.client().get(path).text
    assert "重新打开，请单位再答" in asker.browser.get(path).text
    assert asker.browser.post(f"{address}/reopen", page=path).status_code == 303
    assert "重新打开" in people.client().get(path).text
    assert asker.browser.post(f"{address}/reopen", page=path).status_code == 409


def test_nobody_else_grades_it(comments: Comments, asked: Comment, path: str, people: People) -> None:
    comments.replied(asked, text=ANSWER)
    other = people.resident()
    for act in ("answer-grade/not_answered", "reopen"):
        answer = other.browser.post(f"{path}/comments/{asked.reference}/{act}", page=path)
        assert answer.status_code == 404


def test_an_answer_that_was_found_good_is_not_opened_again(
    comments: Comments, asked: Comment, path: str, asker: SignedInResident
) -> None:
    comments.replied(asked, text=ANSWER)
    address = f"{path}/comments/{asked.reference}"
    asker.browser.post(f"{address}/answer-grade/answered", page=path)
    assert "重新打开，请单位再答" not in asker.browser.get(path).text
    assert asker.browser.post(f"{address}/reopen", page=path).status_code == 422


def test_the_asker_says_whether_it_is_mended_once_somebody_checked(
    comments: Comments, asked: Comment, path: str, asker: SignedInResident, matters: Matters
) -> None:
    with comments.platform.session() as session:
        matter = session.get_one(Matter, comments.now(asked).matter_id)
    address = f"{path}/comments/{asked.reference}/mended/yes"
    matters.claimed(matter)
    page = asker.browser.get(path).text
    assert "单位报告已改，等待核查" in page
    assert "核查说改好了" not in page
    assert asker.browser.post(address, page=path).status_code == 409
    matters.do(supervision.check, matter, has_passed=True, note="现场看过。", actor=matters.officer())
    assert "核查说改好了" in asker.browser.get(path).text
    assert asker.browser.post(address, page=path).status_code == 303
    page = asker.browser.get(path).text
    assert "居民确认已改" in page
    assert "核查说改好了" not in page


def test_whoever_met_with_it_says_on_their_page_whether_it_is_mended(
    comments: Comments, asked: Comment, path: str, people: People, matters: Matters
) -> None:
    with comments.platform.session() as session:
        matter = session.get_one(Matter, comments.now(asked).matter_id)
    neighbour, stranger = people.resident(), people.resident()
    neighbour.browser.post(f"{path}/comments/{asked.reference}/met-too/on", page=path)
    assert "改好了吗" not in neighbour.browser.get("/me").text
    matters.checked(matter)
    address = f"/me/met/{asked.reference}/mended/no"
    public = f"/matters/{matter.reference}"
    assert "说过“我也遇到”的居民" in people.client().get(public).text
    assert address in neighbour.browser.get("/me").text
    assert address not in stranger.browser.get("/me").text
    assert stranger.browser.post(address, page="/me").status_code == 404
    assert neighbour.browser.post(address, page="/me").status_code == 303
    page = neighbour.browser.get("/me").text
    assert "你说：没有改好。" in page
    assert address not in page
    assert neighbour.browser.post(address, page="/me").status_code == 409
    assert "0 人说改好了，1 人说没有" in people.client().get(public).text
    assert '"says_mended": false' in neighbour.browser.get("/me/data.json").text
