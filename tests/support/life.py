"""A district about to begin its first episode, in a data folder of its own: what journeys of the whole life stand on."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import resources
from pathlib import Path

from click.testing import CliRunner

from evalapp import wiring
from evalapp.accounts.models import Role
from evalapp.accounts.services import staff
from evalapp.ballots.services import casting
from evalapp.cli import main
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.programme.models import Season
from evalapp.programme.services import planning, planning_places
from evalapp.units.models import UnitKind
from evalapp.units.services import members, tree
from tests.support.ballots import Polling, circumstances, submission
from tests.support.process_server import ProcessServer

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:06.000\n今年计划改造四十六个小区。\n\n00:06.000 --> 00:12.000\n施工时间提前七天贴到楼道口。\n"
NEVER_WAIT = {"EVALAPP_TWO_PERSON_WAIT_HOURS": "0"}


def small_profile() -> dict[str, object]:
    """The profile that ships, with one group of evaluators, so that thirty ballots and more make a score."""
    source = resources.files("evalapp.ballots.profiles") / "default.json"
    profile: dict[str, object] = json.loads(source.read_text(encoding="utf-8"))
    groups = profile["groups"]
    assert isinstance(groups, list)
    profile["groups"] = [groups[0] | {"weight": 100}]
    return profile


@contextmanager
def opened(data: Path, *, offset: int = 0) -> Iterator[Platform]:
    """The platform on `data`, in this process, while no server runs on it; the clock is set back afterwards."""
    platform = Platform.open(Settings(data_dir=data, clock_offset=offset))
    wiring.connect()
    try:
        yield platform
    finally:
        platform.close()
        clock.configure(offset_seconds=0, timezone=platform.settings.timezone)


class District:
    """The server of the district, its clock, and the one-time passwords of its staff."""

    def __init__(self, folder: Path) -> None:
        self.offset = 0
        self.passwords: dict[str, str] = {}
        self.server = ProcessServer(folder / "district", extra=NEVER_WAIT)
        self.run("init")

    def run(self, *arguments: str) -> str:
        """Run `evalapp …` in this process on the district's data; returns what it printed."""
        names = ("EVALAPP_DATA_DIR", "EVALAPP_PUBLIC_URL", "EVALAPP_CLOCK_OFFSET")
        environment = {name: self.server.environment.get(name) for name in names}
        try:
            done = CliRunner().invoke(main, arguments, env=environment)
        finally:
            clock.configure(offset_seconds=0, timezone="Asia/Shanghai")
        assert done.exit_code == 0, f"{arguments}: {done.output} {done.exception!r}"
        return done.stdout

    def found(self) -> None:
        """One unit, one season, one channel, one planned episode, and people at every desk."""
        with opened(self.server.data) as platform, platform.transaction() as session:
            unit = tree.add_unit(
                session, kind=UnitKind.DEPARTMENT, name="晴川区住建局", slug="zhujian", rank_class="甲", actor=SYSTEM
            )  # fmt: skip
            season = planning.create_season(
                session, year=clock.today().year, title="首季", profile=small_profile(), actor=SYSTEM
            )
            planning_places.add_channel(session, code="yi.qingchuan", name="晴川一套", actor=SYSTEM)
            planning.create_episode(
                session,
                season_id=season.id,
                unit_id=unit.id,
                title="老楼加装电梯",
                speaker_post="局长",
                actor=SYSTEM,
            )
            for login, role in (
                ("station", Role.STATION),
                ("plan", Role.OFFICE),
                ("read", Role.OFFICE),
                ("first", Role.OFFICE),
                ("second", Role.OFFICE),
                ("unit", Role.UNIT),
            ):
                made = staff.add(
                    session, login=login, post=f"{login} 岗", role=role, wait=timedelta(0), actor=SYSTEM
                )
                self.passwords[login] = made.password
                if role is Role.UNIT:
                    members.assign_staff(session, unit_id=unit.id, staff_id=made.staff_id, actor=SYSTEM)

    def set_profile(self) -> None:
        """Let thirty ballots of one group make a score, before any box is announced."""
        with opened(self.server.data, offset=self.offset) as platform, platform.transaction() as session:
            session.query(Season).one().profile = small_profile()

    def forward(self, by: timedelta, *, ballots: int = 0) -> None:
        """Stop, let time pass, let so many further residents grade, and serve again."""
        self.server.stop()
        self.offset += int(by.total_seconds())
        self.server.environment["EVALAPP_CLOCK_OFFSET"] = str(self.offset)
        if ballots:
            self._cast(ballots)
        self.server.start()

    def _cast(self, number: int) -> None:
        with opened(self.server.data, offset=self.offset) as platform:
            polling = Polling(platform)
            with platform.session() as session:
                booth = polling.booths.of(session, 1)
            for turn, voter in enumerate(polling.voters(number)):
                where = circumstances(uuid.uuid4().hex, device=f"device-{turn}", address=f"198.51.{turn}.7")
                with platform.transaction() as session:
                    casting.cast(
                        session, booth, submission((5, 4, 3 + turn % 3)), voter=voter, circumstances=where
                    )
            polling.booths.close()
