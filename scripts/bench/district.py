"""A district whose pages are measured, made through the services; ballots by the thousand are written in bulk."""

import itertools
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask import session as browser_session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text, update

from evalapp import wiring
from evalapp.accounts.services import sessions
from evalapp.ballots.models import Grading
from evalapp.ballots.services import closing
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.programme import media
from evalapp.programme.models import Episode, Recording
from evalapp.programme.rules.recordings import watch_folder
from evalapp.results.services import counting, publishing
from evalapp.units.models import Unit
from evalapp.units.services import profile
from tests.support.ballots import Polling
from tests.support.comments import Comments
from tests.support.pledges import PledgeFactory
from tests.support.programme import Programme
from tests.support.units import UnitFactory
from tests.support.watchable import make_watchable

_LATER = 1_000_000  # numbers of people who are not of the district as it was built
DEPARTMENTS, PUBLISHED, GRADERS, COMMENTS = 24, 8, 40, 20
NAMES = (
    "教育", "卫生健康", "住房和城乡建设", "行政审批", "交通运输", "人力资源和社会保障", "民政", "水务", "农业农村", "文化和旅游",
    "市场监督管理", "生态环境", "应急管理", "城市管理", "司法", "财政", "审计", "统计", "医疗保障", "退役军人事务", "自然资源",
    "工业和信息化", "商务", "体育",
)  # fmt: skip

# Shapes of real rows: sealed envelopes have one length, hashes 32 bytes, receipts' codes 16.
_BALLOTS = """
INSERT INTO ballots (id, grading_id, box_id, voter_key, sequence, nonce_hash, envelope, entry_hash, code,
                     request_key, request_body, hidden_second)
SELECT gen_random_uuid(), box.grading_id, box.id, sha256(('voter' || n)::bytea), 1, sha256(('nonce' || n)::bytea),
       decode(repeat(encode(sha256(n::text::bytea), 'hex'), 17) || repeat('00', 16), 'hex'),
       sha256(('entry' || n)::bytea), substr(sha256(('code' || box.id || n)::bytea), 1, :code_length),
       substr(sha256(('key' || n)::bytea), 1, :key_length), substr(sha256(('body' || n)::bytea), 1, :body_length),
       substr(sha256(('second' || n)::bytea), 1, :second_length)
FROM generate_series(1, :each) AS n,
     (SELECT DISTINCT ON (grading_id) id, grading_id FROM ballot_boxes ORDER BY grading_id, "group" DESC) AS box
"""
_SIGNALS = """
INSERT INTO ballot_signals (ballot_id, device, network, number_block, on_staff_list, bucket, watched)
SELECT id, sha256(id::text::bytea), sha256(voter_key), sha256(nonce_hash), false, 5900000, 4 FROM ballots
WHERE id NOT IN (SELECT ballot_id FROM ballot_signals)
"""
_LENGTHS = """
SELECT length(code) AS code_length, length(request_key) AS key_length, length(request_body) AS body_length,
       length(hidden_second) AS second_length FROM ballots LIMIT 1
"""


@dataclass(frozen=True, kw_only=True)
class Browser:
    """What a signed-in browser holds."""

    cookie: str
    csrf: str


@dataclass(frozen=True, kw_only=True)
class District:
    """`hot` is open for grading and has twenty comments; `published` has a result."""

    hot: int
    published: int
    slug: str
    gradings: int


def build(platform: Platform, folder: Path) -> District:
    """Make the district: units, pledges, episodes open and published, comments with replies, one real recording."""
    wiring.connect()
    units, polling = UnitFactory(platform), Polling(platform)
    programme, pledges = Programme(platform, units), PledgeFactory(platform)
    departments = [units.department(f"区{name}局", rank_class="职能部门") for name in NAMES[:DEPARTMENTS]]
    for department in departments:
        units.section(department)
        for _ in range(3):
            pledges.pledge(department)
        pledges.highlight(department)
        _describe(platform, department)
    hot = _shown(platform, programme, departments[2], title="老旧小区改造，改到哪一步了")
    film(platform, hot, folder)
    polling.announce(hot)
    programme.airing(hot)
    _talk(platform, hot, departments[2])
    done = [_shown(platform, programme, department) for department in departments[:PUBLISHED]]
    for episode in done:
        polling.announce(episode)
    for episode in done:
        _publish(platform, polling, episode)
    for department in departments[PUBLISHED : PUBLISHED + 4]:
        polling.announce(_shown(platform, programme, department))
    return District(
        hot=hot.number, published=done[0].number, slug=departments[2].slug, gradings=PUBLISHED + 5
    )


