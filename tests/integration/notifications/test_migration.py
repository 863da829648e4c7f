"""Notices that waited before there were letters are told all the same, and can be taken back."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from evalapp.core.engine import make_engine
from evalapp.operate import migrating
from tests.conftest import DATABASES
from tests.support.databases import new_postgres_database

BEFORE, WITH_LETTERS = "0004", "0005"
MOMENT = "2026-11-20 10:00:00+00:00"


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{tmp_path}/a.sqlite3")
        yield made
        made.dispose()
        return
    with new_postgres_database(request.getfixturevalue("postgres_server")) as url:
        made = make_engine(url)
        yield made
        made.dispose()


def written(engine: Engine, value: uuid.UUID) -> str:
    return value.hex if engine.dialect.name == "sqlite" else str(value)


def live_without_letters(engine: Engine) -> list[str]:
    """Two residents; the first waits for two notices, the second for one and had one."""
    residents = [written(engine, uuid.UUID(int=number)) for number in (1, 2)]
    moment = MOMENT.removesuffix("+00:00") if engine.dialect.name == "sqlite" else MOMENT
    with engine.begin() as connection:
        for number, key in enumerate(residents):
            connection.execute(
                text(
                    "INSERT INTO residents (id, person_id, number_block, created_at, known_since, last_used_at)"
                    " VALUES (:id, :person, '', :at, :at, :at)"
                ),
                {"id": key, "person": f"p{number}", "at": moment},
            )
        for number, (owner, state) in enumerate(
            [(residents[0], "waiting"), (residents[0], "waiting"), (residents[1], "waiting"), (None, "sent")]
        ):
            connection.execute(
                text(
                    "INSERT INTO notices (id, resident_id, purpose, state, made_on)"
                    " VALUES (:id, :owner, 'reply_notices', :state, '2026-11-20')"
                ),
                {"id": written(engine, uuid.UUID(int=100 + number)), "owner": owner, "state": state},
            )
    return residents


def test_waiting_notices_are_put_into_letters_and_taken_out_again(engine: Engine) -> None:
    migrating.upgrade(engine, to=BEFORE)
    residents = live_without_letters(engine)
    migrating.upgrade(engine, to=WITH_LETTERS)
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT letters.resident_id, letters.state, count(*) FROM letters JOIN notices"
                " ON notices.letter_id = letters.id GROUP BY letters.resident_id, letters.state"
            )
        ).all()
    assert {(str(owner), state, amount) for owner, state, amount in rows} == {
        (residents[0], "waiting", 2),
        (residents[1], "waiting", 1),
    }
    migrating.downgrade(engine, to=BEFORE)
    with engine.connect() as connection:
        back = connection.execute(
            text("SELECT resident_id, count(*) FROM notices WHERE state = 'waiting' GROUP BY resident_id")
        ).all()
        jobs = connection.scalar(text("SELECT count(*) FROM jobs WHERE kind = 'notifications.deliver'"))
    assert {(str(owner), amount) for owner, amount in back} == {(residents[0], 2), (residents[1], 1)}
    assert jobs == 3
