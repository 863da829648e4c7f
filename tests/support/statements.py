"""Counts what the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from evalapp.core.platform import Platform
from tests.support.strict_client import StrictClient


@contextmanager
def statements(platform: Platform) -> Iterator[list[str]]:
    """Collect every statement that the block sends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    event.listen(platform.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(platform.engine, "before_cursor_execute", note)


def statements_of(platform: Platform, browser: StrictClient, path: str) -> int:
    """How many statements it takes to answer `path`."""
    with statements(platform) as sent:
        assert browser.get(path).status_code == 200
    return len(sent)
