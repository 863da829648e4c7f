"""Lists of cases take no mark but their own, and look for a number inside the unit that asks."""

import uuid

import pytest
from sqlalchemy import update

from evalapp.approvals.models import Case
from evalapp.approvals.queries import lists
from evalapp.approvals.queries.lists import Wanted, Which
from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.paging import encoded
from tests.support.cases import Cases
from tests.support.units import UnitFactory

SOME, AT = uuid.UUID(int=1), "2026-03-02T09:00:00+08:00"


def test_a_mark_that_a_list_did_not_give_is_refused(session) -> None:
    marks = [
        (Which.OPEN, 0, "2026-03-02T09:00:00"),  # of no zone
        (Which.OPEN, 0, "0001-01-01T00:00:00+14:00"),  # before all years
        (Which.OPEN, 0, ""),
        (Which.OPEN, 1, AT),
        (Which.OPEN, 2, AT),
        (Which.RED, 1, ""),  # where nothing red lies
        (Which.CLOSED, 1, ""),
        (Which.CLOSED, 0, ""),
    ]
    for which, stretch, at in marks:
        wanted = Wanted(which=which, cursor=encoded([stretch, at, SOME]))
        with pytest.raises(Invalid):
            lists.listed(session, wanted, now=clock.now())
    for which, stretch, at in ((Which.OPEN, 0, AT), (Which.OPEN, 1, ""), (Which.CLOSED, 0, AT)):
        wanted = Wanted(which=which, cursor=encoded([stretch, at, SOME]))
        assert not lists.listed(session, wanted, now=clock.now()).items


def test_a_unit_finds_its_own_case_however_many_others_use_the_number(
    cases: Cases, units: UnitFactory, session, monkeypatch
) -> None:
    other = units.department("区别的局")
    cases.take([cases.event("submitted", number, "2026-03-02 09:00") for number in ("A-1", "A-2")])
    with cases.platform.transaction() as own:
        own.execute(update(Case).where(Case.number == "A-2").values(number="A-1", unit_id=other.id))
    monkeypatch.setattr(lists, "_MOST_FOUND", 1)
    for unit in (cases.unit, other):
        [found] = lists.found(session, "A-1", unit_id=unit.id, now=clock.now())
        assert found.unit_name == unit.short_name
