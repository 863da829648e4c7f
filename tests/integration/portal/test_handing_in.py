"""What residents hand in on the page of an episode, without script: a ballot, words, and taking either back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from evalapp.ballots.models import SealedBallot
from evalapp.comments.models import Comment
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from tests.support.accounts import People, SignedInResident
from tests.support.ballots import Polling
from tests.support.watchable import make_watchable

GRADES = {"openness": "4", "highlights": "5", "service": "2", "service-reasons": ["slow"]}


@pytest.fixture
def episode(polling: Polling, platform: Platform) -> Episode:
    made = polling.announce()
    make_watchable(platform, made)
    return made


@pytest.fixture
def resident(people: People) -> SignedInResident:
    return people.resident()


def ballots(platform: Platform) -> int:
    with platform.session() as session:
        return session.query(SealedBallot).count()


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields that the form of the page would send."""
    names = ("nonce", "nonce_by", "idempotency_key")
    return {
        name: found[1] for name in names if (found := re.search(rf'name="{name}"[^>]*value="([^"]*)"', page))
    }


def cast(resident: SignedInResident, episode: Episode, **grades: object):
    path = f"/episodes/{episode.number}"
    page = resident.browser.get(f"{path}?change=1").get_data(as_text=True)
    return resident.browser.post(
        f"{path}/ballot", {**fields_of(page), **GRADES, **grades}, page=f"{path}?change=1"
    )


def test_a_ballot_is_cast_without_script_and_answered_with_a_receipt(
    resident: SignedInResident, episode: Episode, platform: Platform
) -> None:
    answer = cast(resident, episode)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/receipt")
    receipt = resident.browser.get("/receipt").get_data(as_text=True)
    assert "你的评议回执" in receipt
    assert ballots(platform) == 1


def test_afterwards_the_page_says_that_a_ballot_stands_and_not_how(
    resident: SignedInResident, episode: Episode
) -> None:
    cast(resident, episode)
    page = resident.browser.get(f"/episodes/{episode.number}").get_data(as_text=True)
    assert "你已经评过这一期" in page
    changing = resident.browser.get(f"/episodes/{episode.number}?change=1").get_data(as_text=True)
    assert re.findall(r'name="(?:openness|highlights|service)"[^>]*checked', changing) == []


def test_a_missing_grade_is_named_and_what_was_chosen_stays(
    resident: SignedInResident, episode: Episode, platform: Platform
) -> None:
    answer = cast(resident, episode, highlights="")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#highlights"' in page
    assert re.search(r'name="openness" value="4" checked', page)
    assert re.search(r'name="service-reasons" value="slow" checked', page)
    assert ballots(platform) == 0