def fill(platform: Platform, district: District, ballots: int) -> None:
    """Bring the boxes, together, to `ballots` rows of the right shapes; counted results stay what they are."""
    with platform.engine.begin() as connection:
        lengths = connection.execute(text(_LENGTHS)).mappings().one()
        there = connection.scalar(text("SELECT count(*) FROM ballots")) or 0
        each = max(ballots - there, 0) // district.gradings
        connection.execute(text(_BALLOTS), {"each": each, **lengths})
        connection.execute(text(_SIGNALS))
        connection.execute(update(Grading).values(turnout=each // 20 * 20, turnout_at=clock.now()))
    with platform.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def residents(platform: Platform, app: Flask, number: int) -> list[Browser]:
    """Residents who are signed in and have graded nothing."""
    voters = Polling(platform, itertools.count(_LATER)).voters(number)
    with platform.transaction() as session:
        tokens = [sessions.open_for_resident(session, voter.resident_id) for voter in voters]
    return [_browser(app, resident=token, device=uuid.uuid4().hex) for token in tokens]


def officer(platform: Platform, app: Flask) -> Browser:
    """A member of the office who is signed in."""
    actor = Polling(platform, itertools.count(_LATER)).officer()
    with platform.transaction() as session:
        token = sessions.open_for_staff(session, actor.id)
    return _browser(app, _user_id=token)


def film(platform: Platform, episode: Episode, folder: Path) -> None:
    """Give an episode a short recording of hard footage, prepared by the pipeline, so that its pictures weigh what they do."""
    source, watch = folder / "recording.mp4", folder / "watch"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "mandelbrot=size=1280x720:rate=10", "-f", "lavfi", "-i",
         "sine=frequency=440", "-t", "11", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
         "-c:a", "aac", str(source)],
        check=True,
    )  # fmt: skip
    facts = media.prepare(source, watch, platform.settings, progress=lambda *_: None, cancelled=lambda: False)
    with platform.transaction() as session:
        recording = session.query(Recording).filter_by(episode_id=episode.id).one()
        recording.facts = facts
        platform.storage.put_folder(watch_folder(recording.token), watch)


def _shown(platform: Platform, programme: Programme, unit: Unit, **words: str) -> Episode:
    """An episode that is open for grading and can be watched, with captions and chapters."""
    words.setdefault("title", f"{unit.name}这一年")
    episode = programme.grading(
        programme.planned(unit=unit, summary="局长报告三项职能、五件实事，看完请评一评。", **words)
    )
    make_watchable(platform, episode, lines=300)
    return episode


def _describe(platform: Platform, unit: Unit) -> None:
    functions = [
        profile.FunctionText(title=f"职能 {n}", text="管什么，找谁办，多久办结。", handled_by="办公室")
        for n in range(5)
    ]
    with platform.transaction() as session:
        profile.write_functions(session, unit_id=unit.id, functions=functions, actor=SYSTEM)


def _talk(platform: Platform, episode: Episode, unit: Unit) -> None:
    comments = Comments(platform)
    with platform.session() as session:
        thread = comments.thread_of(
            type("Of", (), {"thread_id": session.get_one(Episode, episode.id).thread_id})
        )
    for place in range(COMMENTS):
        said = comments.shown(
            thread,
            text=f"楼道灯坏了第 {place} 次，报修以后多久来人？加装电梯的事也请说一说。",
            at_seconds=place * 60,
        )
        if place % 2:
            comments.replied(said, unit=unit)


def _publish(platform: Platform, polling: Polling, episode: Episode) -> None:
    """Grade, close, count, prepare and publish, as the office does."""
    for place, voter in enumerate(polling.voters(GRADERS)):
        polling.cast(episode, voter, (place % 5 + 1, 4, 5))
    grading = polling.grading(episode)
    first, second = polling.officer("主任"), polling.officer("副主任")
    with platform.transaction() as session:
        session.execute(update(Grading).where(Grading.id == grading.id).values(closes_at=clock.now()))
        session.execute(update(Episode).where(Episode.id == episode.id).values(closes_at=clock.now()))
    with platform.transaction() as session:
        closing.close(session, grading.id)
    with platform.transaction() as session:
        counting.count(session, grading, keepers=polling.keepers, actor=first)
        counting.prepare(session, grading, keepers=polling.keepers, actor=first)
    with platform.transaction() as session:
        act = publishing.propose_publication(session, grading, actor=first)
    with platform.transaction() as session:
        publishing.confirm_publication(session, act.id, actor=second)


def _browser(app: Flask, **held: str) -> Browser:
    name, serializer = app.config["SESSION_COOKIE_NAME"], app.session_interface.get_signing_serializer(app)
    with app.test_request_context():
        browser_session.update(held, _permanent=True)
        csrf = generate_csrf()
        return Browser(cookie=f"{name}={serializer.dumps(dict(browser_session))}", csrf=csrf)
