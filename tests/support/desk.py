"""Staff at their desks: members of units and of the office, signed in through the real form."""

import uuid
from dataclasses import dataclass

import pytest

from evalapp.accounts.models import Role
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.units import services
from evalapp.units.models import Unit
from tests.support.accounts import People, SignedInStaff
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A browser at a desk."""

    browser: StrictClient
    staff_id: uuid.UUID
    actor: Actor


@dataclass(frozen=True)
class Desks:
    platform: Platform
    people: People

    def unit(self, unit: Unit, post: str = "办公室主任") -> Desk:
        """A member of `unit` at the unit's desk."""
        person = self.people.at_desk(Role.UNIT, post=post)
        with self.platform.transaction() as session:
            services.assign_staff(session, unit_id=unit.id, staff_id=person.staff.id, actor=OFFICER)
        return self._desk(person)

    def office(self) -> Desk:
        """An officer at the office's desk."""
        return self._desk(self.people.at_desk(Role.OFFICE))

    def _desk(self, person: SignedInStaff) -> Desk:
        return Desk(browser=person.browser, staff_id=person.staff.id, actor=person.actor)


@pytest.fixture
def desks(platform: Platform, people: People) -> Desks:
    return Desks(platform, people)
