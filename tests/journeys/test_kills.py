"""Web workers and whole servers are killed again and again while people grade: every acknowledged ballot stands once.

The clients keep what they were told; the database is read afterwards, and the boxes are opened and folded.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from evalapp import wiring
from evalapp.ballots.models import BallotSignal, SealedBallot
from evalapp.ballots.rules.grades import Dimension
from evalapp.ballots.rules.receipts import shown_code
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.factory import create_app
from evalapp.programme.models import Episode
from evalapp.results.services import opening
from tests.conftest import DATABASES
from tests.support.ballots import Polling
from tests.support.crowd import Acknowledged, Client, Tally, grade_all, signed_in
from tests.support.databases import new_postgres_database
from tests.support.process_server import ProcessServer

CLIENTS, BALLOTS_EACH = 50, 4
KILLS = {
    "sqlite": 50,
    "postgresql": 20,
}  # a server's start takes most of the time: one database has all of them
WHOLE = 10  # one kill in so many takes the whole server, which needs its time to start again


@dataclass(frozen=True, kw_only=True)
class Site:
    """A district of which the test holds the database and the keys, while processes serve it."""

    platform: Platform
    server: ProcessServer
    polling: Polling

    def killed_while_graded(
        self, *, clients: int, episodes: int, ballots: int, kills: int
    ) -> tuple[Tally, list[int]]:
        """Let people grade and kill `kills` times, evenly over their ballots; the last kill takes the whole server."""
        numbers = [self.polling.announce().number for _ in range(episodes)]
        app, tally = create_app(self.platform), Tally()
        crowd = [
            Client(self.server.port, person, credentials, tally)
            for person, credentials in enumerate(signed_in(app, self.platform, clients))
        ]
        total = clients * episodes * ballots

        def kill_now_and_then() -> None:
            for turn in range(1, kills + 1):
                tally.wait_for(total * turn // (kills + 1))
                if turn % WHOLE and turn < kills:
                    self.server.kill_web_worker()
                    continue
                self.server.kill()
                self.server.start("--no-worker")

        self.server.start("--no-worker")
        grade_all(crowd, numbers, ballots=ballots, meanwhile=kill_now_and_then)
        return tally, numbers

    def faults(self, acknowledged: list[Acknowledged]) -> list[str]:
        """What is wrong with the ballots that stand, measured against the receipts that clients hold."""
        with self.platform.session() as session:
            rows = session.execute(select(SealedBallot.id, SealedBallot.entry_hash, SealedBallot.code)).all()
            signals = set(session.scalars(select(BallotSignal.ballot_id)))
        there = Counter((row.entry_hash.hex(), shown_code(row.code)) for row in rows)
        told = Counter((one.entry, one.code) for one in acknowledged)
        return [
            *(f"acknowledged and lost: {key}" for key in told if key not in there),
            *(f"handed out twice: {key}" for key, number in told.items() if number > 1),
            *(f"nobody holds a receipt for {key}" for key in there if key not in told),
            *(f"no signals for {row.id}" for row in rows if row.id not in signals),
        ]

    def tally_of(self, number: int) -> Counter:
        """What the box of an episode says when it is opened: dimension and grade."""
        with self.platform.transaction() as session:
            episode = session.scalars(select(Episode).where(Episode.number == number)).one()
            grading = self.polling.grading(episode)
            opened = opening.open_boxes(session, grading, episode, keepers=self.polling.keepers)
        return Counter(
            (dimension, standing.ballot.opinion.grades[dimension])
            for standing in opened.standing.values()
            for dimension in Dimension
        )


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own: the server brings its own tables."""
    if request.param == "sqlite":
        yield ""
        return
    with new_postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path, address: str) -> Iterator[Site]:
    defect = getattr(request, "param", "")
    server = ProcessServer(
        tmp_path / "var",
        database_url=address,
        extra={"DEFECT": defect},
        module="tests.support.faulty_server" if defect else "evalapp",
    )
    server.command("init")
    platform = Platform.open(Settings(data_dir=tmp_path / "var", database_url=address, public_url=server.url))
    wiring.connect()
    yield Site(platform=platform, server=server, polling=Polling(platform))
    if server.process is not None:
        server.kill()
    platform.close()


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_acknowledged_ballot_stands_once_whenever_the_server_is_killed(site: Site) -> None:
    began = time.monotonic()
    kills = KILLS[site.platform.engine.dialect.name]
    episodes = kills // 2
    tally, numbers = site.killed_while_graded(
        clients=CLIENTS, episodes=episodes, ballots=BALLOTS_EACH, kills=kills
    )

    assert len(tally.acknowledged) == CLIENTS * episodes * BALLOTS_EACH
    assert tally.lost >= kills
    assert site.faults(tally.acknowledged) == []
    for number in numbers:
        last = {one.person: one for one in tally.acknowledged if one.episode == number}
        meant = Counter(pair for one in last.values() for pair in zip(Dimension, one.grades, strict=True))
        assert site.tally_of(number) == meant
    print(f"{len(tally.acknowledged)} ballots, {tally.lost} answers lost, {time.monotonic() - began:.0f} s")  # noqa: T201  a figure


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("site", "fault"),
    [("hasty", "acknowledged and lost"), ("forgetful", "nobody holds a receipt")],
    indirect=["site"],
)
def test_a_server_that_loses_or_doubles_ballots_is_noticed(site: Site, fault: str) -> None:
    """The planted defects: acknowledging before the commit, and not knowing a repeated request."""
    tally, _ = site.killed_while_graded(clients=8, episodes=2, ballots=2, kills=1)

    assert any(found.startswith(fault) for found in site.faults(tally.acknowledged))
