"""A small district with one of most things, where unit A and one resident own what is asked for; put back at will."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import psycopg
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from evalapp import wiring
from evalapp.accounts.models import Role
from evalapp.accounts.services import kiosks as kiosks_services
from evalapp.accounts.services import residents, sessions
from evalapp.approvals.models import CaseCard
from evalapp.approvals.rules.kinds import Channel, Colour
from evalapp.approvals.services import entering, take_events
from evalapp.approvals.services.due import write_due
from evalapp.approvals.services.entering import NewCase
from evalapp.comments import services as comments_services
from evalapp.core import clock
from evalapp.core.lean import Links
from evalapp.core.permissions import RESIDENT_PERMISSIONS, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.disclosures import attachments
from evalapp.disclosures import services as disclosures
from evalapp.factory import create_app
from evalapp.notifications.models import StaffNotice
from evalapp.operate import setting_up
from evalapp.programme.models import Recording
from evalapp.supervision import services as supervision
from evalapp.supervision.evidence import PreparedFile
from evalapp.supervision.jobs import escalate
from evalapp.supervision.models import SupervisionNotice
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind
from evalapp.units import services as units_services
from evalapp.units.models import Unit
from tests.support.accounts import Outbox, People
from tests.support.ballots import Polling
from tests.support.boards import CLERK, Boards
from tests.support.comments import Comments
from tests.support.items import ItemFactory
from tests.support.pledges import PledgeFactory
from tests.support.powers import PowerFactory
from tests.support.programme import Programme
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import make_watchable

SAFE = {"GET", "HEAD"}
ROLES = {
    "office": Role.OFFICE,
    "unit_a": Role.UNIT,
    "unit_b": Role.UNIT,
    "station": Role.STATION,
    "reports": Role.REPORTS,
    "auditor": Role.AUDITOR,
    "administrator": Role.ADMINISTRATOR,
}


@dataclass(frozen=True, kw_only=True)
class Small:
    """A district with one of most things, and everybody's cookie and token."""

    app: Flask
    platform: Platform
    people: dict[str, tuple[str, str]]
    samples: dict[str, Any]
    kept: "Kept"

    def path(self, rule: Rule) -> str:
        """The address of what unit A and the resident own; what the district has none of is asked for under no name."""
        values = {name: self._sample(rule.rule, name) for name in rule.arguments}
        with self.app.test_request_context():
            built = rule.build(values)
        assert built is not None
        return built[1]

    def _sample(self, route: str, name: str) -> Any:
        named = {
            "code": ("powers", "services"),
            "reference": ("pledges", "highlights", "matters", "boards", "cases"),
        }
        for part in named.get(name, ()):
            if part in route:
                return self.samples[part]
        if name == "key" and "powers" in route:
            return "receive"
        if name in {"token", "said"} and ("/boards/" in route or "/disclosures/" in route):
            return self.samples[f"boards_{name}"]
        if name == "doing" and "/cases/" in route:
            return "accepted"
        if name == "number" and "notices/" in route:
            return self.samples["notices"]
        return self.samples.get(name, str(uuid.UUID(int=1)))

    def ask(self, method: str, path: str, column: str, *, token: bool = True, **headers: str) -> int:
        """The status that `column` gets for a request without content."""
        return self.answer(method, path, column, token=token, headers=headers).status_code

    def answer(
        self,
        method: str,
        path: str,
        column: str,
        *,
        token: bool = True,
        headers: dict[str, str],
        **options: Any,
    ) -> TestResponse:
        """What `column` gets, read to its end."""
        client = self.app.test_client()
        cookie, secret = self.people[column]
        if cookie:
            client.set_cookie("evalapp", cookie)
        if token and method not in SAFE:
            headers = headers | {"X-CSRF-Token": secret}
        answer = client.open(path, method=method, headers=headers, **options)
        _ = answer.data
        answer.close()
        return answer

    def put_back(self) -> bool:
        """Whether the district had changed; it is as in the beginning then."""
        return self.kept.put_back()


class Kept(Protocol):
    """A copy of the district as it was in the beginning."""

    def put_back(self) -> bool: ...

    def close(self) -> None: ...


class KeptFile:
    """A copy of the SQLite file, in memory."""

    def __init__(self, platform: Platform) -> None:
        self.file = platform.settings.data_dir / "evalapp.sqlite3"
        self.pristine, self.watcher = sqlite3.connect(":memory:"), sqlite3.connect(self.file)
        with sqlite3.connect(self.file) as source:
            source.backup(self.pristine)
        source.close()
        self.seen = self._version()

    def put_back(self) -> bool:
        if self._version() == self.seen:
            return False
        with sqlite3.connect(self.file, timeout=10) as target:
            self.pristine.backup(target)
        target.close()
        self.seen = self._version()
        return True

    def close(self) -> None:
        self.pristine.close()
        self.watcher.close()

    def _version(self) -> int:
        return int(self.watcher.execute("PRAGMA data_version").fetchone()[0])


class KeptServer:
    """A second database on the same server, of which the first is made anew; whether it had changed nobody asks."""

    def __init__(self, platform: Platform, server: str) -> None:
        self.platform, self.server = platform, server.replace("+psycopg", "")
        self.name = str(platform.engine.url.database)
        self._copy(self.name, f"{self.name}_kept")

    def put_back(self) -> bool:
        self._copy(f"{self.name}_kept", self.name)
        return True

    def close(self) -> None:
        self._let_go()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{self.name}_kept" WITH (FORCE)'.encode())

    def _copy(self, source: str, target: str) -> None:
        self._let_go()
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)'.encode())
            connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'.encode())

    def _let_go(self) -> None:
        self.platform.engine.dispose()
        if isinstance(self.platform.lean, Links):
            self.platform.lean.close()


