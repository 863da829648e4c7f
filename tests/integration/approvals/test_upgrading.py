"""A district that watched cases before there were totals, notices and messages finds them right after the upgrade."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner
from sqlalchemy import func, select, text

from evalapp import wiring
from evalapp.approvals import jobs
from evalapp.approvals.models import CaseCard, CaseMessage, MessageState
from evalapp.approvals.rules.kinds import Colour
from evalapp.cli import COMMANDS
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.operate import migrating
from evalapp.supervision.models import SupervisionNotice
from tests.conftest import DATABASES
from tests.integration.approvals.test_totals import kept
from tests.support.cases import Cases, moment
from tests.support.databases import new_postgres_database

WITHOUT_TOTALS, WITH_MESSAGES = "0028", "0034"


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own: its tables change."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with new_postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def platform(settings: Settings) -> Iterator[Platform]:
    opened = Platform.open(settings)
    wiring.connect()
    migrating.upgrade(opened.engine)
    yield opened
    opened.close()


def test_what_was_there_is_counted_leads_to_no_notice_and_is_told_once(cases: Cases, session) -> None:
    platform, engine = cases.platform, cases.platform.engine
    with time_machine.travel(moment("2026-03-10 09:00"), tick=False):
        begun = [("submitted", "2026-03-02 09:00"), ("accepted", "2026-03-02 10:00")]
        cases.take([cases.event(kind, name, at) for name in ("A-1", "A-2") for kind, at in begun])
        cases.take([cases.event("decided", "A-1", "2026-03-04 10:00")])
        jobs.act_due(platform)
        before = kept(platform)

        migrating.downgrade(engine, to=WITHOUT_TOTALS)
        migrating.upgrade(engine, to=WITH_MESSAGES)
        with engine.begin() as connection:
            ready = "INSERT INTO case_messages (id, case_id, state) SELECT :id, id, 'ready' FROM cases"
            for number in (1, 2):
                made = uuid.UUID(int=number)
                given = {"id": made.hex if engine.dialect.name == "sqlite" else str(made)}
                connection.execute(text(f"{ready} WHERE number = 'A-1'"), given)
        run = next(each for each in COMMANDS if each.name == "db")
        done = CliRunner().invoke(run, ["upgrade"], obj=platform)
        assert done.exit_code == 0, done.output
        jobs.write_notices(platform)

    assert any(before.values())
    assert kept(platform) == before
    noticed = select(CaseCard.noticed_at).where(CaseCard.colour == Colour.RED)
    assert session.scalars(noticed).one() == moment("2026-03-10 09:00")
    assert session.scalar(select(func.count()).select_from(SupervisionNotice)) == 0
    states = session.scalars(select(CaseMessage.state).order_by(CaseMessage.state)).all()
    assert states == [MessageState.DROPPED, MessageState.WAITING]
