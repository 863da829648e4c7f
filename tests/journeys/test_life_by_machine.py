"""The same life without a browser: files and commands for the desks, the JSON interface for the resident."""

import json
import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest

from evalapp.accounts.models import Role
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import announcing
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.programme.services import planning_places
from evalapp.results.services import approving, counting, publishing
from tests.support.accounts import phone
from tests.support.ballots import SIGNER, Polling
from tests.support.delivered import make_clip
from tests.support.life import District, opened

COMMENT = "加装电梯要等多久，能不能写个时间？"
REPLY = "材料齐全后二十个工作日内答复。"


class Machine:
    """A resident's program: cookies, the token, JSON in and out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.opener = build_opener(HTTPCookieProcessor())
        self.token = ""

    def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> tuple[int, Any]:
        sent = {"Content-Type": "application/json", "Origin": self.url, "X-CSRF-Token": self.token, **headers}
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/api/v1{path}", data=data, method=method, headers=sent)
        try:
            with self.opener.open(request, timeout=30) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def sign_in(self, district: District, number: str) -> None:
        assert self.send("POST", "/sign-in/code", {"phone": number})[0] == 200
        _, consent = self.send("GET", "/consent")
        body = {"phone": number, "code": district.server.code_for(number), "consent": consent["version"]}
        status, answer = self.send("POST", "/sign-in", body)
        assert status == 200, answer
        self.token = answer["csrf_token"]

    def grade(self, *grades: int) -> dict[str, Any]:
        named = dict(zip(("openness", "highlights", "service"), grades, strict=True))
        body = {"grades": named, "nonce": os.urandom(16).hex()}
        status, answer = self.send(
            "POST", "/episodes/1/ballot", body, **{"Idempotency-Key": uuid.uuid4().hex}
        )
        assert status == 201, answer
        return dict(answer)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    made = District(tmp_path)
    yield made
    made.server.stop()


def begin(district: District, folder: Path) -> None:
    """Units from a file, a season, an episode, its recording and its airing, all by commands."""
    run = district.run
    table = folder / "units.csv"
    table.write_text("slug,name,kind,rank_class\nzhujian,晴川区住建局,部门,甲\n", encoding="utf-8")
    assert json.loads(run("unit", "import", str(table), "--json"))["added"] == 1
    year = str(clock.today().year)
    run("season", "create", year)
    district.set_profile()
    run("episode", "create", "老楼加装电梯", "--season", year, "--unit", "zhujian", "--speaker", "局长")
    run("episode", "ingest", "1", str(make_clip(folder / "成片.mp4")))
    run("worker", "--once")
    assert "prepared" in run("episode", "list", "--json")
    with opened(district.server.data) as platform, platform.transaction() as session:
        planning_places.add_channel(session, code="yi.qingchuan", name="晴川一套", actor=SYSTEM)
    soon = clock.local(clock.now() + timedelta(minutes=20))
    starts = soon.replace(minute=soon.minute // 5 * 5).strftime("%Y-%m-%dT%H:%M")
    run("episode", "schedule", "1", starts, "--channel", "yi.qingchuan", "--override", "资料随后补齐")


def announce(district: District) -> None:
    with opened(district.server.data) as platform, platform.transaction() as session:
        announcing.announce(
            session,
            gradings.episode(session, 1),
            keepers=Keepers(platform.keys),
            receipts=SIGNER.verifier,
            actor=SYSTEM,
            closes_at=clock.now() + timedelta(hours=6),
        )


def take_part(district: District) -> str:
    """Sign in, grade, change the ballot, comment; returns the comment's reference."""
    machine = Machine(district.server.url)
    machine.sign_in(district, phone(1))
    first, second = machine.grade(5, 5, 5), machine.grade(4, 5, 3)
    assert first["code"] != second["code"]
    for receipt in (first, second):
        assert machine.send("GET", f"/boxes/{receipt['box']}/receipt/{receipt['code']}")[0] == 200
    status, said = machine.send("POST", "/episodes/1/comments", {"text": COMMENT})
    assert status == 201, said
    assert machine.send("GET", "/episodes/1/result")[0] == 404
    held = json.loads(district.run("comment", "list", "--json"))
    rows = held["comments"] if isinstance(held, dict) else held
    return str(rows[0]["reference"])


def publish_by_two(district: District) -> None:
    """Count, prepare, propose and confirm; the one who proposed may not confirm."""
    with opened(district.server.data, offset=district.offset) as platform:
        polling = Polling(platform)
        first, second = (polling.officer(post=f"{Role.OFFICE} {n}") for n in (1, 2))
        with platform.transaction() as session:
            grading = gradings.graded_episode(session, 1).grading
            counting.count(session, grading, keepers=polling.keepers, actor=first)
        with platform.transaction() as session:
            grading = gradings.graded_episode(session, 1).grading
            counting.prepare(session, grading, keepers=polling.keepers, actor=first)
        with platform.transaction() as session:
            grading = gradings.graded_episode(session, 1).grading
            act = publishing.propose_publication(session, grading, actor=first).id
        with platform.transaction() as session:
            approving.approve(session, act, number=1, actor=second)
        polling.booths.close()


@pytest.mark.slow
def test_the_whole_life_through_files_commands_and_the_interface(district: District, tmp_path: Path) -> None:
    begin(district, tmp_path)
    announce(district)
    district.forward(timedelta(minutes=90), ballots=40)
    reference = take_part(district)
    district.run("comment", "approve", reference)
    district.run("comment", "reply", reference, "--text", REPLY, "--post", "办公室主任")
    reader = Machine(district.server.url)
    _, thread = reader.send("GET", "/episodes/1/comments")
    assert COMMENT in json.dumps(thread, ensure_ascii=False)
    assert REPLY in json.dumps(thread, ensure_ascii=False)
    district.forward(timedelta(hours=7))
    district.server.stop()
    district.run("worker", "--once")
    publish_by_two(district)
    district.server.start()
    status, result = reader.send("GET", "/episodes/1/result")
    assert status == 200
    assert "41" in json.dumps(result), "forty residents and one machine were counted"
    status, league = reader.send("GET", f"/league/{clock.today().year}")
    assert status == 200
    assert "zhujian" in json.dumps(league)
