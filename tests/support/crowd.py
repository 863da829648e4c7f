"""A crowd that grades over real connections and does not give up: a lost answer is asked for again with the same key."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from evalapp.accounts.services import residents, sessions
from evalapp.ballots.rules.grades import Dimension
from evalapp.core.platform import Platform

GIVE_UP_AFTER = 240  # a server needs its time to start again, on a busy machine


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A ballot whose receipt the client holds, and what it meant."""

    person: int
    episode: int
    place: int
    key: str
    code: str
    entry: str
    grades: tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What a signed-in browser holds."""

    cookie: str
    token: str


@dataclass
class Tally:
    """What the clients saw, together. Whoever waits for a number of receipts is woken at once."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    lost: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)
    failed: bool = False

    def wait_for(self, number: int, *, seconds: float = GIVE_UP_AFTER) -> None:
        """Return as soon as so many ballots are acknowledged."""
        with self.changed:
            reached = self.changed.wait_for(
                lambda: self.failed or len(self.acknowledged) >= number, timeout=seconds
            )
        assert reached, f"only {len(self.acknowledged)} of {number} ballots were acknowledged in {seconds} s"
        assert not self.failed, "a client gave up"

    def note(self, one: Acknowledged) -> None:
        with self.changed:
            self.acknowledged.append(one)
            self.changed.notify_all()

    def note_lost(self) -> None:
        with self.changed:
            self.lost += 1

    def note_failure(self) -> None:
        with self.changed:
            self.failed = True
            self.changed.notify_all()


def signed_in(app: Flask, platform: Platform, number: int) -> list[Credentials]:
    """Admit people through the services and give each the cookie that signing in would have given."""
    made = []
    for _ in range(number):
        with platform.transaction() as opened:
            resident = residents.admit(opened, platform, uuid.uuid4().hex * 2)
            token = sessions.open_for_resident(opened, resident.id)
        with app.test_request_context():
            session["resident"], session["device"] = token, uuid.uuid4().hex
            csrf = generate_csrf()
            response = app.response_class()
            app.session_interface.save_session(app, session, response)
        made.append(Credentials(cookie=response.headers["Set-Cookie"].split(";")[0], token=csrf))
    return made


class Client:
    """One person with one connection."""

    def __init__(self, port: int, person: int, credentials: Credentials, tally: Tally) -> None:
        self.port, self.person, self.credentials, self.tally = port, person, credentials, tally
        self.connection: http.client.HTTPConnection | None = None

    def grade(self, episodes: list[int], *, ballots: int) -> None:
        """Cast a ballot in each episode and change it, until each is acknowledged."""
        try:
            for episode in episodes:
                for place in range(ballots):
                    self._insist(episode, place)
        except BaseException:
            self.tally.note_failure()
            raise
        finally:
            self._hang_up()

    def _insist(self, episode: int, place: int) -> None:
        key = uuid.uuid4().hex
        grades = tuple(random.choices(range(1, 6), k=3))
        body = {
            "grades": {d.value: grade for d, grade in zip(Dimension, grades, strict=True)},
            "nonce": uuid.uuid4().hex,
        }
        deadline = time.monotonic() + GIVE_UP_AFTER
        while time.monotonic() < deadline:
            answer = self._ask(f"/api/v1/episodes/{episode}/ballot", json.dumps(body).encode(), key)
            if answer is not None:
                self.tally.note(
                    Acknowledged(
                        person=self.person,
                        episode=episode,
                        place=place,
                        key=key,
                        code=answer["code"],
                        entry=answer["entry"],
                        grades=grades,
                    )
                )
                return
            time.sleep(random.uniform(0.05, 0.2))
        raise AssertionError(f"no receipt for person {self.person} in episode {episode}")

    def _ask(self, path: str, body: bytes, key: str) -> dict[str, str] | None:
        """The receipt, or nothing when the answer got lost or the server could not take it now."""
        sent = False
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.connection.request("POST", path, body=body, headers=self._headers(key))
            sent = True
            answer = self.connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            if sent:
                self.tally.note_lost()
            return None
        assert answer.status in {201, 503}, f"{answer.status} {content.decode()[:500]}"
        return json.loads(content) if answer.status == 201 else None

    def _headers(self, key: str) -> dict[str, str]:
        return {
            "Cookie": self.credentials.cookie,
            "X-CSRF-Token": self.credentials.token,
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def grade_all(
    clients: list[Client], episodes: list[int], *, ballots: int, meanwhile: Callable[[], None]
) -> None:
    """Let every client grade every episode, in an order of its own, and do something `meanwhile`."""
    with ThreadPoolExecutor(len(clients)) as pool:
        running = [
            pool.submit(client.grade, random.sample(episodes, len(episodes)), ballots=ballots)
            for client in clients
        ]
        try:
            meanwhile()
        finally:
            failures = [error for each in running if (error := each.exception()) is not None]
    assert not failures, failures[0]
