"""The monitor's wall: what happened today, lamps by unit, steps where time goes, hours of windows; the same cost at any size."""

import re
from collections.abc import Iterator

import pytest

from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.cases import Cases, moment
from tests.support.desk import Desk, Desks
from tests.support.statements import statements_of

WALL = "/desk/office/monitor"


@pytest.fixture
def office(desks: Desks) -> Iterator[Desk]:
    """The office on the afternoon of Tuesday, 10 March."""
    with clock.at(moment("2026-03-10 15:00")):
        yield desks.office()


def shown(desk: Desk, path: str) -> str:
    """The words of a page, one after the other."""
    answer = desk.browser.get(path)
    assert answer.status_code == 200
    main = answer.get_data(as_text=True).partition("<main")[2]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def one_late_and_one_done(cases: Cases) -> None:
    """One case stands red at its window since the 4th; another was done today, in which a look took two days."""
    cases.take(
        [
            cases.event("submitted", "A-1", "2026-02-23 09:05", window="1 号窗口"),
            cases.event("accepted", "A-1", "2026-02-23 10:00"),
        ]
    )
    cases.take(
        [
            cases.event("submitted", "A-2", "2026-03-06 10:30", window="2 号窗口"),
            cases.event("accepted", "A-2", "2026-03-06 11:00"),
            cases.event("step_begun", "A-2", "2026-03-06 11:00", step="mend"),
            cases.event("step_ended", "A-2", "2026-03-06 12:00", step="mend"),
        ]
    )
    cases.take([cases.event("step_begun", "A-2", "2026-03-06 12:00", step="look", post="核查组")])
    cases.take(
        [
            cases.event("step_ended", "A-2", "2026-03-10 12:00", step="look"),
            cases.event("decided", "A-2", "2026-03-10 13:00"),
            cases.event("delivered", "A-2", "2026-03-10 14:00"),
        ]
    )


def test_before_anything_came_it_says_so(office: Desk) -> None:
    assert "还没有收到过办件。" in shown(office, WALL)
    assert "还没有收到过办件。" in shown(office, f"{WALL}/screen")
    assert "没有在办的办件" in shown(office, "/desk/office/cases")


def test_the_wall_shows_what_is_and_leads_to_the_cases_behind_it(cases: Cases, office: Desk) -> None:
    one_late_and_one_done(cases)

    words = shown(office, WALL)

    assert "今天收件 0 件" in words
    assert "今天办结 1 件" in words
    assert "正在办 1 件" in words
    assert "近 28 天收件 2 件，作出决定 1 件，按时 100%" in words
    assert re.search(r"现场核查 .{0,40} 4\.0 天 5 个工作日 1 合计 4 天", words)
    assert "补正材料" not in words  # the clock stands still meanwhile
    page = office.browser.get(WALL).get_data(as_text=True)
    assert f'href="/desk/office/cases?unit={cases.unit.slug}&amp;which=red"' in page
    assert f'href="{WALL}/units/{cases.unit.slug}"' in page
    assert "红灯 1" in re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", office.browser.get(f"{WALL}/screen").get_data(as_text=True))
    )


def test_what_is_kept_for_a_minute_is_shown_to_each_reader_in_their_language(
    cases: Cases, office: Desk
) -> None:
    one_late_and_one_done(cases)
    for path, chinese, english in (
        (WALL, "时间花在哪里", "Where time goes"),
        (f"{WALL}/screen", "2 月 20 日", "20 Feb"),
    ):
        assert chinese in shown(office, path)
        page = office.browser.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)
        assert english in page
        assert chinese not in page
        assert chinese in shown(office, path)


def test_a_unit_shows_its_items_and_windows(cases: Cases, office: Desk) -> None:
    one_late_and_one_done(cases)

    words = shown(office, f"{WALL}/units/{cases.unit.slug}")
    page = office.browser.get(f"{WALL}/units/{cases.unit.slug}").get_data(as_text=True)

    assert cases.unit.name in words
    assert f"?unit={cases.unit.slug}&amp;item={cases.item.id}&amp;which=red" in page
    assert re.search(r"1 号窗口 1 +1 +2 号窗口 +1 +1", words)
    assert office.browser.get(f"{WALL}/units/nowhere").status_code == 404


def test_a_step_that_took_no_time_is_none_of_the_slow_ones(cases: Cases, office: Desk) -> None:
    cases.take(
        [
            cases.event("submitted", "A-1", "2026-03-06 10:30"),
            cases.event("accepted", "A-1", "2026-03-06 11:00"),
            cases.event("step_begun", "A-1", "2026-03-06 11:00", step="look", post="核查组"),
            cases.event("step_ended", "A-1", "2026-03-06 11:00", step="look"),
        ]
    )

    for path in (WALL, f"{WALL}/screen", f"{WALL}/units/{cases.unit.slug}"):
        assert "这两个月还没有环节的记录。" in shown(office, path)


def test_it_costs_as_many_statements_for_a_hundred_cases_as_for_two(
    platform: Platform, cases: Cases, office: Desk
) -> None:
    one_late_and_one_done(cases)
    for path in (WALL, f"{WALL}/screen", f"{WALL}/units/{cases.unit.slug}"):
        statements_of(platform, office.browser, path)
    two = [statements_of(platform, office.browser, path) for path in (WALL, f"{WALL}/screen")]
    cases.take(
        [
            cases.event("submitted", f"B-{number}", "2026-03-10 14:10", window="1 号窗口")
            for number in range(100)
        ]
    )
    with clock.at(moment("2026-03-10 15:02")):
        cold = [statements_of(platform, office.browser, path) for path in (WALL, f"{WALL}/screen")]
        assert [statements_of(platform, office.browser, path) for path in (WALL, f"{WALL}/screen")] == two
        assert statements_of(platform, office.browser, f"{WALL}/units/{cases.unit.slug}") <= 8
    assert two == [2, 2]  # of which one asks who it is
    assert cold == [5, 2]  # steps, weeks and hours are read once a minute, for both
