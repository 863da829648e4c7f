"""What was there before keeps its counts and answers, and the new constraints really hold on both databases."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from evalapp.core.engine import make_engine
from evalapp.operate import migrating
from tests.conftest import DATABASES
from tests.support.databases import new_postgres_database

BEFORE, AFTER, WITHOUT_CLOCKS, WITH_CLOCKS = "0006", "0007", "0009", "0010"
STATES = ("held", "shown", "shown", "refused", "withdrawn", "erased")


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


def key(engine: Engine, number: int) -> str:
    value = uuid.UUID(int=number)
    return value.hex if engine.dialect.name == "sqlite" else str(value)


def live(engine: Engine) -> None:
    """A unit, a thread, a comment in each state; the first that is shown was answered."""
    with engine.begin() as connection:
        insert(
            connection, "units", id=key(engine, 1), name="区一局", name_key="k", slug="a", kind="department"
        )
        insert(connection, "threads", id=key(engine, 2), unit_id=key(engine, 1), reference="EP-1", path="/1")
        for place, state in enumerate(STATES):
            insert(
                connection,
                "comments",
                id=key(engine, 10 + place),
                thread_id=key(engine, 2),
                reference=f"LY-{place}",
                pseudonym=f"p{place}",
                state=state,
                text="" if state == "erased" else "话",
                shown_on="2026-11-20" if state == "shown" else None,
            )
        insert(connection, "replies", id=key(engine, 30), comment_id=key(engine, 11), unit_id=key(engine, 1))


def insert(connection, table: str, **given: object) -> None:
    """A row with what is given, and something harmless in every other column that must hold something."""
    values = dict(given)
    for column in inspect(connection).get_columns(table):
        if column["name"] in values or column["nullable"] or column["default"] is not None:
            continue
        kind = column["type"].python_type.__name__
        values[column["name"]] = {
            "int": 0,
            "bool": False,
            "date": "2026-11-20",
            "datetime": "2026-11-20 10:00:00",
            "bytes": b"",
        }.get(kind, "")
    names = ", ".join(values)
    connection.execute(
        text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(':' + name for name in values)})"), values
    )


def test_threads_are_counted_and_answers_known(engine: Engine) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    migrating.upgrade(engine, to=AFTER)
    with engine.connect() as connection:
        counted = connection.execute(text("SELECT shown, answered, refused, withdrawn FROM threads")).one()
        answered = connection.scalars(text("SELECT reference FROM comments WHERE is_answered")).all()
    assert tuple(counted) == (2, 1, 1, 2)
    assert answered == ["LY-1"]


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE comments SET state = 'moved' WHERE reference = 'LY-0'", "moved_is_empty"),
        ("UPDATE comments SET state = 'nonsense' WHERE reference = 'LY-0'", "commentstate"),
        ("UPDATE comments SET place = 1", "place_in_a_group"),
        ("UPDATE comments SET met = -1", "met_not_negative"),
        ("UPDATE comments SET group_id = id, place = 1", "fk_comments_group_id|FOREIGN KEY"),
        ("UPDATE comments SET text = 'x' WHERE state = 'erased'", "erased_is_empty"),
    ],
)
def test_constraints_that_were_written_into_the_table_hold(
    engine: Engine, statement: str, constraint: str
) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    migrating.upgrade(engine, to=AFTER)
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(statement))
    with engine.begin() as connection:
        connection.execute(text("UPDATE comments SET state = 'moved', text = '' WHERE reference = 'LY-0'"))


def test_a_table_that_others_refer_to_is_changed_inside_the_transaction_that_filled_it(
    engine: Engine,
) -> None:
    """As restoring an old backup does."""
    with engine.connect() as connection:
        with connection.begin():
            migrating.upgrade_within(connection, to=BEFORE)
            insert(
                connection,
                "units",
                id=key(engine, 1),
                name="区一局",
                name_key="k",
                slug="a",
                kind="department",
            )
            insert(
                connection, "threads", id=key(engine, 2), unit_id=key(engine, 1), reference="EP-1", path="/1"
            )
            insert(
                connection,
                "comments",
                id=key(engine, 3),
                thread_id=key(engine, 2),
                reference="LY",
                state="held",
            )
            insert(connection, "comment_authors", comment_id=key(engine, 3))
            migrating.upgrade_within(connection, to=AFTER)
        assert connection.scalar(text("SELECT count(*) FROM comment_authors")) == 1


def test_it_can_be_taken_back_with_rows_in_place(engine: Engine) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    migrating.upgrade(engine, to=AFTER)
    with engine.begin() as connection:
        connection.execute(text("UPDATE comments SET state = 'moved', text = '' WHERE reference = 'LY-0'"))
    migrating.downgrade(engine, to=BEFORE)
    with engine.connect() as connection:
        states = connection.scalars(text("SELECT state FROM comments ORDER BY reference")).all()
    assert states == ["erased", "shown", "shown", "refused", "withdrawn", "erased"]
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text("UPDATE comments SET state = 'moved', text = '' WHERE reference = 'LY-3'"))
    migrating.upgrade(engine, to=AFTER)


def answer(engine: Engine) -> None:
    """The reply that `live` left without words gets two wordings."""
    with engine.begin() as connection:
        for number, at in ((1, "2026-11-21 09:00:00+00:00"), (2, "2026-11-23 09:00:00+00:00")):
            insert(
                connection,
                "reply_wordings",
                id=key(engine, 40 + number),
                reply_id=key(engine, 30),
                number=number,
                text="灯已换好。",
                written_at=at,
            )


def test_a_reply_was_answered_when_it_was_first_written(engine: Engine) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    answer(engine)
    migrating.upgrade(engine, to=WITH_CLOCKS)
    with engine.connect() as connection:
        answered_at = str(connection.scalar(text("SELECT answered_at FROM replies")))
    assert answered_at.startswith(("2026-11-21 09:00:00", "2026-11-21 17:00:00"))


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE comments SET asking = 'nonsense'", "asking"),
        ("UPDATE comments SET matter_id = id WHERE reference = 'LY-1'", "a_clock_where_it_asks"),
        (
            "UPDATE comments SET matter_id = id, asking = 'statement' WHERE reference = 'LY-1'",
            "a_clock_where",
        ),
        (
            "UPDATE comments SET matter_id = id, asking = 'simple_question' WHERE reference = 'LY-0'",
            "a_clock",
        ),
        (
            "UPDATE comments SET matter_id = id, asking = 'simple_question' WHERE reference = 'LY-1'",
            "fk_comments_matter_id|FOREIGN KEY",
        ),
    ],
)
def test_a_clock_stands_only_at_what_is_shown_and_asks(
    engine: Engine, statement: str, constraint: str
) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    migrating.upgrade(engine, to=WITH_CLOCKS)
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(statement))


def test_clocks_can_be_taken_back_with_rows_in_place(engine: Engine) -> None:
    migrating.upgrade(engine, to=BEFORE)
    live(engine)
    answer(engine)
    migrating.upgrade(engine, to=WITH_CLOCKS)
    with engine.begin() as connection:
        connection.execute(text("UPDATE comments SET asking = 'simple_question' WHERE state = 'shown'"))
    migrating.downgrade(engine, to=WITHOUT_CLOCKS)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM reply_wordings")) == 2
        assert connection.scalar(text("SELECT count(*) FROM comments")) == len(STATES)
    migrating.upgrade(engine, to=WITH_CLOCKS)
