"""A promise stands beside what the monitored cases took: on the pledge, the unit, the guide and the record."""

from datetime import timedelta

import pytest

from evalapp.approvals.queries import evidence
from evalapp.approvals.queries.evidence import Promise
from evalapp.approvals.rules.evidence import Verdict
from evalapp.core import calendar, clock
from evalapp.core.errors import Invalid
from evalapp.core.platform import Platform
from evalapp.core.rowfiles import Row
from evalapp.pledges import queries
from evalapp.pledges.services import importing
from tests.support.cases import Cases, cases
from tests.support.pledges import PledgeFactory, days
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER, UnitFactory

__all__ = ["cases"]


@pytest.fixture
def pledges(platform: Platform) -> PledgeFactory:
    return PledgeFactory(platform)


def decided(cases: Cases, number: str, *, days_taken: int) -> None:
    """A case that was accepted some working days ago and is decided; each event is handed in when it happens."""
    ended = clock.now() - timedelta(hours=3)
    accepted = ended
    with cases.platform.session() as session:
        known = calendar.load(session)
    left = days_taken
    while left or not known.is_working(clock.local(accepted).date()):
        left -= known.is_working(clock.local(accepted).date())
        accepted -= timedelta(days=1)
    for kind, at in (("submitted", accepted), ("accepted", accepted), ("decided", ended)):
        cases.take([cases.event(kind, number, at)])


def test_a_verdict_follows_from_the_cases_of_the_item(
    platform: Platform, cases: Cases, pledges: PledgeFactory, browser: StrictClient
) -> None:
    pledge = pledges.pledge(cases.unit, term=days(5), statutory=days(20), items=(cases.item.code,))
    with platform.session() as session:
        assert queries.shown_pledge(session, pledge.reference).evidence.verdict is Verdict.NO_DATA
    for number in range(10):
        decided(cases, f"KEPT-{number:05}", days_taken=2)
    with platform.session() as session:
        said = queries.shown_pledge(session, pledge.reference).evidence
    assert (said.verdict, said.cases, said.on_time_percent) == (Verdict.KEPT, 10, 100)
    assert said.mean is not None
    assert said.mean <= 3
    for number in range(10):
        decided(cases, f"L-{number}", days_taken=9)
    with platform.session() as session:
        said = queries.shown_pledge(session, pledge.reference).evidence
    assert (said.verdict, said.cases, said.on_time_percent) == (Verdict.NOT_KEPT, 20, 50)
    for address in (
        f"/pledges/{pledge.reference}",
        f"/units/{cases.unit.slug}",
        f"/services/{cases.item.code}",
        f"/services/{cases.item.code}/record",
        f"/kiosk/services/{cases.item.code}",
    ):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert "未达承诺" in answer.get_data(as_text=True), address
    page = browser.get(f"/services/{cases.item.code}/record").get_data(as_text=True)
    assert page.count("超过承诺时限") == 10  # as many as the rate says
    assert page.count("***") == 20  # every case behind the figure, none that could be traced
    assert "KEPT-0" not in page
    told = browser.get("/api/v1/pledges").get_json()["items"][0]["evidence"]
    assert (told["verdict"], told["cases"], told["on_time_percent"]) == ("not_kept", 20, 50)


def test_what_was_measured_after_a_claim_is_not_held_against_it(platform: Platform, cases: Cases) -> None:
    for number in range(3):
        decided(cases, f"KEPT-{number:05}", days_taken=2)
    with platform.session() as session:
        promise = Promise(term=days(5))
        now = evidence.of_item(session, cases.item.id, promise).evidence
        then = evidence.of_item(session, cases.item.id, promise, at=clock.now() - timedelta(days=40)).evidence
    assert (now.cases, then.cases) == (3, 0)


def test_a_claim_leads_to_the_cases_of_its_own_year(
    cases: Cases, pledges: PledgeFactory, browser: StrictClient
) -> None:
    pledge = pledges.pledge(cases.unit, term=days(5), items=(cases.item.code,))
    for number in range(3):
        decided(cases, f"KEPT-{number:05}", days_taken=2)
    address = f"/pledges/{pledge.reference}"
    assert "3 件" in browser.get(address).get_data(as_text=True)
    of_then = browser.get(f"{address}?to=2020-06").get_data(as_text=True)
    assert "3 件" not in of_then
    assert f'href="/services/{cases.item.code}/record?to=2020-06"' in of_then
    for strange in ("2020-13", "x", "0000-00", "９９９９-01"):
        assert browser.get(f"{address}?to={strange}").status_code == 200


def test_a_table_without_their_column_leaves_the_items_of_a_pledge(
    platform: Platform, cases: Cases, pledges: PledgeFactory
) -> None:
    pledge = pledges.pledge(cases.unit, title="施工许可", term=days(5), items=(cases.item.code,))
    row = {"unit": cases.unit.slug, "title": "施工许可", "text": "四日办结。", "measured": "从受理到决定"}
    row |= {"amount": "4", "time_unit": "日", "basis": "工作"}
    for table, left in ((row, [cases.item.code]), (row | {"items": ""}, [])):
        with platform.transaction() as session:
            importing.import_pledges(session, rows=[Row(number=2, values=table)], actor=OFFICER)
            version = queries.pledge_versions(session, pledge.id)[0]
            assert version.term == days(4)
            assert [code for code, _name in queries.measuring_items(session, version.id)] == left


def test_only_published_items_of_the_unit_measure_a_pledge_with_a_term(
    cases: Cases, pledges: PledgeFactory
) -> None:
    with pytest.raises(Invalid, match="没有公布"):
        pledges.pledge(cases.unit, items=("99010100JT-XK-9999-B01",))
    with pytest.raises(Invalid, match="没有时限"):
        pledges.pledge(cases.unit, term=None, measured="", items=(cases.item.code,))
    with pytest.raises(Invalid, match="没有公布"):
        pledges.pledge(UnitFactory(pledges.platform).department("区教育局"), items=(cases.item.code,))
