"""Each cell of the role matrix is really asked for, on a small district where unit A and one resident own what is
asked for; and no unsafe request gets through without its token or from another site.

The district is one SQLite file, put back after each request that changed it.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from werkzeug.routing import Rule

from evalapp import wiring
from evalapp.accounts.models import Role
from evalapp.accounts.services import residents, sessions
from evalapp.core import clock
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.factory import WITHOUT_TOKEN, create_app
from evalapp.notifications.models import StaffNotice
from evalapp.operate import setting_up
from evalapp.programme.models import Recording
from evalapp.units import services as units_services
from tests.support.accounts import Outbox, People
from tests.support.ballots import Polling
from tests.support.comments import Comments
from tests.support.pledges import PledgeFactory
from tests.support.programme import Programme
from tests.support.role_matrix import COLUMNS, asked_of, matrix
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import make_watchable

SAFE = {"GET", "HEAD"}
ROLES = {
    "office": Role.OFFICE,
    "unit_a": Role.UNIT,
    "unit_b": Role.UNIT,
    "station": Role.STATION,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}


@dataclass(frozen=True, kw_only=True)
class Small:
    """A district with one of most things, and everybody's cookie and token."""

    app: Flask
    people: dict[str, tuple[str, str]]
    samples: dict[str, Any]
    file: Path
    pristine: sqlite3.Connection
    watcher: sqlite3.Connection

    def path(self, rule: Rule) -> str:
        """The address of what unit A and the resident own; what the district has none of is asked for under no name."""
        values = {name: self._sample(rule.rule, name) for name in rule.arguments}
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None
        return built[1]

    def _sample(self, route: str, name: str) -> Any:
        for part in ("pledges", "highlights"):
            if name == "reference" and part in route:
                return self.samples[part]
        return self.samples.get(name, str(uuid.UUID(int=1)))

    def ask(self, method: str, path: str, column: str, *, token: bool = True, **headers: str) -> int:
        """The status that `column` gets; the district is as before afterwards."""
        client = self.app.test_client()
        cookie, secret = self.people[column]
        if cookie:
            client.set_cookie("evalapp", cookie)
        if token and method not in SAFE:
            headers["X-CSRF-Token"] = secret
        answer = client.open(path, method=method, headers=headers)
        answer.close()
        return answer.status_code

    def version(self) -> int:
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])

    def put_back(self, before: int) -> bool:
        """Whether the district had changed since `before`; it is as in the beginning then."""
        if self.version() == before:
            return False
        with sqlite3.connect(self.file, timeout=10) as target:
            self.pristine.backup(target)
        target.close()
        return True


def signed_in(app: Flask, **content: str) -> tuple[str, str]:
    """A signed cookie with this content, and a token for its forms."""
    with app.test_request_context():
        session.update(content)
        token = generate_csrf()
        response = app.response_class()
        app.session_interface.save_session(app, session, response)
    return response.headers["Set-Cookie"].split(";")[0].partition("=")[2], token


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    platform = Platform.open(Settings(data_dir=tmp_path_factory.mktemp("roles") / "var"))
    wiring.connect()
    setting_up.set_up(platform)
    app = create_app(platform)
    polling, units = Polling(platform), UnitFactory(platform)
    programme, pledges = Programme(platform, units), PledgeFactory(platform)
    episode = polling.announce(opens_in=timedelta(days=-1))
    make_watchable(platform, episode)
    slot, airing = programme.slot(episode), programme.airing(episode)
    other = units.department("区第二局")
    people, cookies = People(platform, app, Outbox(platform)), {"anonymous": signed_in(app, device="a")}
    with platform.transaction() as opened:
        owner = residents.admit(opened, platform, f"{1:064x}")
        neighbour = residents.admit(opened, platform, f"{2:064x}")
        cookies["resident"] = signed_in(app, resident=sessions.open_for_resident(opened, owner.id))
        cookies["neighbour"] = signed_in(app, resident=sessions.open_for_resident(opened, neighbour.id))
    members = {}
    for column, role in ROLES.items():
        members[column] = people.staff(role, login=column).staff
        with platform.transaction() as opened:
            cookies[column] = signed_in(app, _user_id=sessions.open_for_staff(opened, members[column].id))
            unit_id = {"unit_a": episode.unit_id, "unit_b": other.id}.get(column)
            if unit_id is not None:
                units_services.assign_staff(
                    opened, unit_id=unit_id, staff_id=members[column].id, actor=OFFICER
                )
    comments = Comments(platform)
    author = Actor(kind=ActorKind.RESIDENT, id=owner.id, name="居民", permissions=RESIDENT_PERMISSIONS)
    with platform.session() as opened:
        thread = comments.thread_of(type("Of", (), {"thread_id": opened.merge(episode).thread_id}))
        recording = opened.query(Recording).filter_by(episode_id=episode.id).one()
        unit = opened.merge(episode).unit_id
        chapter = recording.id
    comment = comments.shown(thread, author=author)
    with platform.session() as opened:
        a_unit = opened.get(type(other), unit)
    with platform.transaction() as opened:
        units_services.notify_desk(
            opened,
            unit_id=unit,
            kind="reminder",
            reference="X",
            path="/",
            due_at=clock.now(),
            key="x",
        )
        notice_id = opened.scalars(select(StaffNotice.id)).one()
    samples = {
        "number": episode.number,
        "year": 2026,
        "slug": a_unit.slug,
        "reference": comment.reference,
        "pledges": pledges.pledge(a_unit).reference,
        "highlights": pledges.highlight(a_unit).reference,
        "language": "zh",
        "login": "unit_b",
        "staff_id": str(members["unit_a"].id),
        "recording_id": str(recording.id),
        "chapter_id": str(chapter),
        "slot_id": str(slot.id),
        "airing_id": str(airing.id),
        "wish": "on",
        "rhythm": "daily",
        "notice_id": str(notice_id),
        "code": "0000-0000-0000-0000",
        "token": "none",
        "name": "none.mp4",
        "path": "none.css",
    }
    file = platform.settings.data_dir / "evalapp.sqlite3"
    pristine, watcher = sqlite3.connect(":memory:"), sqlite3.connect(file)
    with sqlite3.connect(file) as source:
        source.backup(pristine)
    source.close()
    yield Small(app=app, people=cookies, samples=samples, file=file, pristine=pristine, watcher=watcher)
    pristine.close()
    watcher.close()
    polling.booths.close()
    app.extensions["evalapp.polling"].booths.close()
    platform.close()


