"""The office's view of the power list: units that have written nothing, that wait, that are at fault; the table of all."""

import io
import re
from datetime import date

import pytest
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform
from evalapp.powers import services
from evalapp.powers.queries import district
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import PowerKind
from evalapp.powers.rules.text import LegalBasis
from evalapp.units.models import Unit
from tests.support.desk import Desk, Desks
from tests.support.flowcharts import step, usual, way
from tests.support.items import ItemFactory
from tests.support.pledges import WRITER
from tests.support.units import UnitFactory


@pytest.fixture
def office(desks: Desks) -> Desk:
    return desks.office()


@pytest.fixture
def unit(units: UnitFactory) -> Unit:
    return units.department("区第一局", slug="one")


def without_end() -> Flowchart:
    return Flowchart(steps=(step("a", "start"), step("b"), step("c")), ways=(way("a", "b"), way("b", "c")))


def test_each_unit_is_counted_by_what_is_wrong_with_its_list(
    session: Session, platform: Platform, unit: Unit, units: UnitFactory, items: ItemFactory
) -> None:
    powers, empty = items.powers, units.department("区第二局")
    items.published(unit)  # a power with its guide
    bare = powers.published(unit)  # one that people apply for, without a guide
    powers.published(unit, kind=PowerKind.PENALTY)  # nobody applies for a penalty
    over = (LegalBasis(law="《旧办法》", until_on=date(2020, 1, 1)),)
    powers.published(unit, kind=PowerKind.PENALTY, bases=over)
    powers.draft(unit, kind=PowerKind.PENALTY)
    powers.draft(unit, kind=PowerKind.PENALTY, flowchart=without_end())
    gone = powers.published(unit, kind=PowerKind.PENALTY)
    with platform.transaction() as writing:
        services.withdraw_power(writing, power_id=gone.id, reason="取消", actor=WRITER)
    found = {row.unit.slug: row for row in district.rows(session)}
    row = found["one"]
    assert (row.published, row.withdrawn, row.drafts, row.faulty) == (4, 1, 2, 1)
    assert (row.without_guide, row.ended, row.without_flowchart) == (1, 1, 0)
    assert row.changed_at is not None
    assert found[empty.slug].is_empty
    below = powers.published(unit, code=f"{bare.code}-01", parent=bare.code)
    session.rollback()
    assert {row.unit.slug: row for row in district.rows(session)}["one"].without_guide == 1, below.code


def test_the_office_sees_only_the_units_that_it_asks_for(
    office: Desk, unit: Unit, units: UnitFactory, items: ItemFactory
) -> None:
    units.department("区第二局", slug="two")
    items.powers.draft(unit, name="还在写的一项")

    def shown(query: str) -> list[str]:
        page = office.browser.get(f"/desk/office/powers?{query}").get_data(as_text=True)
        return re.findall(r'/desk/office/powers/units/(\w+)"', page)

    assert sorted(shown("")) == sorted(shown("show=x")) == ["one", "two"]
    assert (shown("show=drafts"), shown("show=empty"), shown("show=guides")) == (["one"], ["two"], [])
    listed = office.browser.get("/desk/office/powers/units/one").get_data(as_text=True)
    assert "有草稿" in listed
    assert "还在写的一项" not in listed  # nobody outside the unit sees what was never published
    assert office.browser.get("/desk/office/powers/units/none").status_code == 404


def test_the_table_of_all_units_is_taken_whole_or_not_at_all(
    office: Desk, unit: Unit, units: UnitFactory, items: ItemFactory, session: Session
) -> None:
    other = units.department("区第二局", slug="two")
    items.powers.published(unit)
    items.powers.published(other, flowchart=usual())
    sheet = office.browser.get("/desk/office/powers/table.csv").get_data(as_text=True)
    assert sheet.count("区第") == 0
    assert {"one", "two"} <= set(re.findall(r"^(\w+),", sheet, re.MULTILINE))

    def hand_in(text: str) -> tuple[int, str]:
        answer = office.browser.post(
            "/desk/office/powers/import",
            data={"file": (io.BytesIO(text.encode()), "all.csv")},
            page="/desk/office/powers",
            content_type="multipart/form-data",
            follow_redirects=True,
        )
        return answer.status_code, answer.get_data(as_text=True)

    faster = sheet.removeprefix("\ufeff").replace("15 个工作日", "10 个工作日")
    status, page = hand_in(faster.replace("two,", "nowhere,"))
    assert (status, "没有网址名是“nowhere”的单位" in page) == (422, True)
    assert hand_in(faster)[1].count("已导入并公布：新的 0 项，改动 2 项，没变 0 项。") == 1
    session.rollback()
    assert {row.unit.slug: row.published for row in district.rows(session)} == {"one": 1, "two": 1}
