"""The index follows the pages, and programs find what they look for."""

import xml.etree.ElementTree as ET

from evalapp.core.platform import Platform
from evalapp.disclosures import services as disclosures
from evalapp.portal.queries.search import hits
from tests.support.boards import CLERK, Boards
from tests.support.programme import Programme
from tests.support.strict_client import StrictClient
from tests.support.units import UnitFactory


def found(platform: Platform, question: str) -> list[str]:
    with platform.session() as session:
        return [hit.path for hit in hits(session, question).hits]


def mapped(browser: StrictClient) -> list[str]:
    return [
        e.text or "" for e in ET.fromstring(browser.get("/sitemap.xml").data).iter() if e.tag.endswith("loc")
    ]


def test_an_episode_is_found_once_the_public_may_know_of_it(platform: Platform, programme: Programme) -> None:
    episode = programme.planned(title="老小区加装电梯")
    assert found(platform, "电梯") == []
    programme.scheduled(episode)
    assert found(platform, "电梯") == [f"/episodes/{episode.number}"]


def test_the_map_of_the_site_names_public_pages_only(
    programme: Programme, units: UnitFactory, boards: Boards, browser: StrictClient
) -> None:
    unit = units.department("区教育局", slug="jiaoyu")
    shown, planned = programme.grading(programme.planned(unit=unit)), programme.planned(unit=unit)
    places = mapped(browser)
    assert any(place.endswith(f"/episodes/{shown.number}") for place in places)
    assert any(place.endswith("/units/jiaoyu") for place in places)
    assert not any(place.endswith(f"/episodes/{planned.number}") for place in places)
    boards.posted(unit), boards.statement(unit)
    gone = boards.posted(unit)
    with boards.platform.transaction() as session:
        disclosures.withdraw(session, disclosure_id=gone.id, reason="写错了", actor=CLERK)
    places = mapped(browser)
    assert {place.partition("/boards/jiaoyu")[2] for place in places if "/boards/jiaoyu" in place} == {
        "", "/GK-2026-0001", "/finances/2026-Q3",
    }  # fmt: skip
    assert not [place for place in places if "/desk" in place or "/me" in place]


def test_robots_and_security_are_where_programs_look(browser: StrictClient) -> None:
    assert "Disallow: /desk" in browser.get("/robots.txt").get_data(as_text=True)
    security = browser.get("/.well-known/security.txt").get_data(as_text=True)
    assert "Contact: " in security
    assert "Expires: " in security
