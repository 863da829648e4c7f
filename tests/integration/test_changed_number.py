"""A resident takes another telephone number: still one person with one ballot, and the old number is let go in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import vault
from evalapp.accounts.models import CodeRequest, KeptPersonId, Resident
from evalapp.accounts.services import codes, numbers, residents
from evalapp.ballots import jobs as ballots_jobs
from evalapp.ballots.models import BallotSignal, Grading, SealedBallot, StaffListEntry
from evalapp.ballots.services import standings
from evalapp.ballots.services.casting import Voter
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from tests.support.accounts import Outbox, People, SignedInResident, phone
from tests.support.ballots import Polling
from tests.support.watchable import make_watchable


def ask(resident: SignedInResident, number: int):
    return resident.browser.post("/me/number", {"phone": phone(number)})


def change(resident: SignedInResident, number: int, outbox: Outbox):
    """Go through both steps."""
    assert ask(resident, number).status_code == 303
    return resident.browser.post("/me/number/code", {"code": outbox.code(phone(number))})


def later(**time: float):
    return time_machine.travel(clock.now() + timedelta(**time))


def voters_of(platform: Platform) -> int:
    with platform.session() as session:
        return session.scalars(select(func.count(SealedBallot.voter_key.distinct()))).one()


def finish(platform: Platform, episode: Episode, *, final_at: datetime) -> None:
    with platform.transaction() as session:
        session.execute(update(Episode).where(Episode.id == episode.id).values(final_at=final_at))


def rows(session: Session, kind: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(kind)).one()


@pytest.fixture
def resident(people: People) -> SignedInResident:
    return people.resident(1)


def test_the_number_is_changed_and_everything_stays(
    resident: SignedInResident, people: People, outbox: Outbox, platform: Platform, session: Session
) -> None:
    elsewhere = people.client()
    with later(minutes=2):
        people.resident(1, browser=elsewhere)
    with later(minutes=4):
        answer = change(resident, 2, outbox)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
        assert "120 **** 0002" in resident.browser.get("/me").get_data(as_text=True)
        assert elsewhere.get("/me").status_code == 302, "other devices are signed out"
    assert vault.number_of(session, platform.keys, resident.person_id) is None, "the old number is deleted"
    kept = session.get_one(Resident, resident.resident.id)
    assert kept.person_id == vault.person_id(platform.keys, phone(2))
    with later(minutes=10):
        again = people.resident(2)
    assert again.resident.id == resident.resident.id


def test_known_unknown_and_own_numbers_get_the_same_answer(
    resident: SignedInResident, people: People, outbox: Outbox
) -> None:
    people.resident(2)
    seen = []
    for turn, number in enumerate((1, 2, 3)):
        with later(minutes=2 * turn + 2):
            answer = ask(resident, number)
            page = resident.browser.get("/me/number/code").get_data(as_text=True)
            told = page.replace(f"{number:04}", "____")
            seen.append((answer.status_code, answer.headers["Location"], len(told)))
    assert len(set(seen)) == 1, seen


def test_limits_are_those_of_signing_in(resident: SignedInResident, outbox: Outbox) -> None:
    assert ask(resident, 2).status_code == 303
    refused = ask(resident, 2)
    assert refused.status_code == 429
    assert phone(2) in refused.get_data(as_text=True), "what was typed stays"


def test_a_code_serves_what_it_was_asked_for_alone(
    resident: SignedInResident, people: People, outbox: Outbox
) -> None:
    ask(resident, 2)
    code = outbox.code(phone(2))
    assert "换手机号" in outbox.messages(phone(2))[-1]["text"]
    signing_in = resident.browser.post("/sign-in/code", {"code": code, "consent": "y"}, page="/me/standing")
    assert signing_in.headers["Location"].startswith("/sign-in"), "nobody is signed in by it"
    other = people.client()
    other.post("/sign-in", {"phone": phone(3)})
    used = resident.browser.post("/me/number/code", {"code": outbox.code(phone(3))})
    assert used.status_code == 422, "a code of another browser, for signing in"


def test_wrong_codes_are_counted(resident: SignedInResident, outbox: Outbox) -> None:
    ask(resident, 2)
    right = outbox.code(phone(2))
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        assert resident.browser.post("/me/number/code", {"code": wrong}).status_code == 422
    assert resident.browser.post("/me/number/code", {"code": right}).status_code == 422
    assert "120 **** 0001" in resident.browser.get("/me").get_data(as_text=True)


def test_an_open_episode_is_not_graded_twice_by_changing_the_number(
    resident: SignedInResident, people: People, outbox: Outbox, polling: Polling, platform: Platform
) -> None:
    episode, voter = polling.announce(), Voter(resident_id=resident.resident.id)
    make_watchable(platform, episode)
    polling.cast(episode, voter, (1, 1, 1))
    change(resident, 2, outbox)
    assert episode.title in resident.browser.get("/me").get_data(as_text=True)
    page = resident.browser.get(f"/episodes/{episode.number}").get_data(as_text=True)
    assert "你已经评过这一期" in page
    polling.cast(episode, voter, (5, 5, 5))
    assert voters_of(platform) == 1
    with platform.transaction() as session:
        session.execute(delete(KeptPersonId))  # planted defect: the old id is not kept
    polling.cast(episode, voter, (5, 5, 5))
    assert voters_of(platform) == 2


def test_later_episodes_know_the_person_by_the_new_number_alone(
    resident: SignedInResident, outbox: Outbox, polling: Polling, platform: Platform
) -> None:
    change(resident, 2, outbox)
    with later(minutes=5):
        episode = polling.announce()
        polling.cast(episode, Voter(resident_id=resident.resident.id))
        with platform.transaction() as session:
            session.execute(delete(KeptPersonId))
        polling.cast(episode, Voter(resident_id=resident.resident.id))
    assert voters_of(platform) == 1


def test_a_ballot_on_its_way_and_an_announcement_a_moment_later_are_one_person(
    resident: SignedInResident, outbox: Outbox, polling: Polling, platform: Platform
) -> None:
    change(resident, 2, outbox)
    with later(seconds=20):
        episode = polling.announce()
        polling.cast(episode, Voter(resident_id=resident.resident.id))
        with platform.transaction() as session:
            session.execute(delete(KeptPersonId))
        polling.cast(episode, Voter(resident_id=resident.resident.id))
    assert voters_of(platform) == 2, "the first of them knew the old number still"


def test_changing_to_and_fro_keeps_one_person_in_each_episode(
    resident: SignedInResident, outbox: Outbox, polling: Polling, platform: Platform
) -> None:
    voter = Voter(resident_id=resident.resident.id)
    with later(minutes=0):
        first = polling.announce()
        polling.cast(first, voter)
    with later(minutes=2):
        change(resident, 2, outbox)
    with later(minutes=6):
        second = polling.announce()
        polling.cast(second, voter)
    with later(minutes=8):
        assert change(resident, 1, outbox).status_code == 303
    with later(minutes=12):
        for episode in (first, second):
            polling.cast(episode, voter)
    assert voters_of(platform) == 2, "one in each episode"


def test_the_old_number_is_let_go_when_the_last_box_is_final(
    resident: SignedInResident, people: People, polling: Polling, platform: Platform, session: Session
) -> None:
    outbox = people.outbox
    episode = polling.announce()
    change(resident, 2, outbox)
    finish(platform, episode, final_at=clock.now() + timedelta(days=30))
    with later(days=29):
        ballots_jobs.release_person_ids(platform)
        assert rows(session, KeptPersonId) == 1
        stranger = people.client()
        stranger.post("/sign-in", {"phone": phone(1)})
        refused = stranger.post("/sign-in/code", {"code": outbox.code(phone(1)), "consent": "y"})
        assert refused.status_code == 409
        assert "换下来" in refused.get_data(as_text=True)
    with later(days=30, minutes=5):
        ballots_jobs.release_person_ids(platform)
        assert rows(session, KeptPersonId) == 0
        assert session.get_one(Resident, resident.resident.id).kept_until is None
        assert people.resident(1).resident.id != resident.resident.id


def test_a_void_or_withdrawn_box_holds_no_id_back(
    resident: SignedInResident, outbox: Outbox, polling: Polling, platform: Platform, session: Session
) -> None:
    episode = polling.announce()
    change(resident, 2, outbox)
    with platform.transaction() as writing:
        writing.execute(update(Episode).where(Episode.id == episode.id).values(withdrawn_at=clock.now()))
    with later(minutes=5):
        ballots_jobs.release_person_ids(platform)
    assert rows(session, KeptPersonId) == 0


def test_an_erased_persons_id_goes_when_the_boxes_are_final(
    resident: SignedInResident, people: People, polling: Polling, platform: Platform, session: Session
) -> None:
    episode = polling.announce()
    with platform.transaction() as writing:
        residents.erase(writing, resident.resident.id)
    with later(minutes=2):
        ballots_jobs.release_person_ids(platform)
    session.rollback()
    assert session.get_one(Resident, resident.resident.id).person_id == resident.person_id
    finish(platform, episode, final_at=clock.now() + timedelta(days=1))
    with later(days=2):
        ballots_jobs.release_person_ids(platform)
        session.rollback()
        released = session.get_one(Resident, resident.resident.id)
        assert released.person_id != resident.person_id
        assert released.released_at is not None
        assert people.resident(1).resident.id != resident.resident.id, "whoever comes now is somebody new"


def test_a_number_with_an_account_is_refused_and_nothing_changes(
    resident: SignedInResident, people: People, outbox: Outbox
) -> None:
    with later(minutes=2):
        people.resident(2)
    with later(minutes=4):
        answer = change(resident, 2, outbox)
        assert answer.status_code == 409
        assert "已经有账号" in answer.get_data(as_text=True)
        assert "120 **** 0001" in resident.browser.get("/me").get_data(as_text=True)


def test_a_number_whose_holder_left_can_be_taken(
    resident: SignedInResident, people: People, outbox: Outbox, platform: Platform, session: Session
) -> None:
    gone = people.resident(2)
    with platform.transaction() as writing:
        residents.erase(writing, gone.resident.id)
    with later(minutes=4):
        assert change(resident, 2, outbox).status_code == 303
    session.rollback()
    assert session.get_one(Resident, gone.resident.id).released_at is not None
    assert session.get_one(Resident, resident.resident.id).person_id == gone.person_id


def test_ones_own_number_is_no_new_one(resident: SignedInResident, outbox: Outbox) -> None:
    with later(minutes=2):
        answer = change(resident, 1, outbox)
    assert answer.status_code == 422
    assert "现在用的号码" in answer.get_data(as_text=True)


def test_invitations_and_staff_lists_follow_the_person(
    resident: SignedInResident, outbox: Outbox, polling: Polling, platform: Platform
) -> None:
    episode, other = polling.announce(), polling.announce()
    old, new = (vault.person_id(platform.keys, phone(number)) for number in (1, 2))
    with platform.transaction() as session:
        standings.invite(session, session.merge(episode), person_ids=[old], actor=SYSTEM)
        standings.invite(session, session.merge(other), person_ids=[new], actor=SYSTEM)
        session.add(StaffListEntry(unit_id=episode.unit_id, person_id=old))
    change(resident, 2, outbox)
    for graded in (episode, other):
        accepted = polling.cast(graded, Voter(resident_id=resident.resident.id))
        assert accepted.receipt.box.endswith(".panel")
    with platform.session() as session:
        flags = session.scalars(
            select(BallotSignal.on_staff_list)
            .join(SealedBallot, SealedBallot.id == BallotSignal.ballot_id)
            .join(Grading, Grading.id == SealedBallot.grading_id)
            .where(Grading.episode_id == episode.id)
        ).all()
    assert flags == [True]


def test_two_presses_at_once_change_the_number_once(
    resident: SignedInResident, outbox: Outbox, platform: Platform, session: Session
) -> None:
    ask(resident, 2)
    code = outbox.code(phone(2))
    request = session.scalars(
        select(CodeRequest).where(CodeRequest.person_id == vault.person_id(platform.keys, phone(2)))
    ).one()
    attempt = codes.Try(request_id=request.id, left=4)

    def press(_turn: int) -> bool:
        try:
            with platform.transaction() as writing:
                numbers.change(writing, platform, attempt, code=code, resident_id=resident.resident.id)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(press, range(8))) == 1
    assert rows(session, KeptPersonId) == 1
