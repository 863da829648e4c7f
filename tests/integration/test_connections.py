"""PostgreSQL restarted while connections wait in the pool: nobody who comes after it notices."""

import psycopg
import pytest
from sqlalchemy import text

from evalapp.core.platform import Platform
from tests.support.strict_client import StrictClient


@pytest.fixture
def cut(platform: Platform) -> None:
    if platform.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server that could be restarted")


def cut_connections(platform: Platform) -> None:
    url = platform.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.mark.usefixtures("cut")
def test_a_page_after_a_restart_of_the_database_is_answered(
    platform: Platform, browser: StrictClient
) -> None:
    assert browser.get("/").status_code == 200
    cut_connections(platform)
    assert browser.get("/").status_code == 200


@pytest.mark.usefixtures("cut")
def test_readers_hold_no_transaction_and_writers_do(platform: Platform) -> None:
    count = text(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()"
    )
    with platform.session() as reading, platform.session() as other:
        reading.execute(text("SELECT 1"))
        assert other.scalar(count) == 0
        with platform.transaction() as writing:
            writing.execute(text("SELECT 1"))
            assert other.scalar(count) == 1
