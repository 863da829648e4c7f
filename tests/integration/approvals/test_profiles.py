"""Which profile cases begin under, and that a later one changes nothing of what came before it."""

import pytest
from sqlalchemy import select

from evalapp.approvals import services
from evalapp.approvals.models import CaseEventRow
from evalapp.approvals.queries import profiles
from evalapp.approvals.rules.profile import Profile
from evalapp.core.errors import Invalid, NotFound
from evalapp.core.permissions import SYSTEM
from tests.support.cases import Cases

OCCURRED, MUCH_LATER = "2026-03-02 10:00", "2026-03-20 10:00"


def adopt(cases: Cases, document: bytes) -> None:
    with cases.platform.transaction() as session:
        services.adopt_profile(session, document=document, actor=SYSTEM)


def with_grace(whole: Profile, days: int) -> bytes:
    grace = whole.own.grace.model_copy(update={"feed_days": days})
    own = whole.own.model_copy(update={"grace": grace})
    return Profile(own=own, lights=whole.lights).model_dump_json().encode()


def test_the_colours_of_a_named_place_are_adopted_with_our_own_terms(cases: Cases, session) -> None:
    before = profiles.in_force(session)
    adopt(cases, with_grace(before, 7))
    with cases.platform.transaction() as own:
        services.adopt_lights(own, key="yulin", actor=SYSTEM)
    session.rollback()
    now = profiles.in_force(session)
    assert (before.lights.key, now.lights.key, now.own.grace.feed_days) == ("own", "yulin", 7)
    with cases.platform.transaction() as own, pytest.raises(NotFound):
        services.adopt_lights(own, key="nowhere", actor=SYSTEM)


def test_a_profile_that_does_not_hang_together_is_not_adopted(cases: Cases, session) -> None:
    with pytest.raises(Invalid) as refusal:
        adopt(cases, b'{"own": {}}')
    assert "own.name" in str(refusal.value)
    assert profiles.ADOPTED.newest(session) is None


def test_what_came_before_a_profile_is_replayed_by_the_one_before(cases: Cases, session) -> None:
    """With more grace from now on, what came late then stays late, also when it is handed in again as it came."""
    cases.take([cases.event("submitted", "A-1", OCCURRED)], at=MUCH_LATER)
    adopt(cases, with_grace(profiles.in_force(session), 60))
    cases.take([cases.event("submitted", "A-2", OCCURRED)], at=MUCH_LATER)
    session.rollback()
    assert session.scalars(select(CaseEventRow.is_late)).all() == [True, True]
