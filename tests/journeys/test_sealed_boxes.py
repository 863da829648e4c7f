"""Until it is counted, a box tells nobody how people graded: two districts that differ in nothing else look the same.

The second district is a copy of the first, keys and all, at the same frozen moment with the same randomness; only the
grades and their reasons differ. Every answer to every role, every letter, log line, row and file outside `keys/` is
compared. libsodium draws its own randomness, so that envelopes differ, and what is hashed or signed over them.
"""

import os
import random
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text
from sqlalchemy.sql import selectable

from evalapp import wiring
from evalapp.accounts.models import Role
from evalapp.accounts.services import residents, sessions
from evalapp.ballots import jobs as ballots_jobs
from evalapp.ballots.forms import UNSURE
from evalapp.ballots.rules.receipts import shown_code
from evalapp.ballots.services import casting
from evalapp.core import clock, logs
from evalapp.core.jobs import Worker
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.factory import create_app
from evalapp.operate import setting_up
from evalapp.programme.models import Episode
from evalapp.units import services as units_services
from tests.support.accounts import Outbox, People
from tests.support.ballots import Polling
from tests.support.comments import Comments
from tests.support.units import OFFICER
from tests.support.watchable import make_watchable

VOTERS = 23
STAFF = (Role.OFFICE, Role.UNIT, Role.STATION, Role.AUDITOR, Role.ADMINISTRATOR)
ROLES = ("anonymous", "voter", "neighbour", *STAFF)

# What may differ, in one length: envelopes, what is hashed or signed over them, and the HMAC of a request's body.
OTHER_COLUMNS = {
    ("ballots", "envelope"),
    ("ballots", "entry_hash"),
    ("ballots", "code"),
    ("ballots", "request_body"),
}
# The page of one's own receipt draws its address as a picture; signatures end a signed note; what a clock or the
# process itself measured is no answer about a box.
PICTURE = re.compile("<svg[^>]*>\\s*<title>核验这张回执</title>.*?</svg>".encode(), re.DOTALL)
SIGNATURE = re.compile(r"(\u2014 \S+ )([A-Za-z0-9+/=]{40,})")
MEASURED = re.compile(rb"^(process_|python_|evalapp_[a-z_]*(seconds|bytes|free)).*$", re.MULTILINE)

HIGH = {"openness": 5, "highlights": 5, "service": 5}
LOW = {"openness": 2, "highlights": None, "service": 1}


@dataclass
class Looked:
    """Everything that can be seen of a district."""

    answers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The district before anybody graded: its folder, what it holds, and the cookie of each person."""

    folder: Path
    episode: Episode
    samples: dict[str, Any]
    cookies: dict[str, str]
    voters: list[tuple[str, str]]


@contextmanager
def frozen(seed: int) -> Iterator[None]:
    """Keys, nonces and tokens that Python draws come out the same each time."""
    drawn = random.Random(seed)
    with pytest.MonkeyPatch.context() as patch:
        # A statement that is made once draws the names of its aliases then, in the first district alone.
        patch.setattr(selectable, "os", SimpleNamespace(urandom=os.urandom))
        patch.setattr(os, "urandom", drawn.randbytes)
        patch.setattr(random, "_urandom", drawn.randbytes)
        patch.setattr(uuid, "uuid4", lambda: uuid.UUID(bytes=drawn.randbytes(16), version=4))
        yield


def cookie_of(app: Flask, **content: str) -> tuple[str, str]:
    """A signed cookie with this content, and a token for its forms."""
    with app.test_request_context():
        session.update(content)
        session.permanent = True
        token = generate_csrf()
        response = app.response_class()
        app.session_interface.save_session(app, session, response)
    return response.headers["Set-Cookie"].split(";")[0].partition("=")[2], token


@pytest.fixture
def origin(tmp_path: Path) -> Origin:
    settings = Settings(data_dir=tmp_path / "origin")
    platform = Platform.open(settings)
    wiring.connect()
    setting_up.set_up(platform)
    app = create_app(platform)
    polling = Polling(platform)
    episode = polling.announce(opens_in=timedelta(days=-1))
    make_watchable(platform, episode)
    people, cookies = People(platform, app, Outbox(platform)), {}
    with platform.transaction() as opened:
        voters = [
            cookie_of(app, resident=_session_of(opened, platform, number), device=f"device-{number}")
            for number in range(VOTERS + 1)
        ]
    cookies["voter"], cookies["neighbour"] = voters[0][0], voters.pop()[0]
    for role in STAFF:
        person = people.staff(role)
        with platform.transaction() as opened:
            if role is Role.UNIT:
                units_services.assign_staff(
                    opened, unit_id=episode.unit_id, staff_id=person.staff.id, actor=OFFICER
                )
            cookies[role], _ = cookie_of(app, _user_id=sessions.open_for_staff(opened, person.staff.id))
    comment = _comment(platform, episode)
    polling.booths.close()
    app.extensions["evalapp.polling"].booths.close()
    platform.close()
    samples = {
        "number": episode.number,
        "year": 2026,
        "slug": "unit-1",
        "reference": comment,
        "language": "zh",
        "login": "office1",
    }
    return Origin(folder=settings.data_dir, episode=episode, samples=samples, cookies=cookies, voters=voters)


def _session_of(opened: Any, platform: Platform, number: int) -> str:
    resident = residents.admit(opened, platform, f"{number:064x}")
    return sessions.open_for_resident(opened, resident.id)


def _comment(platform: Platform, episode: Episode) -> str:
    comments = Comments(platform)
    with platform.session() as opened:
        thread = comments.thread_of(type("Of", (), {"thread_id": opened.merge(episode).thread_id}))
    return comments.shown(thread).reference


Defect = Callable[[pytest.MonkeyPatch, Flask], None]


def graded(
    origin: Origin,
    grades: dict[str, int | None],
    moment: Any,
    capfd: pytest.CaptureFixture[str],
    defect: Defect | None = None,
) -> Looked:
    """Copy the district, let everybody grade, run the worker's rounds and look at everything."""
    folder = origin.folder.with_name("copy")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(origin.folder, folder)
    capfd.readouterr()
    with time_machine.travel(moment, tick=False), frozen(7), pytest.MonkeyPatch.context() as patch:
        platform = Platform.open(Settings(data_dir=folder))
        app = create_app(platform)
        if defect is not None:
            defect(patch, app)
        looked = Looked()
        try:
            _grade(app, origin, grades, looked)
            ballots_jobs.tell_turnout(platform)
            ballots_jobs.close_due(platform)
            Worker(platform, rounds=()).drain()
            _look(app, origin, looked)
            _rows(platform, looked)
        finally:
            app.extensions["evalapp.polling"].booths.close()
            platform.close()
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not name.startswith(("keys/", "evalapp.sqlite3")):
            looked.files[name] = path.read_bytes()
    looked.log = capfd.readouterr().err.splitlines()
    return looked


