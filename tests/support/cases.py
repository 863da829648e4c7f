"""Cases for tests: a unit with a published item, and events that are handed in by its system."""

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from evalapp.approvals.rules.kinds import Channel
from evalapp.approvals.services import Taken, take_events
from evalapp.core import calendar, clock
from evalapp.core.platform import Platform
from evalapp.units.models import Unit
from tests.support.items import ItemFactory
from tests.support.units import UnitFactory


def moment(text: str) -> datetime:
    """A moment of the district: 2026-03-02 10:00."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.zone())


class Cases:
    """`cases.take([...])` hands in events of the unit; `cases.event("accepted", "A-1", "2026-03-02 10:00")` makes one."""

    def __init__(self, platform: Platform, unit: Unit | None = None) -> None:
        self.platform = platform
        self.items = ItemFactory(platform)
        self.unit: Unit = unit or UnitFactory(platform).department()
        self.item = self.items.published(self.unit)
        self._numbers = itertools.count(1)
        with platform.transaction() as session:
            calendar.seed(session)

    def event(self, kind: str, case: str, at: str | datetime, **more: object) -> dict:
        when = moment(at) if isinstance(at, str) else at
        return {
            "id": f"e{next(self._numbers):06}",
            "case": case,
            "item": self.item.code,
            "kind": kind,
            "occurred_at": when.isoformat(),
            **more,
        }

    def take(
        self,
        events: Sequence[object],
        *,
        at: str | datetime | None = None,
        channel: Channel = Channel.FEED,
        unit: Unit | None = None,
    ) -> Taken:
        """Hand events in at a moment: by default a minute after the last."""
        if at is None:
            last = max(datetime.fromisoformat(each["occurred_at"]) for each in events)
            at = last + timedelta(minutes=1)
        with self.platform.transaction() as session:
            return take_events(
                session,
                self.platform.keys,
                unit_id=(unit or self.unit).id,
                items=events,
                channel=channel,
                received_at=moment(at) if isinstance(at, str) else at,
            )


@pytest.fixture
def cases(platform: Platform) -> Cases:
    return Cases(platform)