def signed_in(app: Flask, **content: str) -> tuple[str, str]:
    """A signed cookie with this content, and a token for its forms."""
    with app.test_request_context():
        session.update(content)
        token = generate_csrf()
        response = app.response_class()
        app.session_interface.save_session(app, session, response)
    return response.headers["Set-Cookie"].split(";")[0].partition("=")[2], token


def late_matter(platform: Platform, unit_id: uuid.UUID) -> tuple[str, str]:
    """A matter of the unit with a notice that came of it."""
    with platform.transaction() as opened:
        matter = supervision.open_matter(
            opened,
            kind=MatterKind.QUESTION,
            weight=Weight.SIMPLE,
            title="一个提问",
            path="/episodes/1",
            about="CM-1",
            unit_id=unit_id,
            opened_at=clock.now() - timedelta(days=30),
        )
    escalate(platform)
    with platform.session() as opened:
        number = opened.query(SupervisionNotice.number).order_by(SupervisionNotice.number).first()[0]
    return matter.reference, number


def late_case(platform: Platform, unit: Unit, item_code: str) -> str:
    """A case of the unit that was never accepted, long over its time; return its red card."""
    began_at = clock.now() - timedelta(days=40)
    event = {"id": "small-1", "case": "S-1", "item": item_code, "kind": "submitted"}
    with platform.transaction() as opened:
        take_events(
            opened,
            platform.keys,
            unit_id=unit.id,
            items=[event | {"occurred_at": began_at.isoformat()}],
            channel=Channel.FEED,
            received_at=began_at,
        )
        write_due(opened, unit_id=unit.id)
        return str(opened.scalars(select(CaseCard.id).where(CaseCard.colour == Colour.RED)).one())


def hang_up(platform: Platform, unit: Unit) -> dict[str, str]:
    """A posting with a file, and finances, on the board of the unit."""
    boards, token = Boards(platform), "a-file-of-the-board"
    made, stored = boards.draft(unit), platform.settings.data_dir / "file.pdf"
    stored.write_bytes(b"%PDF-1.4")
    platform.storage.put(attachments.stored_name(token), stored)
    file = PreparedFile(path=stored, media_type="application/pdf", size=8, sha256="0" * 64)
    with platform.transaction() as opened:
        disclosures.add_file(
            opened, disclosure_id=made.id, token=token, file=file, file_name="a.pdf", actor=CLERK
        )
        disclosures.publish(opened, disclosure_id=made.id, actor=CLERK)
    statement = boards.statement(unit)
    return {
        "boards": made.reference,
        "boards_token": token,
        "boards_said": "evasive",
        "period": statement.period,
        "key": boards.line(statement).key,
        "statement_id": str(statement.id),
    }


def a_case(platform: Platform, unit: Unit, item: str) -> str:
    """The reference of a case that a window of the unit received, with a name."""
    new = NewCase(token="0" * 16, item=item, name="赵示例", phone="12000000077")
    with platform.transaction() as opened:
        return entering.enter_case(opened, platform.keys, unit_id=unit.id, new=new, actor=CLERK)


@contextmanager
def made_small(settings: Settings, *, postgres_server: str = "") -> Iterator[Small]:
    """Make the district on the database of `settings`; `postgres_server` names the server that holds it, if one does."""
    platform = Platform.open(settings)
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
    matter, notice = late_matter(platform, unit)
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
        template = comments_services.keep_template(
            opened, unit_id=unit, title="开头", text="您好，您问的事已查清。", actor=OFFICER
        )
        notice_id = opened.scalars(select(StaffNotice.id).where(StaffNotice.key == "x")).one()
        screen = kiosks_services.register(
            opened, place="政务中心 1 楼", name="3 号机", idle_seconds=60, ballot_cap=300, actor=OFFICER
        )
    hung = hang_up(platform, a_unit)
    item_code = ItemFactory(platform).published(a_unit).code
    samples = {
        **hung,
        "number": episode.number,
        "year": 2026,
        "quarter": 1,
        "slug": a_unit.slug,
        "reference": comment.reference,
        "pledges": pledges.pledge(a_unit).reference,
        "highlights": pledges.highlight(a_unit).reference,
        "powers": PowerFactory(platform).published(a_unit).code,
        "services": item_code,
        "cases": a_case(platform, a_unit, item_code),
        "kiosk": item_code,
        "kiosk_id": str(screen.kiosk_id),
        "matters": matter,
        "notices": notice,
        "doing": "note",
        "verb": "confirm",
        "language": "zh",
        "login": "unit_b",
        "staff_id": str(members["unit_a"].id),
        "recording_id": str(recording.id),
        "chapter_id": str(chapter),
        "slot_id": str(slot.id),
        "airing_id": str(airing.id),
        "wish": "on",
        "said": "yes",
        "rhythm": "daily",
        "notice_id": str(notice_id),
        "template_id": str(template.id),
        "grade": "evasive",
        "code": "0000-0000-0000-0000",
        "token": "none",
        "name": "none.mp4",
        "path": "none.css",
        "mark": "none",
    }
    samples["card_id"] = late_case(platform, a_unit, item_code)
    kept: Kept = KeptServer(platform, postgres_server) if postgres_server else KeptFile(platform)
    yield Small(app=app, platform=platform, people=cookies, samples=samples, kept=kept)
    kept.close()
    polling.booths.close()
    app.extensions["evalapp.polling"].booths.close()
    platform.close()


def rules_of(app: Flask) -> dict[str, Rule]:
    return {
        f"{method} {rule.rule}": rule
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"OPTIONS"}
    }
