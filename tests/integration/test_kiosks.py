"""Kiosks: registered on the desk, set up by a code, known by a cookie; a turn ends, and nothing of it is left."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import queries, rules
from evalapp.accounts.models import Kiosk, SignedIn
from evalapp.accounts.services import codes
from evalapp.accounts.services import kiosks as services
from evalapp.accounts.services.kiosks import NewKiosk
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, TooMany
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from tests.support.accounts import Outbox, phone
from tests.support.desk import Desks
from tests.support.strict_client import StrictClient


def registered(platform: Platform, *, name: str = "3 号机", idle: int = 60) -> NewKiosk:
    with platform.transaction() as session:
        return services.register(
            session, place="政务中心 1 楼", name=name, idle_seconds=idle, ballot_cap=300, actor=SYSTEM
        )


def set_up(browser: StrictClient, made: NewKiosk) -> None:
    answer = browser.post("/kiosk/set-up", {"code": made.code})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/kiosk")


def sign_in(browser: StrictClient, outbox: Outbox) -> None:
    browser.post("/sign-in", {"phone": phone(1)})
    answer = browser.post("/sign-in/code", {"code": outbox.code(phone(1)), "consent": "y"})
    assert answer.status_code == 303
    assert browser.get("/me").status_code == 200


def test_a_code_sets_one_browser_up_once(platform: Platform, app: Flask, session: Session) -> None:
    made = registered(platform)
    first, second = StrictClient(app), StrictClient(app)
    assert "data-kiosk" not in first.get("/kiosk").get_data(as_text=True)
    set_up(first, made)
    assert 'data-kiosk="60"' in first.get("/kiosk").get_data(as_text=True)
    assert "政务中心 1 楼 3 号机" in first.get("/units").get_data(as_text=True)
    assert second.post("/kiosk/set-up", {"code": made.code}).status_code == 422
    kiosk = session.scalars(select(Kiosk)).one()
    assert kiosk.code_hash is None
    assert kiosk.token_hash is not None


def test_of_browsers_that_type_a_code_at_once_one_is_the_kiosk(platform: Platform) -> None:
    made, start = registered(platform), Barrier(4)

    def adopts(_turn: int) -> bool:
        start.wait(10)
        try:
            with platform.transaction() as session:
                services.adopt(session, code=made.code)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(4) as browsers:
        assert sorted(browsers.map(adopts, range(4))) == [False, False, False, True]


def test_a_code_ends_after_half_an_hour(platform: Platform) -> None:
    made = registered(platform)
    with (
        time_machine.travel(clock.now() + rules.KIOSK_CODE_LIFE, tick=False),
        platform.transaction() as session,
        pytest.raises(Invalid),
    ):
        services.adopt(session, code=made.code)


def test_a_withdrawn_kiosk_is_an_ordinary_browser(platform: Platform, app: Flask) -> None:
    made, browser = registered(platform), StrictClient(app)
    set_up(browser, made)
    with platform.transaction() as session:
        services.withdraw(session, kiosk_id=made.kiosk_id, reason="搬走了", actor=SYSTEM)
    page = browser.get("/kiosk")
    assert "data-kiosk" not in page.get_data(as_text=True)
    assert "kiosk=;" in page.headers["Set-Cookie"]
    with platform.transaction() as session, pytest.raises(Conflict):
        services.renew_code(session, kiosk_id=made.kiosk_id, actor=SYSTEM)


def test_set_up_elsewhere_the_first_browser_is_none_any_more(platform: Platform, app: Flask) -> None:
    made, old, new = registered(platform), StrictClient(app), StrictClient(app)
    set_up(old, made)
    with platform.transaction() as session:
        again = services.renew_code(session, kiosk_id=made.kiosk_id, actor=SYSTEM)
    set_up(new, again)
    assert "data-kiosk" not in old.get("/kiosk").get_data(as_text=True)
    assert "data-kiosk" in new.get("/kiosk").get_data(as_text=True)


def test_no_two_kiosks_of_one_name_stand_at_a_place(platform: Platform) -> None:
    registered(platform)
    with pytest.raises(Conflict):
        registered(platform)


def test_nothing_that_a_kiosk_shows_is_kept_by_its_browser(platform: Platform, app: Flask) -> None:
    browser = StrictClient(app)
    set_up(browser, registered(platform))
    for path in ("/kiosk", "/units", "/kiosk/find?by=keys&q=lnr", "/nowhere"):
        assert browser.get(path).headers["Cache-Control"] == "no-store", path


def test_the_end_of_a_turn_signs_out_and_leaves_nothing(
    platform: Platform, app: Flask, outbox: Outbox, session: Session
) -> None:
    browser = StrictClient(app)
    set_up(browser, registered(platform))
    browser.get("/preferences?care=1&lang=en&next=/kiosk")
    sign_in(browser, outbox)
    assert browser.client.post("/kiosk/wipe").status_code == 204
    assert session.scalars(select(SignedIn.ended_at)).one() is not None
    assert browser.get("/me").status_code == 302
    assert browser.get("/sign-in/code").status_code == 302
    page = browser.get("/kiosk").get_data(as_text=True)
    assert 'data-mode="care"' not in page
    assert "data-kiosk" in page


def test_a_turn_that_the_screen_could_not_end_is_ended_by_the_next_request(
    platform: Platform, app: Flask, outbox: Outbox, session: Session
) -> None:
    """The planted defect was the screen alone ending turns: one without its network kept the last person signed in."""
    browser = StrictClient(app)
    set_up(browser, registered(platform))
    sign_in(browser, outbox)
    browser.get("/preferences?lang=en&next=/kiosk")
    with time_machine.travel(clock.now() + timedelta(seconds=71), tick=False):
        answer = browser.get("/me")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/me")
        assert "/sign-in" in browser.get("/me").headers["Location"]
        assert session.scalars(select(SignedIn.ended_at)).one() is not None
        assert "在此查询" not in browser.get("/kiosk").get_data(as_text=True)


def test_a_turn_that_goes_on_is_not_ended(platform: Platform, app: Flask, outbox: Outbox) -> None:
    browser = StrictClient(app)
    set_up(browser, registered(platform))
    sign_in(browser, outbox)
    begun = clock.now()
    for seconds in (50, 100, 150):
        with time_machine.travel(begun + timedelta(seconds=seconds), tick=False):
            assert browser.client.post("/kiosk/alive").status_code == 204
    with time_machine.travel(begun + timedelta(seconds=200), tick=False):
        assert browser.get("/me").status_code == 200


def test_an_ordinary_browser_has_no_turns(browser: StrictClient, outbox: Outbox) -> None:
    sign_in(browser, outbox)
    assert browser.client.post("/kiosk/wipe").status_code == 404
    assert browser.client.post("/kiosk/alive").status_code == 404
    assert browser.get("/me").status_code == 200


def test_a_cookie_that_nobody_signed_makes_no_kiosk(platform: Platform, app: Flask) -> None:
    made, browser = registered(platform), StrictClient(app)
    browser.client.set_cookie("kiosk", f'{{"id":"{made.kiosk_id}","token":"x"}}.signature')
    assert "data-kiosk" not in browser.get("/kiosk").get_data(as_text=True)


def test_many_people_sign_in_on_a_kiosk(platform: Platform) -> None:
    """Fifteen people in an hour are too many for one device, and no more than a kiosk has."""
    asking = {
        "browser": "b",
        "device": "kiosk:1",
        "origin": rules.Origin(network="10.0.0.0/24"),
        "lang": "zh",
    }
    for number in range(15):
        with platform.transaction() as session:
            codes.ask(
                session,
                platform,
                number=phone(number + 1),
                asking=codes.Asking(**asking, is_kiosk=True),  # type: ignore[arg-type]
            )
    with platform.transaction() as session, pytest.raises(TooMany):
        codes.ask(
            session,
            platform,
            number=phone(99),
            asking=codes.Asking(**asking),  # type: ignore[arg-type]
        )


def test_a_form_handed_in_by_the_screens_script_goes_on_without_history(
    platform: Platform, app: Flask
) -> None:
    browser = StrictClient(app)
    set_up(browser, registered(platform))
    page = browser.get("/sign-in").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    answer = browser.client.post(
        "/sign-in", data={"phone": phone(1), "csrf_token": token[1]}, headers={"X-Kiosk": "1"}
    )
    assert (answer.status_code, answer.headers["X-Kiosk-Onward"]) == (200, "/sign-in/code?next=/me")
    assert "Location" not in answer.headers


def test_only_kiosks_of_before_the_opening_have_their_cap(platform: Platform, session: Session) -> None:
    made = registered(platform)
    mark = rules.kiosk_device(made.kiosk_id)
    assert queries.kiosk_caps(session, before=clock.now() + timedelta(hours=1)) == {mark: 300}
    assert queries.kiosk_caps(session, before=clock.now() - timedelta(hours=1)) == {}


def test_the_office_registers_a_kiosk_and_withdraws_it(desks: Desks, session: Session) -> None:
    browser = desks.office().browser
    fields = {"place": "政务中心 1 楼", "name": "3 号机", "idle_seconds": "60", "ballot_cap": "300"}
    shown = browser.post("/desk/office/kiosks", fields).get_data(as_text=True)
    assert re.search(r"\d{4} \d{4} \d{4}", shown)
    assert browser.post("/desk/office/kiosks", fields).status_code == 409
    assert browser.post("/desk/office/kiosks", fields | {"idle_seconds": "5"}).status_code == 422
    kiosk = session.scalars(select(Kiosk)).one()
    path = f"/desk/office/kiosks/{kiosk.id}"
    assert browser.post(f"{path}/withdraw", {"reason": ""}).status_code == 422
    assert browser.post(f"{path}/withdraw", {"reason": "搬走了"}).status_code == 303
    assert "搬走了" in browser.get("/desk/office/kiosks").get_data(as_text=True)
