"""How often one-time codes are sent: by number, device, network and in all, counted in the database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalapp.accounts import rules, vault
from evalapp.accounts.models import CodeRequest
from evalapp.accounts.services import codes, questions, residents
from evalapp.accounts.services import codes as services
from evalapp.core import clock
from evalapp.core.errors import TooMany
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from tests.support.accounts import phone

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def ask(
    platform: Platform,
    number: int,
    *,
    device: str = "",
    network: str = "",
    is_carrier: bool = False,
    answers: bool = True,
) -> bool:
    """Whether a code was sent; device and network are new ones unless named."""
    origin = rules.Origin(network=network or f"net{number}", is_carrier=is_carrier)
    asking = codes.Asking(browser=f"b{number}", device=device or f"d{number}", origin=origin, lang="zh")
    try:
        with platform.transaction() as session:
            asked = questions.question_for(session, platform, browser=asking.browser)
            answer = questions.Answer(token=asked.token, typed=str(asked.outcome) if answers else "")
            services.ask(session, platform, number=phone(number), asking=asking, answer=answer)
    except (TooMany, questions.QuestionAsked):
        return False
    return True


def move(traveller: time_machine.Traveller, **by: float) -> None:
    traveller.shift(timedelta(**by))


def test_a_number_gets_one_code_a_minute_and_five_a_day(
    platform: Platform, still_clock: time_machine.Traveller
) -> None:
    assert ask(platform, 1)
    move(still_clock, seconds=59)
    assert not ask(platform, 1)
    move(still_clock, seconds=2)
    sent = 1
    for _ in range(10):
        sent += ask(platform, 1)
        move(still_clock, minutes=61)
    assert sent == 5
    move(still_clock, hours=24)
    assert ask(platform, 1)


def test_erasing_the_account_does_not_begin_the_limits_anew(
    platform: Platform, session: Session, still_clock: time_machine.Traveller
) -> None:
    sent = 0
    for _ in range(10):
        sent += ask(platform, 1)
        with platform.transaction() as own:
            resident = residents.admit(own, platform, vault.person_id(platform.keys, phone(1)))
            residents.erase(own, resident.id)
        move(still_clock, minutes=2)
    assert sent == 5
    assert set(session.scalars(select(CodeRequest.browser_hash))) == {""}, "no code is anybody's any more"
    assert session.scalar(select(func.max(CodeRequest.expires_at))) <= clock.now()
    move(still_clock, hours=24)
    assert ask(platform, 1)


def test_limits_are_of_each_number_and_not_of_all(
    platform: Platform, still_clock: time_machine.Traveller
) -> None:
    for _ in range(6):
        ask(platform, 1)
        move(still_clock, minutes=2)
    assert not ask(platform, 1)
    assert ask(platform, 2)


def test_a_device_gets_ten_an_hour(platform: Platform) -> None:
    assert sum(ask(platform, number, device="one") for number in range(15)) == 10
    assert ask(platform, 99, device="another")


def test_a_network_gets_thirty_an_hour_and_a_carriers_ten_times_as_many(platform: Platform) -> None:
    assert sum(ask(platform, number, network="10.0.0.0/24") for number in range(40)) == 30
    sent = sum(ask(platform, number, network="10.9.0.0/24", is_carrier=True) for number in range(100, 420))
    assert sent == 300


def test_all_together_get_no_more_than_the_budget(platform: Platform) -> None:
    small = platform.settings.model_copy(update={"codes_in_all_hour": 20})
    object.__setattr__(platform, "settings", small)
    assert sum(ask(platform, number) for number in range(30)) == 20


def test_the_counts_survive_a_restart_and_are_shared_by_processes(
    platform: Platform, settings: Settings, still_clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        assert ask(platform, 1)
        move(still_clock, minutes=2)
    second = Platform.open(settings)
    assert not ask(second, 1)
    second.close()


def test_asking_at_once_does_not_get_past_a_limit(platform: Platform, session: Session) -> None:
    with ThreadPoolExecutor(12) as pool:
        sent = list(pool.map(lambda number: ask(platform, number, device="one"), range(24)))
    assert sum(sent) == 10
    assert session.scalars(select(func.count()).select_from(CodeRequest)).one() == 10


def test_counting_without_the_lock_is_noticed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: those who ask at once do not wait for one another."""
    if platform.engine.dialect.name == "sqlite":
        pytest.skip("SQLite's transaction is the lock; PostgreSQL needs one")
    monkeypatch.setattr(services, "one_at_a_time", lambda *_: None)
    with ThreadPoolExecutor(12) as pool:
        for _ in range(10):
            sent = list(pool.map(lambda number: ask(platform, number, device="one"), range(24)))
            if sum(sent) > 10:
                return
            _empty(platform)
    pytest.fail("twenty-four at once never got past the limit: the test of the lock shows nothing")


def _empty(platform: Platform) -> None:
    with platform.transaction() as session:
        session.execute(delete(CodeRequest))


def test_the_chance_of_guessing_a_number_in_a_day_is_small(settings: Settings) -> None:
    """Computed from the limits in the code (reliability.md D9)."""
    chance = settings.codes_per_number_day * rules.CODE_TRIES / 10**rules.CODE_DIGITS
    assert chance <= 2.5e-5


def test_a_flood_sends_no_more_than_the_budget(platform: Platform, session: Session) -> None:
    """A tenth of reliability.md D4: 1,000 requests from 100 networks at 50 numbers within a minute."""
    sent = sum(ask(platform, n % 50, device=f"d{n}", network=f"n{n % 100}") for n in range(1_000))
    assert sent == 50
