"""Statements sent through libpq alone: every kind of value comes back as it went, and what failed is never committed."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Uuid,
    bindparam,
    insert,
    select,
)

from evalapp.core.base import Moment
from evalapp.core.engine import make_links
from evalapp.core.errors import Unavailable
from evalapp.core.lean import Statement
from evalapp.core.transaction import lean_transaction

KINDS = {
    "whole": (Integer(), st.integers(-(2**31), 2**31 - 1)),
    "small": (SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "big": (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "yes": (Boolean(), st.booleans()),
    "words": (String(), st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))),
    "data": (LargeBinary(), st.binary(max_size=2000)),
    "key": (Uuid(), st.uuids()),
    "moment": (Moment(), st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
}
EVERY = Statement(select(*(bindparam(name, type_=kind).label(name) for name, (kind, _) in KINDS.items())))
values = st.fixed_dictionaries({name: st.none() | found for name, (_, found) in KINDS.items()})


@pytest.fixture
def links(postgres_url):
    made = make_links(postgres_url)
    yield made
    made.close()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_every_kind_of_value_comes_back_as_it_went(links, sent):
    with links.begun() as link:
        assert vars(link.one(EVERY, sent)) == sent
        link.commit()


def test_a_kind_without_a_binary_form_is_refused_when_the_program_starts():
    with pytest.raises(TypeError, match="no binary form"):
        Statement(select(bindparam("x").label("x")))


def test_a_naive_moment_is_refused(links):
    empty = dict.fromkeys(KINDS)
    with links.begun() as link, pytest.raises(TypeError):
        link.one(EVERY, empty | {"moment": datetime(2026, 1, 1)})  # noqa: DTZ001


BROKEN = Statement(select((bindparam("n", type_=Integer()) // 0).label("n")))
ECHO = Statement(select(bindparam("n", type_=Integer()).label("n")))


def test_a_connection_that_the_server_ended_is_opened_anew(links, postgres_url):
    with links.begun() as link:
        link.commit()
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with links.begun() as link:
        assert link.one(ECHO, {"n": 7}).n == 7
        link.commit()


def test_the_last_statement_commits_on_the_same_way(links):
    with links.begun() as link:
        link.one(ECHO, {"n": 7})
        assert link.is_in_transaction
        assert link.last(ECHO, {"n": 8}).n == 8
        assert not link.is_in_transaction
        assert link.one(ECHO, {"n": 9}).n == 9  # begins another one
        assert link.is_in_transaction
        link.commit()


def test_a_last_statement_that_failed_commits_nothing_and_the_link_serves_on(links):
    def act():
        with links.begun() as link:
            link.one(ECHO, {"n": 7})
            link.last(BROKEN, {"n": 1})

    for _ in range(2):
        with pytest.raises(psycopg.errors.DivisionByZero):
            act()
    with links.begun() as link:
        assert link.one(ECHO, {"n": 7}).n == 7


def test_a_transaction_that_failed_is_not_taken_for_committed(links):
    def act():
        with lean_transaction(links) as link, pytest.raises(psycopg.errors.DivisionByZero):
            link.one(BROKEN, {"n": 1})

    with pytest.raises(Unavailable):
        act()


def test_what_the_block_gave_up_is_gone_and_the_link_serves_on(links, postgres_url):
    plain = postgres_url.replace("+psycopg", "")
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute("CREATE TABLE notes (id uuid PRIMARY KEY)")
    notes = Table("notes", MetaData(), Column("id", Uuid(), primary_key=True))
    added = insert(notes).values(id=bindparam("key", type_=Uuid())).returning(notes.c.id).cte("added")
    note = Statement(select(added.c.id))

    def give_up():
        with lean_transaction(links) as link:
            link.one(note, {"key": uuid.uuid4()})
            raise KeyError

    with pytest.raises(KeyError):
        give_up()
    with lean_transaction(links) as link:
        link.one(note, {"key": uuid.UUID(int=5)})
    with psycopg.connect(plain) as other:
        assert other.execute("SELECT id FROM notes").fetchall() == [(uuid.UUID(int=5),)]
