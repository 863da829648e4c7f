"""A completed case makes its applicant a client for the unit's next episode, once, and the unit learns nothing."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from evalapp.accounts.events import ResidentErased
from evalapp.approvals.models import Case
from evalapp.approvals.services import tracing
from evalapp.ballots.models import BallotBox, ClientCode, SealedBallot
from evalapp.ballots.queries import gradings
from evalapp.ballots.queries.case_standings import offered_by_case, offered_to_person
from evalapp.ballots.services import announcing, case_standings, closing, standings
from evalapp.core import clock
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.permissions import SYSTEM
from tests.support.accounts import People, phone
from tests.support.ballots import Polling
from tests.support.cases import Cases

SECRET = bytes(32)


def complete(cases: Cases, name: str, *, days_ago: int = 30, number: str = "", granted: bool = True) -> Case:
    """A case that was submitted, decided and delivered."""
    at = clock.now() - timedelta(days=days_ago)
    applicant = {"applicant": {"name": "测试人", "phone": number}} if number else {}
    reason = {} if granted else {"granted": False, "reason": "不符合条件"}
    cases.take(
        [
            cases.event("submitted", name, at - timedelta(hours=3), **applicant),
            cases.event("accepted", name, at - timedelta(hours=2)),
            cases.event("decided", name, at - timedelta(hours=1), **reason),
            cases.event("delivered", name, at),
        ]
    )
    with cases.platform.session() as session:
        return session.scalars(select(Case).where(Case.number == name)).one()


def grading(polling: Polling, cases: Cases, **options):
    return polling.announce(unit=cases.unit, **options)


def take(cases: Cases, case: Case, voter) -> None:
    with cases.platform.transaction() as session:
        case_standings.claim_case(session, case.id, resident_id=voter.resident_id, secret=SECRET)


def box_of(session) -> list[str]:
    session.rollback()
    return sorted(
        session.scalars(select(BallotBox.group).join(SealedBallot, SealedBallot.box_id == BallotBox.id)).all()
    )


@pytest.mark.parametrize("granted", [True, False])
def test_a_completed_case_counts_its_applicant_among_the_clients(
    cases,
    polling,
    session,
    granted,  # fixtures
) -> None:
    episode, voter = grading(polling, cases), polling.voter()
    take(cases, complete(cases, "A-1", granted=granted), voter)
    polling.cast(episode, voter)
    polling.cast(episode, polling.voter())
    assert box_of(session) == ["client", "resident"]


def test_one_case_serves_once_an_episode_whoever_proves_it(cases, polling, session) -> None:
    first = grading(polling, cases)
    case, voter = complete(cases, "A-1"), polling.voter()
    take(cases, case, voter)
    with pytest.raises(Conflict):
        take(cases, case, polling.voter())
    kept = session.scalars(select(ClientCode)).one()
    assert kept.made_at == clock.start_of(clock.today()), "of when, the day alone"
    assert case.id.bytes not in bytes(kept.case_mark)
    polling.cast(first, voter)
    with pytest.raises(Conflict):
        take(cases, case, voter)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        with cases.platform.transaction() as own:
            closing.close(own, polling.grading(first).id)
        second = grading(polling, cases)
        take(cases, case, voter)
        polling.cast(second, voter)
    assert box_of(session) == ["client", "client"]


def test_standing_that_was_not_used_lapses_with_its_episode_and_printed_codes_do_not(
    cases, polling, session
) -> None:
    episode, voter = grading(polling, cases), polling.voter()
    take(cases, complete(cases, "A-1"), voter)
    with cases.platform.transaction() as own:
        standings.print_client_codes(own, cases.unit, number=1, secret=SECRET, actor=SYSTEM)
    with time_machine.travel(clock.now() + timedelta(days=8)), cases.platform.transaction() as own:
        closing.close(own, polling.grading(episode).id)
    assert session.scalars(select(ClientCode.number)).all() == [1]


def test_it_lapses_as_well_with_an_episode_that_is_void(cases, polling, session) -> None:
    episode, case = grading(polling, cases), complete(cases, "A-1")
    take(cases, case, polling.voter())
    first, second = polling.officer("主任"), polling.officer("副主任")
    with cases.platform.transaction() as own:
        act = announcing.propose_voiding(own, polling.grading(episode), reason="停播", actor=first)
        announcing.confirm_voiding(own, act.id, actor=second)
    assert session.scalars(select(ClientCode)).all() == []


@pytest.mark.parametrize("days_ago", [400, -1])
def test_a_case_that_is_too_old_or_completed_after_grading_opened_gives_nothing(
    cases, polling, days_ago
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=2)):
        case = complete(cases, "A-1", days_ago=days_ago + 2)
    grading(polling, cases)
    with pytest.raises(Conflict):
        take(cases, case, polling.voter())


def test_neither_does_one_that_runs_nor_one_that_was_taken_back(cases, polling, session) -> None:
    grading(polling, cases)
    at = clock.now() - timedelta(days=3)
    cases.take([cases.event("submitted", "A-1", at), cases.event("submitted", "A-2", at)])
    cases.take([cases.event("withdrawn", "A-2", at + timedelta(hours=1))])
    for case in session.scalars(select(Case)):
        assert offered_by_case(session, case.id, secret=SECRET) == ()


def test_who_is_signed_in_with_the_applicants_number_needs_no_code(cases, polling, people: People) -> None:
    someone = people.resident(7)
    complete(cases, "A-1", number=phone(7))
    episode = grading(polling, cases)
    page = someone.browser.get("/me/standing").get_data(as_text=True)
    assert "按服务对象评" in page
    answer = someone.browser.post(f"/me/standing/own/{episode.number}", page="/me/standing")
    assert answer.status_code == 200
    assert "按服务对象计票" in answer.get_data(as_text=True)
    assert "按服务对象评" not in someone.browser.get("/me/standing").get_data(as_text=True)
    assert someone.browser.post(f"/me/standing/own/{episode.number}", page="/me/standing").status_code == 404
    assert (
        people.resident(8).browser.post(f"/me/standing/own/{episode.number}", page="/me/standing").status_code
        == 404
    )


def test_whoever_has_number_and_code_of_a_case_may_use_it(cases, polling, people: People) -> None:
    case = complete(cases, "A-1")
    grading(polling, cases)
    browser = people.resident(7).browser
    code = tracing.code_of(cases.platform.keys, case.reference)
    wrong = browser.post(
        "/me/standing/case", {"case-number": "A-1", "case-code": "0" * 8}, page="/me/standing"
    )
    assert wrong.status_code == 422
    right = browser.post("/me/standing/case", {"case-number": "A-1", "case-code": code}, page="/me/standing")
    assert (right.status_code, "按服务对象计票" in right.get_data(as_text=True)) == (200, True)


def test_standing_goes_with_the_account_and_the_case_may_serve_again(cases, polling, session) -> None:
    grading(polling, cases)
    case, voter = complete(cases, "A-1"), polling.voter()
    take(cases, case, voter)
    gone = ResidentErased(resident_id=voter.resident_id, person_id=voter.person_id)
    with cases.platform.transaction() as own:
        standings.on_resident_gone(own, gone)
    take(cases, case, polling.voter())


def test_a_district_whose_profile_says_nought_takes_no_cases(cases, polling, session, monkeypatch) -> None:
    profile = gradings.default_profile().model_copy(update={"client_months": 0})
    polling.season(profile=profile.model_dump(mode="json"))
    grading(polling, cases)
    case = complete(cases, "A-1")
    with pytest.raises(NotFound), cases.platform.transaction() as own:
        case_standings.claim_own(own, 1, person_ids=("x",), resident_id=uuid.uuid4(), secret=SECRET)
    assert offered_by_case(session, case.id, secret=SECRET) == ()
    assert offered_to_person(session, ("",), secret=SECRET) == ()
