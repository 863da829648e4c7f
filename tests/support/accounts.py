"""People for tests: residents who sign in through the real form, staff who sign in with a real second factor.

Import the fixtures `people` and `outbox` where you need them (tests/conftest.py does).
"""

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from evalapp import wiring
from evalapp.accounts import passwords, sealing, totp, vault
from evalapp.accounts.models import Resident, Role, StaffMember
from evalapp.accounts.services import desk_sign_in, sessions, staff
from evalapp.core import clock
from evalapp.core.jobs import Worker
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.platform import Platform
from tests.support.strict_client import StrictClient

PASSWORD = "three quiet lanterns"
_SECRET = re.compile(r'id="secret">([A-Z2-7 ]+)<')


@cache
def _kept_password() -> str:
    """What the database keeps of `PASSWORD`: made once, for it takes its time."""
    return passwords.hashed(PASSWORD)


def phone(number: int = 0) -> str:
    """A number that can belong to nobody, in E.164."""
    return f"+8612{number:09}"


@dataclass(frozen=True)
class Outbox:
    """The folder that messages are written to."""

    platform: Platform

    def deliver(self) -> None:
        """Have the worker do what is due."""
        Worker(self.platform, rounds=()).drain()

    def messages(self, to: str | None = None) -> list[dict[str, Any]]:
        """What was sent (to a number), oldest first."""
        folder = self.platform.settings.outbox_dir
        found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
        return sorted((m for m in found if to in {None, m["to"]}), key=lambda m: str(m["at"]))

    def code(self, to: str) -> str:
        """The newest code sent to a number, after the worker has run."""
        self.deliver()
        return str([m for m in self.messages(to) if m["kind"] == "sign-in-code"][-1]["code"])


@dataclass(frozen=True)
class SignedInResident:
    browser: StrictClient
    phone: str
    resident: Resident

    @property
    def person_id(self) -> str:
        return self.resident.person_id


@dataclass(frozen=True)
class SignedInStaff:
    browser: StrictClient
    staff: StaffMember
    secret: str

    @property
    def actor(self) -> Actor:
        return desk_sign_in.actor_of(self.staff)


@dataclass
class People:
    """Makes residents and staff."""

    platform: Platform
    app: Flask
    outbox: Outbox
    made: int = field(default=0)

    def client(self) -> StrictClient:
        """A browser of its own."""
        return StrictClient(self.app)

    def resident(self, number: int | None = None, browser: StrictClient | None = None) -> SignedInResident:
        """A resident, signed in through the two steps of the form."""
        self.made += 1
        to = phone(self.made if number is None else number)
        browser = browser or self.client()
        # From an address of its own, so that many residents in one test do not use up one network's limit.
        origin = {"REMOTE_ADDR": f"10.{self.made >> 8 & 255}.{self.made & 255}.1"}
        asked = browser.post("/sign-in", {"phone": to}, environ_base=origin)
        assert asked.status_code == 303, asked.get_data(as_text=True)
        entered = browser.post("/sign-in/code", {"code": self.outbox.code(to), "consent": "y"})
        assert entered.status_code == 303, entered.get_data(as_text=True)
        return SignedInResident(browser, to, self._resident_of(to))

    def staff(
        self,
        role: Role = Role.OFFICE,
        login: str | None = None,
        post: str = "",
        *,
        wait: timedelta = timedelta(0),
    ) -> SignedInStaff:
        """A member of staff who has set password and second factor, not signed in."""
        self.made += 1
        login = login or f"{role.value}{self.made}"
        secret = totp.new_secret()
        with self.platform.transaction() as session:
            made = staff.add(
                session, login=login, post=post or f"{login} 岗", role=role, wait=wait, actor=SYSTEM
            )
            row = session.get_one(StaffMember, made.staff_id)
            row.password_hash, row.password_is_once = _kept_password(), False
            key = self.platform.keys.service("totp")
            row.sealed_totp = sealing.seal(key, secret, bound_to=str(row.id))
        with self.platform.session() as session:
            return SignedInStaff(self.client(), session.get_one(StaffMember, made.staff_id), secret)

    def at_desk(
        self,
        role: Role = Role.OFFICE,
        login: str | None = None,
        post: str = "",
        *,
        wait: timedelta = timedelta(0),
    ) -> SignedInStaff:
        """A member of staff, signed in as the form would have done it; `sign_in` sends the form itself."""
        person = self.staff(role, login, post, wait=wait)
        with self.platform.transaction() as session:
            token = sessions.open_for_staff(session, person.staff.id)
        with person.browser.client.session_transaction() as cookie:
            cookie["_user_id"], cookie.permanent = token, True
        return person

    def sign_in(self, person: SignedInStaff, *, browser: StrictClient | None = None, **changed: str) -> Any:
        """Send the desk's sign-in form as `person`; return the answer."""
        fields = {
            "login": person.staff.login,
            "password": PASSWORD,
            "code": pyotp.TOTP(person.secret).at(clock.unshifted()),
        }
        return (browser or person.browser).post("/desk/sign-in", fields | changed)

    def _resident_of(self, to: str) -> Resident:
        with self.platform.session() as session:
            person = vault.person_id(self.platform.keys, to)
            return session.scalars(select(Resident).where(Resident.person_id == person)).one()


def enrolment_secret(page: str) -> str:
    """The secret that the page of a first sign-in shows."""
    found = _SECRET.search(page)
    assert found is not None, "the page shows no secret"
    return found.group(1).replace(" ", "")


@pytest.fixture
def outbox(platform: Platform) -> Outbox:
    return Outbox(platform)


@pytest.fixture
def people(platform: Platform, app: Flask, outbox: Outbox) -> People:
    wiring.connect()
    return People(platform, app, outbox)
