"""The demonstration's cases: the same whenever they are asked for, in order, with everything that a monitor watches for."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from evalapp.approvals.rules.kinds import EventKind
from evalapp.core.calendar import announced
from evalapp.demo.applying import Item, items_of, lives
from evalapp.demo.guides import planned

DAYS = announced()
MONDAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def item() -> Item:
    codes = {guide["name"]: "99010100CG-XK-0001-B01" for guide in planned()}
    return next(item for item in items_of("城管", codes) if item.name == "户外广告设置审批")


def test_a_day_has_the_same_cases_whenever_it_is_asked_for_whole_or_in_lots(item: Item) -> None:
    whole = list(lives(item, MONDAY, DAYS))
    lots = [*lives(item, MONDAY, DAYS, lots=(0.0, 0.3)), *lives(item, MONDAY, DAYS, lots=(0.3, 1.0))]

    assert whole
    assert sorted(lots, key=lambda life: life.number) == whole


def test_a_year_has_everything_that_is_watched_for_in_order(item: Item) -> None:
    year = [life for back in range(200) for life in lives(item, MONDAY - back * timedelta(days=1), DAYS)]
    kinds = Counter(said["kind"] for life in year for _, said in life.said)
    asked = Counter(life.number for life in year for _, said in life.said if said["kind"] == "papers_asked")
    days = Counter(DAYS.is_working(life.began_at.date()) for life in year)

    rare = {"withdrawn", "charged"}
    assert {kind.value for kind in EventKind} - rare <= kinds.keys()
    assert max(asked.values()) == 2
    assert all(before[0] <= after[0] for life in year for before, after in pairwise(life.said))
    assert days[True] > 8 * days[False] > 0