def _grade(app: Flask, origin: Origin, grades: dict[str, int | None], looked: Looked) -> None:
    """Everybody grades; one changes, one withdraws, one uses the page without script."""
    number = origin.episode.number
    reasons = {"service": ["slow"]} if grades["service"] == 1 else {}
    for place, (cookie, token) in enumerate(origin.voters):
        client = app.test_client()
        client.set_cookie("evalapp", cookie)
        head = {"X-CSRF-Token": token}
        if place == 1:
            page = client.get(f"/episodes/{number}").get_data(as_text=True)
            names = ("nonce", "nonce_by", "idempotency_key")
            fields = {n: m[1] for n in names if (m := re.search(rf'name="{n}"[^>]*value="([^"]*)"', page))}
            sent = {d: UNSURE if grade is None else str(grade) for d, grade in grades.items()}
            answer = client.post(f"/episodes/{number}/ballot", data={**fields, **sent}, headers=head)
            assert answer.status_code == 303, answer.get_data(as_text=True)
            _keep(looked, f"form {place}", answer)
            _keep(looked, "receipt page", client.get("/receipt"))
            _keep(looked, "receipt file", client.get("/receipt.txt"))
            continue
        body = {"grades": grades, "reasons": reasons if place % 2 else {}, "nonce": f"{place:032x}"}
        for turn in range(2 if place == 2 else 1):
            answer = client.post(
                f"/api/v1/episodes/{number}/ballot",
                json={**body, "watched": 4},
                headers=head | {"Idempotency-Key": f"key-{place}-{turn}"},
            )
            assert answer.status_code == 201, answer.get_data(as_text=True)
            _keep(looked, f"api {place} {turn}", answer)
        if place == 3:
            answer = client.delete(
                f"/api/v1/episodes/{number}/ballot", headers=head | {"Idempotency-Key": "withdrawal"}
            )
            assert answer.status_code == 200, answer.get_data(as_text=True)
            _keep(looked, "withdrawal", answer)


def _look(app: Flask, origin: Origin, looked: Looked) -> None:
    """Ask for every address that answers GET, as everybody."""
    for role in ROLES:
        client = app.test_client()
        if role in origin.cookies:
            client.set_cookie("evalapp", origin.cookies[role])
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if "GET" not in rule.methods or rule.rule.startswith("/static/"):
                continue
            values = {name: origin.samples.get(name, str(uuid.UUID(int=1))) for name in rule.arguments}
            with app.test_request_context():
                path = rule.build(values)[1]
            for language in ("zh", "en") if role == "anonymous" else ("zh",):
                answer = client.get(path, headers={"Accept-Language": language})
                _keep(looked, f"{role} {language} {path}", answer)


