"""Staff sign in with a password and a second factor."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import sealing, totp
from evalapp.accounts.models import Role, SignedIn, StaffMember
from evalapp.accounts.services import desk_sign_in, sessions, staff
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from tests.support.accounts import PASSWORD, People, SignedInStaff, enrolment_secret
from tests.support.strict_client import StrictClient


def is_in(browser: StrictClient) -> bool:
    """Whether the browser stands at a desk."""
    answer = browser.client.get("/desk")
    return answer.status_code == 302 and "/desk/sign-in" not in answer.headers["Location"]


@pytest.mark.parametrize("role", Role)
def test_each_role_comes_to_its_own_desk(people: People, role: Role) -> None:
    person = people.at_desk(role)
    expected = {Role.AUDITOR: "/desk/audit", Role.ADMINISTRATOR: "/desk/staff"}.get(
        role, f"/desk/{role.value}"
    )
    assert person.browser.client.get("/desk").headers["Location"] == expected


def test_nobody_comes_to_a_desk_without_signing_in(browser: StrictClient) -> None:
    answer = browser.get("/desk")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/sign-in?next=/desk")


@pytest.mark.parametrize(
    "changed", [{"password": "wrong"}, {"code": "000000"}, {"code": ""}, {"login": "nobody"}]
)
def test_a_wrong_factor_is_refused_without_saying_which(people: People, changed: dict[str, str]) -> None:
    person = people.staff()
    answer = people.sign_in(person, **changed)
    assert answer.status_code == 422
    assert "登录名、密码或动态码不对" in answer.get_data(as_text=True)
    assert not is_in(person.browser)


def test_the_same_code_twice_is_refused(people: People) -> None:
    person = people.staff()
    code = pyotp.TOTP(person.secret).at(clock.unshifted())
    assert people.sign_in(person, code=code).status_code == 303
    assert people.sign_in(person, browser=people.client(), code=code).status_code == 422


def test_one_code_used_at_once_signs_in_once(people: People, platform: Platform, session: Session) -> None:
    person = people.staff()
    code = totp.current(person.secret)
    proven = desk_sign_in.Proven(
        attempt_id=person.staff.id,
        staff_id=person.staff.id,
        password_hash=person.staff.password_hash,
        must_enrol=False,
    )
    gate = threading.Barrier(8)

    def use(_: int) -> bool:
        gate.wait()
        try:
            with platform.transaction() as own:
                desk_sign_in.sign_in(own, platform.keys, proven, code=code)
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1
    assert len(session.scalars(select(SignedIn)).all()) == 1


def test_a_step_that_is_not_taken_is_noticed(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the last step is not remembered."""
    person = people.staff()
    code = pyotp.TOTP(person.secret).at(clock.unshifted())
    monkeypatch.setattr(desk_sign_in, "_takes_step", lambda *_: True)
    assert people.sign_in(person, code=code).status_code == 303
    assert people.sign_in(person, browser=people.client(), code=code).status_code == 303


def test_the_second_factor_follows_the_telephone_and_not_the_offset(people: People) -> None:
    person = people.staff()
    clock.configure(offset_seconds=86_400, timezone="Asia/Shanghai")
    try:
        assert people.sign_in(person).status_code == 303
    finally:
        clock.configure(offset_seconds=0, timezone="Asia/Shanghai")


def test_five_failures_slow_one_login_in_one_network_and_nobody_else(people: People) -> None:
    victim, colleague = people.staff(), people.staff()
    for _ in range(5):
        assert people.sign_in(victim, browser=people.client(), password="wrong").status_code == 422
    refused = people.sign_in(victim, browser=people.client())
    assert refused.status_code == 429
    assert people.sign_in(colleague).status_code == 303
    elsewhere = people.client()
    fields = {"login": victim.staff.login, "password": PASSWORD, "code": totp.current(victim.secret)}
    away = elsewhere.post("/desk/sign-in", fields, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert away.status_code == 303, "who guesses stops only themselves"
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert people.sign_in(victim, browser=people.client()).status_code == 303


def test_guesses_at_once_are_counted_before_they_are_evaluated(people: People, platform: Platform) -> None:
    person = people.staff()
    gate = threading.Barrier(8)

    def guess(_: int) -> bool:
        gate.wait()
        try:
            with platform.transaction() as own:
                desk_sign_in.count_attempt(own, platform.keys, login=person.staff.login, network="n")
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(8))) == 5


