"""The public pages of boards: statements that do not grow, silence that shows, one unit's desk shut to another."""

import re
from datetime import date

import pytest
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role
from evalapp.core.platform import Platform
from evalapp.demo import projects
from evalapp.disclosures import services
from evalapp.disclosures.queries import boards as queries
from evalapp.disclosures.queries import district
from evalapp.disclosures.rules.silence import Standing
from evalapp.units import services as units_services
from tests.support.accounts import People
from tests.support.boards import CLERK, LINES, Boards
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER, UnitFactory


def test_a_board_tells_what_is_missing_and_falls_silent_when_it_is_posted(
    browser: StrictClient, session: Session, units: UnitFactory, boards: Boards
) -> None:
    village = units.village(units.subdistrict(), "青山村")
    boards.board(village, watched_from=date(2026, 10, 1))
    before = queries.board_page(session, village.slug)
    codes = {duty.item.code for duty in before.duties if duty.standing is Standing.MISSING}
    assert {"finances-quarterly", "village-affairs", "party-affairs", "poverty-relief"} <= codes
    assert "应公开未公开" in browser.get(f"/boards/{village.slug}").get_data(as_text=True)
    boards.statement(village)
    boards.posted(village, code="village-affairs", period="2026-Q3")
    session.rollback()
    after = queries.board_page(session, village.slug)
    late = {duty.item.code for duty in after.duties if duty.standing is Standing.POSTED_LATE}
    assert late == {"finances-quarterly", "village-affairs"}
    assert codes - late == {duty.item.code for duty in after.duties if duty.standing is Standing.MISSING}
    (row,) = [row for row in district.rows(session) if row.unit.id == village.id]
    assert (row.silence.missing, row.silence.late) == (len(codes) - 2, 2)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_reads_in_both_languages(
    browser: StrictClient, units: UnitFactory, boards: Boards, language: str
) -> None:
    village = units.village(units.subdistrict())
    statement, made = boards.statement(village), boards.posted(village, code="key-projects")
    line = boards.line(statement)
    for path in (
        "/boards",
        "/boards?show=silent",
        f"/boards/{village.slug}",
        f"/boards/{village.slug}/print",
        f"/boards/{village.slug}/finances/2026-Q3",
        f"/boards/{village.slug}/finances/2026-Q3/print",
        f"/boards/{village.slug}/finances/2026-Q3/lines/{line.key}",
        f"/boards/{village.slug}/{made.reference}",
        f"/boards/{village.slug}/{made.reference}/print",
    ):
        assert browser.get(path, headers={"Accept-Language": language}).status_code == 200, path


def test_a_page_costs_six_statements_whatever_hangs_there(
    platform: Platform, browser: StrictClient, units: UnitFactory, boards: Boards
) -> None:
    village = units.village(units.subdistrict())
    statement, made = boards.statement(village), boards.posted(village)
    line = boards.line(statement)
    paths = (
        f"/boards/{village.slug}",
        f"/boards/{village.slug}/finances/2026-Q3",
        f"/boards/{village.slug}/finances/2026-Q3/lines/{line.key}",
        f"/boards/{village.slug}/{made.reference}",
    )

    first = [statements_of(platform, browser, path) for path in paths]
    assert max(first) <= 6, dict(zip(paths, first, strict=True))
    for period, month in (("2026-Q1", 2), ("2026-Q2", 5)):
        earlier = [(*line[:4], line[4] and line[4].replace(month=month), line[5]) for line in LINES]
        boards.statement(village, period=period, lines=earlier)
        boards.posted(village)
    assert [statements_of(platform, browser, path) for path in paths] == first


def test_a_unit_works_on_its_own_board_and_on_no_other(
    platform: Platform, people: People, units: UnitFactory, boards: Boards
) -> None:
    """Its own draft opens; another unit's posting and statement do not exist."""
    own, other = units.department("区第一局"), units.department("区第二局")
    mine, theirs, money = boards.draft(own), boards.draft(other), boards.imported(other)
    person = people.at_desk(Role.UNIT)
    with platform.transaction() as session:
        units_services.assign_staff(session, unit_id=own.id, staff_id=person.staff.id, actor=OFFICER)
    desk = person.browser
    assert desk.get(f"/desk/unit/boards/{mine.reference}").status_code == 200
    for path in (f"/desk/unit/boards/{theirs.reference}", f"/desk/unit/finances/{money.statement_id}"):
        assert desk.get(path).status_code == 404


def test_a_board_shows_how_far_its_project_is(
    platform: Platform, browser: StrictClient, boards: Boards, village
) -> None:
    """The demonstration's own drawings: the newest stands on the board and on its paper, all of them on the posting."""
    made, project = boards.draft(village, code="key-projects"), projects.project_of("zhujian")
    with platform.transaction() as session:
        projects.show(session, platform, made, project, percent=projects.HALF, actor=CLERK)
        services.publish(session, disclosure_id=made.id, actor=CLERK)
    posting = browser.get(f"/boards/{village.slug}/{made.reference}").get_data(as_text=True)
    assert [f"进度 {percent}%" in posting for percent in (projects.BEGUN, projects.HALF)] == [True, True]
    shown = re.findall(r"/disclosures/pictures/[^\"]+", posting)
    assert len(shown) == 2
    for address in (f"/boards/{village.slug}", f"/boards/{village.slug}/print"):
        assert (
            re.findall(r"/disclosures/pictures/[^\"]+", browser.get(address).get_data(as_text=True))
            == shown[1:]
        )
    with browser.get(shown[1]) as picture:
        assert picture.get_data().startswith(b"\xff\xd8")
