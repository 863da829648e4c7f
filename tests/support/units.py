"""Units for tests: `units.department()` and the like write real rows through the services and commit them."""

import itertools
import uuid

import pytest

from evalapp.accounts.models import Role, StaffMember
from evalapp.core import clock
from evalapp.core.permissions import Actor, ActorKind, Permission
from evalapp.core.platform import Platform
from evalapp.units import services
from evalapp.units.models import Unit, UnitKind

OFFICER = Actor(
    kind=ActorKind.STAFF,
    id=uuid.UUID(int=1),
    name="评议办主任",
    permissions=frozenset({Permission.MANAGE_UNITS}),
)
_NUMERALS = "零一二三四五六七八九"


class UnitFactory:
    """Makes units with names that differ."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._numbers = itertools.count(1)

    def department(self, name: str = "", **more: object) -> Unit:
        return self._add(UnitKind.DEPARTMENT, name or f"区第{self._numeral()}局", **more)

    def subdistrict(self, name: str = "", **more: object) -> Unit:
        return self._add(UnitKind.SUBDISTRICT, name or f"第{self._numeral()}街道", **more)

    def section(self, parent: Unit, name: str = "", **more: object) -> Unit:
        return self._add(UnitKind.SECTION, name or f"第{self._numeral()}科", parent_id=parent.id, **more)

    def village(self, parent: Unit, name: str = "", **more: object) -> Unit:
        return self._add(UnitKind.VILLAGE, name or f"第{self._numeral()}村", parent_id=parent.id, **more)

    def member(self, unit: Unit, login: str = "", *, post: str = "办公室主任") -> Actor:
        """A member of staff who works for `unit`, as an actor. The account has no password: nobody signs in with it."""
        number = next(self._numbers)
        with self.platform.transaction() as session:
            staff = StaffMember(
                id=uuid.uuid4(),
                login=login or f"unit-{number}",
                post=post,
                role=Role.UNIT,
                password_hash="!",
                created_at=clock.now(),
            )
            session.add(staff)
            session.flush()
            services.assign_staff(session, unit_id=unit.id, staff_id=staff.id, actor=OFFICER)
        granted = frozenset({Permission.USE_DESK, Permission.SEE_UNIT_DESK, Permission.KEEP_UNIT})
        return Actor(kind=ActorKind.STAFF, id=staff.id, name=post, permissions=granted)

    def _add(self, kind: UnitKind, name: str, **more: object) -> Unit:
        with self.platform.transaction() as session:
            return services.add_unit(session, kind=kind, name=name, actor=OFFICER, **more)

    def _numeral(self) -> str:
        return "".join(_NUMERALS[int(digit)] for digit in str(next(self._numbers)))


@pytest.fixture
def units(platform: Platform) -> UnitFactory:
    return UnitFactory(platform)


@pytest.fixture
def officer() -> Actor:
    """A member of the discipline office who may change units."""
    return OFFICER