@pytest.mark.parametrize(
    "wrong", [{"openness": "9"}, {"openness": "x"}, {"service-reasons": ["none-such"]}, {"nonce": "zz"}]
)
def test_a_strange_ballot_is_refused_with_a_sentence(
    resident: SignedInResident, episode: Episode, platform: Platform, wrong: dict[str, object]
) -> None:
    answer = cast(resident, episode, **wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert ballots(platform) == 0


def test_pressing_twice_makes_one_ballot(
    resident: SignedInResident, episode: Episode, platform: Platform
) -> None:
    path = f"/episodes/{episode.number}"
    fields = fields_of(resident.browser.get(path).get_data(as_text=True)) | GRADES
    answers = [resident.browser.post(f"{path}/ballot", fields, page=path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert ballots(platform) == 1


def test_a_ballot_may_be_taken_back(resident: SignedInResident, episode: Episode, platform: Platform) -> None:
    cast(resident, episode)
    path = f"/episodes/{episode.number}"
    fields = fields_of(resident.browser.get(f"{path}?change=1").get_data(as_text=True))
    answer = resident.browser.post(f"{path}/ballot/withdraw", fields, page=f"{path}?change=1")
    assert answer.status_code == 303
    assert ballots(platform) == 2, "to the box it is one more sealed ballot"


def test_a_closed_box_refuses_with_the_time_it_closed(
    resident: SignedInResident, episode: Episode, platform: Platform, polling: Polling
) -> None:
    path = f"/episodes/{episode.number}"
    fields = fields_of(resident.browser.get(path).get_data(as_text=True)) | GRADES
    with platform.transaction() as session:
        grading = session.merge(polling.grading(episode))
        grading.opens_at, grading.closes_at = (
            grading.opens_at.replace(year=2020),
            grading.opens_at.replace(year=2021),
        )
    answer = resident.browser.post(f"{path}/ballot", fields, page="/me/standing")
    assert answer.status_code == 409
    assert ballots(platform) == 0


def test_an_episode_that_cannot_be_watched_yet_takes_no_ballot_and_says_so(
    resident: SignedInResident, platform: Platform, polling: Polling
) -> None:
    path = f"/episodes/{polling.announce(is_prepared=False).number}"
    assert 'name="openness"' not in resident.browser.get(path).get_data(as_text=True)
    fields = {**GRADES, "nonce": "00" * 16, "nonce_by": "voter", "idempotency_key": "one"}
    answer = resident.browser.post(f"{path}/ballot", fields, page="/me/standing")
    assert answer.status_code == 409
    assert "录像还没有准备好" in answer.get_data(as_text=True)
    assert ballots(platform) == 0


def test_who_is_not_signed_in_is_asked_to_sign_in_and_nothing_is_cast(
    people: People, episode: Episode, platform: Platform
) -> None:
    path = f"/episodes/{episode.number}/ballot"
    answer = people.client().post(path, GRADES, page="/sign-in")
    assert answer.status_code == 401
    assert f'href="/sign-in?next=/episodes/{episode.number}"' in answer.text
    assert 'name="openness" value="4"' in answer.text, "what was chosen is kept"
    assert ballots(platform) == 0


def test_words_are_kept_apart_from_grades_and_wait_for_the_office(
    resident: SignedInResident, people: People, episode: Episode, platform: Platform
) -> None:
    path = f"/episodes/{episode.number}"
    answer = resident.browser.post(
        f"{path}/comments", {"text": "楼道灯什么时候修好？", "at": "00:09"}, page=path
    )
    assert answer.status_code == 303
    mine = resident.browser.get(path).get_data(as_text=True)
    theirs = people.client().get(path).get_data(as_text=True)
    assert "等待审核" in mine
    assert "楼道灯什么时候修好？" in mine
    assert "楼道灯什么时候修好？" not in theirs
    with platform.session() as session:
        assert session.query(Comment).one().at_seconds == 9


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"text": ""}, "请先写下想说的话"),
        ({"text": "\u200b\u3164\u2800"}, "请先写下想说的话"),
        ({"text": "好" * 301}, "300"),
        ({"text": "好", "at": "99:99"}, "14:28"),
        ({"text": "好", "at": "59:59"}, "录像里没有这个时刻"),
    ],
)
def test_words_that_do_not_fit_come_back_with_the_reason(
    resident: SignedInResident, episode: Episode, typed: dict[str, str], said: str
) -> None:
    path = f"/episodes/{episode.number}"
    answer = resident.browser.post(f"{path}/comments", typed, page=path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in page
    assert typed["text"][:300] in page


def test_own_words_may_be_taken_back(resident: SignedInResident, episode: Episode) -> None:
    path = f"/episodes/{episode.number}"
    resident.browser.post(f"{path}/comments", {"text": "写错了"}, page=path)
    page = resident.browser.get(path).get_data(as_text=True)
    action = re.search(r'action="(/episodes/\d+/comments/[^"]+/withdraw)"', page)
    assert action is not None
    assert resident.browser.post(action[1], page=path).status_code == 303
    assert "已收回" in resident.browser.get(path).get_data(as_text=True)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_own_page_says_that_one_graded_and_not_how(
    resident: SignedInResident, episode: Episode, lang: str
) -> None:
    cast(resident, episode)
    page = resident.browser.get("/me", headers={"Accept-Language": lang}).get_data(as_text=True)
    assert episode.title in page
    assert resident.phone not in page
    assert resident.phone[-11:] not in page


def test_a_copy_of_everything_is_one_press_away_and_holds_no_grade(
    resident: SignedInResident, episode: Episode
) -> None:
    cast(resident, episode)
    data = resident.browser.get("/me/data.json").get_json()
    assert data["account"]["phone"] == resident.phone
    assert [sorted(ballot) for ballot in data["ballots"]] == [["episode", "receipt", "title"]]


def test_signing_out_everywhere_ends_the_other_browser_too(
    people: People, resident: SignedInResident
) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):  # one code a minute
        other = people.resident(number=int(resident.phone[-9:]))
        assert other.browser.get("/me").status_code == 200
        assert resident.browser.post("/me/sign-out-everywhere", page="/me").status_code == 303
        assert other.browser.get("/me").status_code == 302


def test_an_account_is_erased_only_by_who_means_it(resident: SignedInResident, platform: Platform) -> None:
    refused = resident.browser.post("/me/erase")
    assert refused.status_code == 422
    assert resident.browser.get("/me").status_code == 200
    assert resident.browser.post("/me/erase", {"sure": "y"}).status_code == 303
    assert resident.browser.get("/me").status_code == 302


def test_messages_about_replies_are_switched_on_and_off(resident: SignedInResident) -> None:
    assert "提醒我" in resident.browser.get("/me").get_data(as_text=True)
    resident.browser.post("/me/notices/on", page="/me")
    assert "不要再提醒" in resident.browser.get("/me").get_data(as_text=True)
    resident.browser.post("/me/notices/off", page="/me")
    assert "提醒我" in resident.browser.get("/me").get_data(as_text=True)


def test_a_page_of_who_is_signed_in_is_not_stored(resident: SignedInResident, episode: Episode) -> None:
    answer = resident.browser.get(f"/episodes/{episode.number}")
    assert answer.headers["Cache-Control"] == "no-store"