def test_attempts_that_are_not_written_down_are_noticed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: failures leave no trace."""
    person = people.staff()
    monkeypatch.setattr(desk_sign_in, "count_attempt", lambda *_, **__: person.staff.id)
    answers = [people.sign_in(person, browser=people.client(), password="wrong") for _ in range(7)]
    assert {answer.status_code for answer in answers} == {422}


def test_a_one_time_password_leads_to_a_password_of_ones_own_and_a_second_factor(
    people: People, platform: Platform
) -> None:
    with platform.transaction() as own:
        made = staff.add(own, login="office9", post="岗", role=Role.OFFICE, wait=timedelta(0), actor=SYSTEM)
    browser = people.client()
    first = browser.post("/desk/sign-in", {"login": "office9", "password": made.password})
    assert first.headers["Location"] == "/desk/enrol"
    assert not is_in(browser), "not before both are set"
    page = browser.get("/desk/enrol").get_data(as_text=True)
    assert "data:image/svg+xml" in page
    secret = enrolment_secret(page)
    fields = {"new_password": PASSWORD, "again": PASSWORD, "code": pyotp.TOTP(secret).at(clock.unshifted())}
    short = browser.post("/desk/enrol", fields | {"new_password": "short", "again": "short"})
    assert short.status_code == 422
    assert "至少 12 个字符" in short.get_data(as_text=True)
    assert browser.post("/desk/enrol", fields | {"again": "other"}).status_code == 422
    assert browser.post("/desk/enrol", fields | {"code": "000000"}).status_code == 422
    assert browser.post("/desk/enrol", fields).status_code == 303
    assert is_in(browser)
    used_up = people.client().post("/desk/sign-in", {"login": "office9", "password": made.password})
    assert used_up.status_code == 422


def test_an_enrolment_belongs_to_its_browser_and_ends(people: People, platform: Platform) -> None:
    with platform.transaction() as own:
        made = staff.add(own, login="office9", post="岗", role=Role.OFFICE, wait=timedelta(0), actor=SYSTEM)
    browser = people.client()
    browser.post("/desk/sign-in", {"login": "office9", "password": made.password})
    assert people.client().get("/desk/enrol").status_code == 302
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert browser.get("/desk/enrol").status_code == 302


def act(platform: Platform, what: str, person: SignedInStaff) -> None:
    with platform.transaction() as own:
        if what == "disable":
            staff.disable(own, person.staff.id, actor=SYSTEM)
        elif what == "role":
            staff.change_role(own, person.staff.id, role=Role.STATION, wait=timedelta(0), actor=SYSTEM)
        elif what == "reset":
            staff.reset_totp(own, person.staff.id, wait=timedelta(0), actor=SYSTEM)


@pytest.mark.parametrize("what", ["disable", "role", "reset"])
def test_a_changed_account_is_out_within_one_request(people: People, platform: Platform, what: str) -> None:
    person = people.at_desk()
    assert is_in(person.browser)
    act(platform, what, person)
    assert not is_in(person.browser)


def test_a_role_change_that_leaves_sessions_is_noticed(
    people: People, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: sessions outlive the role that they were opened with."""
    person = people.at_desk()
    monkeypatch.setattr("evalapp.accounts.services.sessions.end_all_of_staff", lambda *_: None)
    act(platform, "role", person)
    assert is_in(person.browser)


def test_another_password_signs_out_everywhere_else(people: People, session: Session) -> None:
    person = people.at_desk()
    other = people.client()
    with time_machine.travel(clock.now() + timedelta(seconds=60)):
        assert people.sign_in(person, browser=other).status_code == 303
    with time_machine.travel(clock.now() + timedelta(seconds=120)):
        fields = {
            "password": PASSWORD,
            "new_password": "four loud kettles",
            "again": "four loud kettles",
            "code": totp.current(person.secret),
        }
        assert person.browser.post("/desk/password", fields | {"password": "wrong"}).status_code == 422
        assert person.browser.post("/desk/password", fields).status_code == 303
        assert is_in(person.browser)
        assert not is_in(other)


def test_an_ended_session_is_not_brought_back_by_being_seen(
    people: People, platform: Platform, session: Session
) -> None:
    person = people.at_desk()
    signed_in = session.scalars(select(SignedIn)).one()
    with platform.transaction() as own:
        sessions.end_all_of_staff(own, person.staff.id)
    with platform.transaction() as own:
        sessions.seen(own, signed_in.id)
    assert not is_in(person.browser)


def test_a_desk_session_ends_when_it_lies_idle_and_after_half_a_day(people: People) -> None:
    idle, busy = people.at_desk(), people.at_desk()
    start = clock.now()
    for minutes in range(0, 12 * 60, 60):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            assert is_in(busy.browser)
    with time_machine.travel(start + timedelta(hours=2, minutes=10)):
        assert not is_in(idle.browser)
    with time_machine.travel(start + timedelta(hours=12, minutes=1)):
        assert not is_in(busy.browser)


def test_signing_out_of_the_desk_ends_the_session_on_the_server(people: People) -> None:
    person = people.at_desk()
    kept = person.browser.client.get_cookie("evalapp")
    assert kept is not None
    assert person.browser.post("/desk/sign-out", page="/desk/password").status_code == 303
    thief = people.client()
    thief.client.set_cookie("evalapp", kept.value)
    assert not is_in(thief)


def test_resident_and_staff_in_one_browser_do_not_mix(people: People) -> None:
    person = people.at_desk()
    people.resident(1, browser=person.browser)
    assert is_in(person.browser)
    person.browser.post("/desk/sign-out", page="/desk/password")
    assert not is_in(person.browser)
    assert person.browser.get("/sign-in").status_code == 302, "still a resident"


def test_the_secret_is_sealed_to_its_person(people: People, platform: Platform, session: Session) -> None:
    one, other = people.staff(), people.staff()
    sealed = session.get_one(StaffMember, one.staff.id).sealed_totp
    assert sealed is not None
    assert one.secret.encode() not in sealed
    with pytest.raises(ValueError, match="could not be opened"):
        sealing.unseal(platform.keys.service("totp"), sealed, bound_to=str(other.staff.id))


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "/desk\t//x"]
)
def test_signing_in_leads_nowhere_else(people: People, target: str) -> None:
    person = people.staff()
    fields = {"login": person.staff.login, "password": PASSWORD, "code": totp.current(person.secret)}
    client = person.browser
    page = client.client.get("/desk/sign-in", query_string={"next": target})
    assert "evil" not in page.get_data(as_text=True)
    answer = client.client.post(
        "/desk/sign-in",
        query_string={"next": target},
        data=fields | {"csrf_token": _token(page.get_data(as_text=True))},
    )
    assert answer.headers["Location"] == "/desk"


def _token(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].partition('"')[0]
