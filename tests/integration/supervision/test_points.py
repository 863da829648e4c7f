"""Points by hand: with a reason, and by two people only."""

import pytest

from evalapp.core.errors import Conflict, Invalid, NotAllowed
from evalapp.core.permissions import SYSTEM
from evalapp.supervision import services
from tests.support.matters import Matters


def test_points_are_changed_with_a_reason_and_by_two_people_only(matters: Matters) -> None:
    unit, officer, second = matters.unit(), matters.officer(), matters.officer("评议办副主任")
    for points, reason in ((0, "x"), (101, "x"), (-3, " ")):
        with matters.platform.transaction() as session, pytest.raises(Invalid):
            services.propose_points(session, unit_id=unit.id, points=points, reason=reason, actor=officer)
    with matters.platform.transaction() as session, pytest.raises(NotAllowed):
        services.propose_points(session, unit_id=unit.id, points=-3, reason="x", actor=SYSTEM)
    with matters.platform.transaction() as session:
        change = services.propose_points(
            session, unit_id=unit.id, points=-3, reason="两次逾期后仍敷衍", actor=officer
        )
    with matters.platform.transaction() as session, pytest.raises(NotAllowed):
        services.confirm_points(session, change_id=change.id, actor=officer)
    with matters.platform.transaction() as session:
        change = services.confirm_points(session, change_id=change.id, actor=second)
    assert (change.points, change.post, change.confirmed_post) == (-3, "评议办主任", "评议办副主任")
    with matters.platform.transaction() as session, pytest.raises(Conflict):
        services.drop_points(session, change_id=change.id, actor=second)