def rules_of(app: Flask) -> dict[str, Rule]:
    return {
        f"{method} {rule.rule}": rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"OPTIONS"}
    }


def found(small: Small) -> dict[str, dict[str, int]]:
    """What everybody really gets."""
    rules, cells = rules_of(small.app), {}
    for name in asked_of(small.app):
        method, path = name.partition(" ")[0], small.path(rules[name])
        cells[name] = {}
        for column in COLUMNS:
            before = small.version()
            cells[name][column] = small.ask(method, path, column)
            small.put_back(before)
    return cells


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everybody_gets_what_the_matrix_says(small: Small) -> None:
    wrong = [
        f"{name} {column}: {status}, not {matrix().get(name, {}).get(column)}"
        for name, cells in found(small).items()
        for column, status in cells.items()
        if status != matrix().get(name, {}).get(column)
    ]
    assert wrong == []


def unsafe(small: Small) -> Iterator[tuple[str, str, str, str]]:
    """Every unsafe route with somebody whom the matrix lets in."""
    rules = rules_of(small.app)
    for name in asked_of(small.app):
        method = name.partition(" ")[0]
        if method not in SAFE:
            row = matrix()[name]
            signs_in = COLUMNS[3:] if "/desk" in name else COLUMNS[1:2]
            column = min(signs_in, key=lambda c: (row[c] in {401, 403}, row[c] == 404))
            yield name, method, small.path(rules[name]), column


def let_through(small: Small) -> list[str]:
    """Which unsafe requests get through without their token or from another site."""
    exempt = {name for name, rule in rules_of(small.app).items() if rule.endpoint in WITHOUT_TOKEN}
    through = []
    for name, method, path, column in unsafe(small):
        before = small.version()
        if name not in exempt and small.ask(method, path, column, token=False) not in {400, 403}:
            through.append(f"{name} without a token")
        if small.ask(method, path, column, Origin="https://elsewhere.invalid") != 403:
            through.append(f"{name} from another site")
        if small.put_back(before):
            through.append(f"{name} changed something")
    return through


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_unsafe_request_without_its_token_or_from_another_site_changes_anything(small: Small) -> None:
    assert let_through(small) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_forms_that_ask_for_no_token_are_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the check of the token is left to each form, and some actions have no form."""
    monkeypatch.setitem(small.app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    through = let_through(small)
    assert "POST /me/sign-out-everywhere without a token" in through
    assert "POST /me/sign-out-everywhere changed something" in through


def test_a_route_that_lets_the_wrong_people_in_is_noticed(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a guard that knows every unit's pledges as one's own."""
    rule = rules_of(small.app)["GET /desk/unit/pledges/<reference>"]
    monkeypatch.setitem(small.app.view_functions, rule.endpoint, _careless)
    assert small.ask("GET", small.path(rule), "unit_b") != matrix()[f"GET {rule.rule}"]["unit_b"]


def _careless(reference: str) -> str:
    return reference


_careless.__access__ = "public"  # type: ignore[attr-defined]
