"""A comment that was moved to the misconduct channel appears on no route of the unit: every route is asked, every link followed."""

import html
import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evalapp.accounts.models import Role
from evalapp.comments.models import Comment
from evalapp.comments.queries import threads
from evalapp.comments.services import reports
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.programme.models import Episode
from evalapp.supervision.models import Matter
from evalapp.units import services as units_services
from evalapp.units.models import Unit
from tests.support.accounts import People
from tests.support.ballots import Polling
from tests.support.comments import Comments
from tests.support.matters import Matters
from tests.support.programme import Programme
from tests.support.strict_client import StrictClient
from tests.support.units import OFFICER, UnitFactory
from tests.support.watchable import make_watchable

WORDS = "窗口赵某收了红包才肯办件"
ANSWER = "经查此事待核"
MOST_PAGES = 400
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REPORT = re.compile(r"\bJB-[2-9A-Z]{8}\b")  # whole: random marks of pages hold its first letters now and then
# Files that hold no comment, ways back to a page that is asked for anyway, keys that only grow the word that is looked for.
ELSEWHERE = ("/static", "/media", "/sign-in", "/desk/sign", "/preferences", "/kiosk/find?by=keys&q=")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A unit that has read a comment and answered it, and everybody who must see nothing of it any more."""

    app: Flask
    comment: Comment
    matter: Matter
    browsers: dict[str, StrictClient]
    samples: dict[str, object]
    numbers: list[str]  # of the notices that the unit got for it

    def secrets(self) -> list[str]:
        return [WORDS, self.comment.reference, ANSWER, self.matter.reference, *self.numbers]

    def leaks(self, who: str) -> Iterator[tuple[str, list[str]]]:
        """On which addresses what stands that must not: all routes, and all that they link to."""
        asked = dict.fromkeys(self._routes())
        waiting = deque(asked)
        while waiting:
            path = waiting.popleft()
            assert len(asked) <= MOST_PAGES, f"the links of this district have no end: {list(asked)[-9:]}"
            body = self.read(who, path)
            if seen := self.seen(path, body):
                yield path, seen
            for link in re.findall(r'(?:href|src|action)="([^"]+)"', body):
                to = urlsplit(urljoin(f"http://x{path}", html.unescape(link)))
                following = to.path + (f"?{to.query}" if to.query else "")
                if to.netloc == "x" and following not in asked and not following.startswith(ELSEWHERE):
                    asked[following] = None
                    waiting.append(following)

    def read(self, who: str, path: str) -> str:
        """Everything that can be read on an address."""
        with self.browsers[who].client.get(path) as answer:
            return words_in(answer)

    def seen(self, path: str, body: str) -> list[str]:
        """What of it must not be there; a page may repeat the address that was typed."""
        return [
            *(secret for secret in self.secrets() if secret in body and secret not in path),
            *REPORT.findall(body),
        ]

    def places(self, who: str) -> list[tuple[str, str]]:
        """Where something of it stands before it is moved."""
        number = self.samples["number"]
        found = [
            (f"/episodes/{number}", WORDS),
            (f"/api/v1/episodes/{number}/comments", ANSWER),
            ("/matters", self.matter.reference),
        ]
        if who == "unit":
            found += [
                ("/desk/unit/inbox?show=answered", self.comment.reference),
                (f"/desk/unit/matters/{self.matter.reference}", self.numbers[0]),
                ("/desk/notices", self.matter.reference),
            ]
        return found

    def answers(self, who: str) -> set[int]:
        """What the pages of the matter answer, whose own address says its name."""
        paths = [f"/matters/{self.matter.reference}"]
        if who == "unit":
            desk = f"/desk/unit/matters/{self.matter.reference}"
            paths += [desk, *(f"{desk}/notices/{number}" for number in self.numbers)]
        return {self.browsers[who].client.get(path).status_code for path in paths}

    def _routes(self) -> list[str]:
        """Every address that can be asked for with GET and does not sign anybody out."""
        paths = [f"/search?q={quote(WORDS[:6])}", f"/search?q={self.comment.reference}"]
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or "static" in rule.endpoint or "sign" in rule.rule:
                continue
            names = {name: self.samples.get(name, "none") for name in rule.arguments}
            with self.app.test_request_context():
                built = rule.build(names, append_unknown=False)
            if built is not None:
                paths.append(built[1])
        return paths


def words_in(answer: TestResponse) -> str:
    """Everything that can be read in an answer, in the sheets of an Excel file too."""
    if answer.mimetype == "video/mp4":
        return ""
    if answer.mimetype == XLSX:
        with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist())
    return answer.get_data(as_text=True)


@pytest.fixture
def scene(platform: Platform, people: People, app: Flask, comments: Comments) -> Scene:
    units, polling = UnitFactory(platform), Polling(platform)
    programme = Programme(platform, units)
    episode = polling.announce(opens_in=timedelta(days=-1))
    programme.airing(episode)
    make_watchable(platform, episode)
    with platform.session() as session:
        kept = session.get_one(Episode, episode.id)
        unit = session.get_one(Unit, kept.unit_id)
        thread = comments.thread_of(type("Of", (), {"thread_id": kept.thread_id}))
    staff = people.at_desk(Role.UNIT)
    with platform.transaction() as session:
        units_services.assign_staff(session, unit_id=unit.id, staff_id=staff.staff.id, actor=OFFICER)
    shown = comments.shown(thread, text=WORDS, at_seconds=1)
    comments.replied(shown, unit=unit, text=ANSWER)
    matters = Matters(platform, units)
    matter = matters.question(unit, about=shown.reference, opened_at=clock.now() - timedelta(days=90))
    matters.escalate()
    return Scene(
        app=app,
        comment=shown,
        matter=matter,
        numbers=[notice.number for notice in matters.notices(matter)],
        browsers={"unit": staff.browser, "resident": people.resident().browser, "anybody": people.client()},
        samples={
            "number": kept.number,
            "year": 2026,
            "slug": unit.slug,
            "reference": shown.reference,
            "language": "zh",
            "name": "none.css",
            "path": "none.css",
            "token": "none",
            "code": "0000-0000-0000-0000",
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("who", ["unit", "resident", "anybody"])
def test_what_was_moved_appears_nowhere_any_more(scene: Scene, comments: Comments, who: str) -> None:
    for path, secret in scene.places(who):
        assert secret in scene.seen(path, scene.read(who, path)), path
    assert scene.answers(who) == {200}
    comments.moved(scene.comment)
    assert dict(scene.leaks(who)) == {}
    assert scene.answers(who) == {404}


@pytest.mark.slow
def test_a_move_that_leaves_the_name_of_the_comment_is_noticed(
    scene: Scene, comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the words go, and the comment is called as before."""
    whole = reports._leave_nothing

    def careless(session, comment: Comment) -> None:
        reference = comment.reference
        whole(session, comment)
        comment.reference = reference

    monkeypatch.setattr(reports, "_leave_nothing", careless)
    comments.moved(scene.comment)
    assert any(scene.leaks("unit"))


@pytest.mark.slow
def test_a_matter_that_stays_is_noticed(
    scene: Scene, comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the comment goes, and the unit keeps the matter about it."""
    monkeypatch.setattr(reports.supervision, "withdraw_about", lambda *_args, **_more: None)
    comments.moved(scene.comment)
    assert any(scene.matter.reference in seen for _, seen in scene.leaks("unit"))


@pytest.mark.slow
def test_a_thread_that_shows_the_reply_of_what_was_moved_is_noticed(
    scene: Scene, comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a hidden question keeps its answer, whatever it was hidden for."""
    whole = threads._shown

    def careless(row, reply):
        shown = whole(row, reply)
        return type(shown)(**{**shown.__dict__, "reply": reply})

    monkeypatch.setattr(threads, "_shown", careless)
    comments.moved(scene.comment)
    assert any(ANSWER in seen for _, seen in scene.leaks("anybody"))
