"""What other programs read: the calendar, the guide, the news, and episodes as JSON."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import select

from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme.models import Airing
from evalapp.programme.services import planning_airings
from tests.support.programme import Programme, at, span
from tests.support.statements import statements_of
from tests.support.strict_client import StrictClient

# Debian keeps it in one place up to 1.2 and in another after it.
DTDS = [Path("/usr/share/sgml/xmltv/dtd/0.5/xmltv.dtd"), Path("/usr/share/xmltv/xmltv.dtd")]
VALIDATE = (
    "use XMLTV::ValidateFile qw(LoadDtd ValidateFile); LoadDtd($ARGV[0]); "
    "my @found = ValidateFile($ARGV[1]); print join(' ', @found); exit(@found ? 1 : 0);"
)


@pytest.fixture(autouse=True)
def monday() -> object:
    with time_machine.travel("2026-11-23T08:00:00+08:00") as traveller:
        yield traveller


def events(browser: StrictClient) -> dict[str, object]:
    answer = browser.get("/schedule.ics")
    assert answer.mimetype == "text/calendar"
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.data).walk("VEVENT")}


def faults_of_guide(document: bytes, tmp_path: Path) -> str:
    """Ask XMLTV's own validator, with Debian's DTD."""
    dtd = next((path for path in DTDS if path.exists()), None)
    assert dtd is not None, "libxmltv-perl is not installed: ./scripts/test installs it"
    path = tmp_path / "guide.xml"
    path.write_bytes(document)
    done = subprocess.run(
        ["perl", "-e", VALIDATE, dtd, path], capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_the_calendar_keeps_ids_and_numbers_changes(programme: Programme, browser: StrictClient) -> None:
    programme.scheduled(starts_at=at(days=3, hour=20))
    ((uid, before),) = events(browser).items()
    assert (int(before["SEQUENCE"]), str(before["STATUS"])) == (0, "CONFIRMED")
    airing = only_airing(programme)
    with programme.platform.transaction() as writing:
        planning_airings.postpone_airing(
            writing,
            airing_id=airing.id,
            span=span(at(days=4, hour=20), 45),
            reason="让路防汛直播",
            actor=SYSTEM,
            seen_revision=1,
        )
    after = events(browser)[uid]
    assert int(after["SEQUENCE"]) == 1
    assert after["DTSTART"].dt == at(days=4, hour=20)
    assert "让路防汛直播" in str(after["DESCRIPTION"])


def test_a_cancelled_airing_stays_in_the_calendar_as_cancelled(
    programme: Programme, browser: StrictClient
) -> None:
    programme.scheduled(starts_at=at(days=3, hour=20))
    airing = only_airing(programme)
    with programme.platform.transaction() as writing:
        planning_airings.cancel_airing(
            writing, airing_id=airing.id, reason="停播一周", actor=SYSTEM, seen_revision=1
        )
    (event,) = events(browser).values()
    assert str(event["STATUS"]) == "CANCELLED"
    assert b"<programme" not in browser.get("/schedule.xml").data


def test_what_is_only_a_plan_is_tentative(programme: Programme, browser: StrictClient) -> None:
    programme.airing(programme.planned(), starts_at=at(days=9, hour=20))
    (event,) = events(browser).values()
    assert str(event["STATUS"]) == "TENTATIVE"


def test_the_guide_is_valid(programme: Programme, browser: StrictClient, tmp_path: Path) -> None:
    programme.scheduled(
        programme.planned(title="放学以后 <孩子> & 家长", summary="课后\x0b服务"),
        starts_at=at(days=3, hour=20),
    )
    answer = browser.get("/schedule.xml")
    assert answer.mimetype == "application/xml"
    assert faults_of_guide(answer.data, tmp_path) == ""
    assert b'start="20261126200000 +0800"' in answer.data


def test_an_invalid_guide_is_noticed(programme: Programme, browser: StrictClient, tmp_path: Path) -> None:
    """The planted defect: a programme without its title."""
    programme.scheduled(starts_at=at(days=3, hour=20))
    document = browser.get("/schedule.xml").data
    root = ET.fromstring(document)
    root.find("programme").remove(root.find("programme/title"))
    assert "notvalid" in faults_of_guide(ET.tostring(root), tmp_path)


def test_the_news_holds_what_is_public_and_nothing_else(programme: Programme, browser: StrictClient) -> None:
    for make in ("planned", "recorded", "prepared", "scheduled", "closed", "counted", "withdrawn"):
        getattr(programme, make)()
    published = programme.published()
    root = ET.fromstring(browser.get("/feed.xml").data)
    guids = {item.findtext("guid") for item in root.iter("item")}
    # closed, counted and published are open to watch; only a published result is news
    assert guids == {"EP-2026-05", "EP-2026-06", published.reference, f"{published.reference}/result"}


def test_feeds_answer_that_nothing_changed(programme: Programme, browser: StrictClient) -> None:
    programme.scheduled()
    for path in ("/schedule.ics", "/schedule.xml", "/feed.xml", "/api/v1/episodes", "/api/v1/episodes/1"):
        etag = browser.get(path).headers["ETag"]
        assert browser.get(path, headers={"If-None-Match": etag}).status_code == 304, path


def test_the_short_address_leads_to_the_episode(programme: Programme, browser: StrictClient) -> None:
    programme.planned()
    assert browser.get("/e/1").location == "/episodes/1"
    assert browser.get("/e/2").status_code == 404
    assert browser.get("/e/99999999999999999999").status_code == 404


def test_episodes_are_paged_with_a_cursor(programme: Programme, browser: StrictClient) -> None:
    for _ in range(5):
        programme.planned()
    path, numbers = "/api/v1/episodes?limit=2", []
    while path:
        answer = browser.get(path)
        numbers += [item["number"] for item in answer.json["items"]]
        link = answer.headers.get("Link", "")
        assert bool(link) == (answer.json["next"] is not None)
        path = link.partition(">")[0].removeprefix("<")
    assert numbers == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=-1", "cursor=９", "cursor=99999999999999"]
)
def test_a_bad_cursor_or_limit_is_a_problem(browser: StrictClient, query: str) -> None:
    answer = browser.get(f"/api/v1/episodes?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert json.loads(answer.data)["field"] == query.partition("=")[0]


def test_an_episode_tells_its_state_window_and_airings(programme: Programme, browser: StrictClient) -> None:
    episode = programme.grading()
    programme.airing(episode, starts_at=at(days=2, hour=20))
    told = browser.get(f"/api/v1/episodes/{episode.number}").json
    assert told["state"] == "grading"
    assert datetime.fromisoformat(told["closes_at"]) == episode.closes_at
    assert [one["cancelled"] for one in told["airings"]] == [False]
    assert browser.get("/api/v1/episodes/77").mimetype == "application/problem+json"


def test_a_report_is_told_only_when_the_episode_may_be_watched(
    programme: Programme, browser: StrictClient
) -> None:
    episode = programme.handed_in(programme.prepared(), report="我们管课后服务。")
    assert browser.get("/api/v1/episodes/1").json["report"] is None
    programme.airing(episode, starts_at=at(days=1, hour=20))
    with time_machine.travel(at(days=1, hour=20) + timedelta(minutes=1)):
        assert browser.get("/api/v1/episodes/1").json["report"] == "我们管课后服务。"


def only_airing(programme: Programme) -> Airing:
    with programme.platform.session() as reading:
        return reading.scalars(select(Airing)).one()


@pytest.mark.parametrize("path", ["/api/v1/episodes", "/schedule.ics", "/schedule.xml", "/feed.xml"])
def test_lists_ask_as_much_for_many_as_for_few(
    platform: Platform, programme: Programme, browser: StrictClient, path: str
) -> None:
    programme.scheduled()
    few = statements_of(platform, browser, path)
    for _ in range(5):
        programme.scheduled()
    assert statements_of(platform, browser, path) == few