def _keep(looked: Looked, name: str, answer: Any) -> None:
    body = answer.get_data()
    headers = sorted((k, v) for k, v in answer.headers if k not in {"Set-Cookie", "Content-Length", "ETag"})
    looked.answers[name] = (answer.status_code, headers, MEASURED.sub(b"", PICTURE.sub(b"", body)))


def _rows(platform: Platform, looked: Looked) -> None:
    with platform.engine.connect() as connection:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        for name in names:
            rows = connection.execute(text(f'SELECT * FROM "{name}"')).mappings()
            looked.rows[name] = sorted(
                ({k: v for k, v in row.items() if (name, k) not in OTHER_COLUMNS} for row in rows), key=str
            )
        looked.rows["lengths"] = sorted(
            (
                dict(row)
                for row in connection.execute(
                    text(
                        "SELECT id, length(envelope) e, length(entry_hash) h, length(code) c, length(request_body) b"
                        " FROM ballots"
                    )
                ).mappings()
            ),
            key=str,
        )
        tied = connection.execute(text("SELECT id, entry_hash, code FROM ballots ORDER BY id")).all()
    for place, row in enumerate(tied):
        for spelled in (row.entry_hash.hex(), shown_code(row.code)):
            _put(looked, spelled, f"<{place:02}".ljust(len(spelled), "."))


def _put(looked: Looked, spelled: str, stand_in: str) -> None:
    """Write the same in place of what is hashed over an envelope, wherever it was answered."""
    for name, (status, headers, body) in looked.answers.items():
        said = body.decode(errors="surrogateescape").replace(spelled, stand_in)
        said = SIGNATURE.sub(lambda found: found[1] + "." * len(found[2]), said.replace("\\u2014", "\u2014"))
        heads = [(key, value.replace(spelled, stand_in)) for key, value in headers]
        looked.answers[name] = (status, heads, said.encode(errors="surrogateescape"))


def differences(one: Looked, other: Looked) -> list[str]:
    """Where the two districts can be told apart."""
    found = [
        f"{part} {name}"
        for part in ("answers", "rows", "files")
        for name in {**getattr(one, part), **getattr(other, part)}
        if getattr(one, part).get(name) != getattr(other, part).get(name)
    ]
    if one.log != other.log:
        found.append("log")
    return found


@pytest.mark.slow
@pytest.mark.timeout(900)  # every address, asked twice for everybody
def test_until_they_are_counted_boxes_of_other_grades_look_the_same(
    origin: Origin, capfd: pytest.CaptureFixture[str]
) -> None:
    moment = clock.now() + timedelta(minutes=1)
    low, high = graded(origin, LOW, moment, capfd), graded(origin, HIGH, moment, capfd)

    assert sum(status == 200 for status, _, _ in low.answers.values()) > 150
    assert len(low.rows["ballots"]) == VOTERS + 2
    assert differences(low, high) == []


def leaking_column(patch: pytest.MonkeyPatch, app: Flask) -> None:
    made = casting._signals

    def leaking(attempt: Any, **more: Any) -> Any:
        grade = opinion.grades["openness"] if (opinion := attempt.request.opinion) else 0
        return replace(made(attempt, **more), watched=min(4, grade))

    patch.setattr(casting, "_signals", leaking)


def leaking_answer(patch: pytest.MonkeyPatch, app: Flask) -> None:
    given = []
    patch.setattr(casting, "_body", _heard(casting._body, given))

    @app.after_request
    def tell(response: Any) -> Any:
        response.headers["X-Trend"] = str(sum(given))
        return response


def leaking_log(patch: pytest.MonkeyPatch, app: Flask) -> None:
    given = []
    patch.setattr(casting, "_body", _heard(casting._body, given))

    @app.after_request
    def tell(response: Any) -> Any:
        logs.get_logger("ballots").info("ballot taken", so_far=sum(given))
        return response


def _heard(body: Callable[..., bytes], given: list[int]) -> Callable[..., bytes]:
    def hear(opinion: Any, **more: Any) -> bytes:
        given.extend(opinion.grades.values() if opinion else ())
        return body(opinion, **more)

    return hear


@pytest.mark.slow
@pytest.mark.timeout(900)  # every address, asked twice for everybody
@pytest.mark.parametrize(
    ("defect", "where"),
    [
        (leaking_column, "rows ballot_signals"),
        (leaking_answer, "answers anonymous zh /"),
        (leaking_log, "log"),
    ],
)
def test_a_leak_is_noticed(
    origin: Origin, capfd: pytest.CaptureFixture[str], defect: Defect, where: str
) -> None:
    """The planted defects: a column, an answer and a log line that know the grades."""
    moment = clock.now() + timedelta(minutes=1)
    low = graded(origin, LOW, moment, capfd, defect)
    high = graded(origin, HIGH, moment, capfd, defect)

    assert where in differences(low, high)
