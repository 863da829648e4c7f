"""The station's desk: what waits, how far it is, why not; chapters and captions without a script; viewers' reports."""

import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, select, text

from evalapp.audit.models import AuditEntry
from evalapp.core import clock, jobs
from evalapp.core.errors import TooMany
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.programme.models import CaptionTrack, Chapter, Episode, PlaybackReport, Recording
from evalapp.programme.rules.recordings import CaptionLanguage, Trouble
from evalapp.programme.services import recordings_captions, recordings_reports
from evalapp.retention.jobs import Retention
from tests.support.actors import Visitors
from tests.support.delivered import Recordings
from tests.support.payloads import PAYLOADS, foreign_attributes, shape
from tests.support.strict_client import StrictClient


@pytest.fixture
def editor(visitors: Visitors, recordings_factory: Recordings) -> Actor:
    actor = recordings_factory.staff()
    visitors.are(staff=actor)
    return actor


@pytest.fixture
def prepared(recordings_factory: Recordings) -> Recording:
    return recordings_factory.prepared(recordings_factory.episode())


def page_of(platform: Platform, recording: Recording) -> str:
    with platform.session() as session:
        number = session.scalars(
            text(
                "SELECT e.number FROM episodes e JOIN recordings r ON r.episode_id = e.id WHERE r.version = :v"
            ),
            {"v": recording.version},
        ).first()
    return f"/desk/station/episodes/{number}"


def captions(platform: Platform, recording: Recording, *lines: str, by: Actor) -> None:
    srt = "".join(
        f"{at}\n00:00:{at:02},000 --> 00:00:{at:02},900\n{line}\n\n" for at, line in enumerate(lines, 1)
    )
    with platform.transaction() as session:
        recordings_captions.take_captions(
            session, recording.id, language=CaptionLanguage.CHINESE, data=srt.encode(), original_name="a.srt", by=by
        )  # fmt: skip


def cues(platform: Platform, recording: Recording) -> list[dict]:
    with platform.session() as session:
        track = session.scalars(select(CaptionTrack).where(CaptionTrack.recording_id == recording.id)).one()
        return track.cues


def test_an_empty_desk_says_what_comes(browser: StrictClient, editor: Actor) -> None:
    assert "还没有节目" in browser.get("/desk/station").text


def test_the_desk_lists_what_waits_first(
    browser: StrictClient, editor: Actor, recordings_factory: Recordings
) -> None:
    recordings_factory.prepared(recordings_factory.episode())
    recordings_factory.episode()
    page = browser.get("/desk/station").text
    assert "1 期还等录像" in page
    assert page.index("第 2 件实事") < page.index("第 1 件实事")
    assert "可以观看" in page


def test_the_list_takes_as_many_statements_for_one_episode_as_for_ten(
    browser: StrictClient, editor: Actor, recordings_factory: Recordings, platform: Platform
) -> None:
    statements: list[str] = []
    event.listen(platform.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    counts = []
    for more in (1, 9):
        for _ in range(more):
            recordings_factory.delivered(recordings_factory.episode())
        statements.clear()
        browser.get("/desk/station")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_progress_is_on_the_page_and_ends_when_it_is_done(
    browser: StrictClient, editor: Actor, recordings_factory: Recordings, platform: Platform
) -> None:
    recording = recordings_factory.delivered(recordings_factory.episode())
    page = page_of(platform, recording)
    assert f'data-progress="{page}"' in browser.get(page).text
    with platform.transaction() as session:
        session.execute(text("UPDATE jobs SET state = 'running', progress = 4200, step = '制作各种清晰度'"))
    shown = browser.get(page).text
    assert "42%" in shown
    assert "制作各种清晰度" in shown
    assert "Making every size" in browser.get(page, headers={"Accept-Language": "en"}).text
    with platform.transaction() as session:
        session.execute(text("UPDATE jobs SET state = 'waiting'"))
    jobs.Worker(platform).drain()
    done = browser.get(page).text
    assert "data-progress" not in done
    assert "320×180" in done
    assert "LUFS" in done


def test_a_refused_file_says_why_in_two_languages_and_is_tried_again(
    browser: StrictClient, editor: Actor, recordings_factory: Recordings, platform: Platform, tmp_path
) -> None:
    short = tmp_path / "short.mp4"
    short.write_bytes(b"PK\x03\x04" + bytes(5000))
    recording = recordings_factory.delivered(recordings_factory.episode(), source=short)
    jobs.Worker(platform).drain()
    page = page_of(platform, recording)
    assert "这不是视频文件" in browser.get(page).text
    assert "This is not a video file" in browser.get(page, headers={"Accept-Language": "en"}).text
    answer = browser.post(f"/desk/station/recordings/{recording.id}/retry", page=page)
    assert answer.status_code == 303
    assert "等待制作" in browser.get(page).text
    assert browser.post(f"/desk/station/recordings/{recording.id}/retry", page=page).status_code == 409


def test_chapters_are_added_edited_and_removed_without_a_script(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    page = page_of(platform, prepared)
    add = f"/desk/station/recordings/{prepared.id}/chapters"
    fields = {"start": "00:04", "title": "明厨亮灶", "kind": "highlight"}
    assert browser.post(add, fields, page=page).status_code == 303
    twice = browser.post(add, fields | {"title": "又一个"}, page=page)
    assert twice.status_code == 422
    assert "这个时间已经有一个章节" in twice.text
    assert "又一个" in twice.text
    beyond = browser.post(add, fields | {"start": "5:00:00"}, page=page)
    assert "时间要在录像之内" in beyond.text
    odd = browser.post(add, fields | {"start": "四秒"}, page=page)
    assert "四秒" in odd.text
    assert odd.status_code == 422
    with platform.session() as session:
        chapter = session.scalars(select(Chapter)).one()
    prefix = f"c{chapter.id.hex[:12]}"
    edit = f"/desk/station/chapters/{chapter.id}"
    edited = {f"{prefix}-start": "00:05.5", f"{prefix}-title": "承诺", f"{prefix}-kind": "pledge"}
    assert browser.post(edit, edited, page=page).status_code == 303
    empty = browser.post(edit, edited | {f"{prefix}-title": " "}, page=page)
    assert empty.status_code == 422
    with platform.session() as session:
        assert [(c.start_ms, c.title) for c in session.scalars(select(Chapter))] == [(5500, "承诺")]
    assert browser.post(edit, {"remove": "1"}, page=page).status_code == 303
    with platform.session() as session:
        assert session.scalars(select(Chapter)).all() == []
        assert session.get_one(Recording, prepared.id).chapters_revision == 3


def test_captions_are_taken_in_and_a_foreign_file_says_why(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    page = page_of(platform, prepared)
    take = f"/desk/station/recordings/{prepared.id}/captions"
    srt = "1\n00:00:01,000 --> 00:00:02,000\n你好\n\n2\n00:00:01,500 --> 00:00:03,000\n欢迎\n".encode()
    answer = browser.post(take, {"language": "zh", "file": (io.BytesIO(srt), "字幕.srt")}, page=page)
    assert answer.status_code == 303
    assert [cue["text"] for cue in cues(platform, prepared)] == ["你好", "欢迎"]
    shown = browser.get(page).text
    assert "重叠" in shown
    assert "字幕.srt" in shown
    foreign = browser.post(take, {"language": "zh", "file": (io.BytesIO(b"%PDF-1.4"), "a.pdf")}, page=page)
    assert foreign.status_code == 422
    assert "这不是 WebVTT 或 SRT 字幕文件" in foreign.text
    assert [cue["text"] for cue in cues(platform, prepared)] == ["你好", "欢迎"]
    assert browser.post(take, {"language": "zh"}, page=page).status_code == 422


def test_the_editor_saves_a_page_adds_and_takes_out(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    captions(platform, prepared, "一", "二", "全区三千二百一十六家外卖店已经接了", by=editor)
    address = f"/desk/station/recordings/{prepared.id}/captions/zh"
    page = browser.get(address).text
    assert "每秒 19 字" in page
    fields = {
        "revision": "1",
        "cue-0-start": "00:01", "cue-0-end": "00:01.900", "cue-0-text": "壹",
        "cue-1-start": "00:02", "cue-1-end": "00:02.900", "cue-1-text": "",
        "cue-2-start": "00:03", "cue-2-end": "00:05", "cue-2-text": "全区三千二百一十六家",
        "cue-new-start": "00:06", "cue-new-end": "00:07", "cue-new-text": "完",
    }  # fmt: skip
    saved = browser.post(address, fields)
    assert saved.status_code == 303
    assert saved.headers["Location"].endswith("#cue-0"), "the focus goes on where the first change was"
    assert 'id="cue-0"' in browser.get(address).text
    assert [(cue["start_ms"], cue["text"]) for cue in cues(platform, prepared)] == [
        (1000, "壹"), (3000, "全区三千二百一十六家"), (6000, "完"),
    ]  # fmt: skip
    stale = browser.post(address, fields)
    assert stale.status_code == 409
    assert "别人刚刚改过" in stale.text
    assert "全区三千二百一十六家" in stale.text
    wrong = browser.post(address, fields | {"revision": "2", "cue-0-start": "一秒"})
    assert wrong.status_code == 422
    assert "一秒" in wrong.text


def test_a_page_that_is_saved_untouched_changes_no_cue(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    captions(platform, prepared, "第一行\n第二行", "二", by=editor)
    before = cues(platform, prepared)
    address = f"/desk/station/recordings/{prepared.id}/captions/zh"
    fields = {"revision": "1"}
    for index, cue in enumerate(before):
        start, end = (f"00:{cue[key] // 1000:02}.{cue[key] % 1000:03}" for key in ("start_ms", "end_ms"))
        lines = cue["text"].replace("\n", "\r\n")
        fields |= {f"cue-{index}-start": start, f"cue-{index}-end": end, f"cue-{index}-text": lines}
    saved = browser.post(address, fields)
    assert saved.status_code == 303
    assert saved.headers["Location"].endswith("#cues")
    assert cues(platform, prepared) == before


def test_the_editor_goes_page_by_page(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    lines = "".join(
        f"{n}\n00:00:{n // 10:02},{n % 10}00 --> 00:00:{n // 10:02},{n % 10}90\n句{n}\n\n" for n in range(70)
    )
    with platform.transaction() as session:
        recordings_captions.take_captions(
            session, prepared.id, language=CaptionLanguage.CHINESE, data=lines.encode(), original_name="x.srt", by=editor
        )  # fmt: skip
    address = f"/desk/station/recordings/{prepared.id}/captions/zh"
    assert "句29" in browser.get(address).text
    second = browser.get(f"{address}?page=2").text
    assert "句30" in second
    assert "句29<" not in second
    assert "第 3 页，共 3 页" in browser.get(f"{address}?page=99").text


@pytest.mark.parametrize("payload", PAYLOADS[:12])
def test_what_is_written_in_captions_chapters_and_names_stays_text(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform, payload: str
) -> None:
    captions(platform, prepared, f"前{payload}后", by=editor)
    with platform.transaction() as session:
        session.execute(text("UPDATE recordings SET original_name = :name"), {"name": payload})
        session.execute(text("UPDATE caption_tracks SET original_name = :name"), {"name": payload})
    for address in (page_of(platform, prepared), f"/desk/station/recordings/{prepared.id}/captions/zh"):
        page = browser.get(address).text
        assert foreign_attributes(page) == []
    assert shape  # the structure is compared where pages are compared


def test_a_new_version_takes_captions_and_chapters_over_on_demand(
    browser: StrictClient,
    editor: Actor,
    prepared: Recording,
    recordings_factory: Recordings,
    platform: Platform,
) -> None:
    captions(platform, prepared, "一", by=editor)
    page = page_of(platform, prepared)
    browser.post(
        f"/desk/station/recordings/{prepared.id}/chapters",
        {"start": "00:04", "title": "亮点", "kind": "other"},
        page=page,
    )
    with platform.session() as session:
        episode = session.get_one(Recording, prepared.id).episode_id
        second = recordings_factory.prepared(session.get_one(Episode, episode))
    assert "沿用上一版" in browser.get(page).text
    assert browser.post(f"/desk/station/recordings/{second.id}/carry-over", page=page).status_code == 303
    assert [cue["text"] for cue in cues(platform, second)] == ["一"]
    assert [cue["text"] for cue in cues(platform, prepared)] == ["一"]
    browser.get(page)
    assert "沿用上一版" not in browser.get(page).text


def report(
    platform: Platform, recording: Recording, network: str = "10.1.2.3", *, at: int | None = 3
) -> None:
    with platform.transaction() as session:
        recordings_reports.report(
            session, recording.id, trouble=Trouble.NO_SOUND, at_second=at, network=network, key=b"k" * 32
        )


def test_reports_of_viewers_are_counted_and_settled(
    browser: StrictClient, editor: Actor, prepared: Recording, platform: Platform
) -> None:
    report(platform, prepared, at=7)
    report(platform, prepared, network="2001:db8::1", at=99_999)
    page = page_of(platform, prepared)
    shown = browser.get(page).text
    assert "没有声音：2 次，最早在 00:07" in shown
    assert "2 次" in browser.get("/desk/station").text
    browser.post(f"/desk/station/recordings/{prepared.id}/reports/settle", page=page)
    assert "没有声音" not in browser.get(page).text
    with platform.session() as session:
        acts = session.scalars(select(AuditEntry.action)).all()
    assert "playback.settled" in acts


def test_one_network_reports_a_few_times_a_day_and_leaves_no_trace(
    platform: Platform, prepared: Recording
) -> None:
    for _ in range(recordings_reports.MOST_A_DAY):
        report(platform, prepared)
    with pytest.raises(TooMany):
        report(platform, prepared)
    report(platform, prepared, network="10.9.9.9")
    with platform.session() as session:
        rows = session.scalars(select(PlaybackReport)).all()
        said = " ".join(str(vars(row)) for row in rows)
    assert "10.1.2" not in said
    assert all(row.reported_at.minute == row.reported_at.second == 0 for row in rows)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        Retention()(platform)
    with platform.session() as session:
        assert {row.reporter for row in session.scalars(select(PlaybackReport))} == {None}


def test_a_hash_without_a_key_would_tell_the_network(platform: Platform) -> None:
    """The planted defect: a hash that anybody can recompute over all networks."""
    named = recordings_reports.reporter_of
    assert named("10.1.2.3", day="2026-11-23", key=b"a" * 32) != named(
        "10.1.2.3", day="2026-11-23", key=b"b" * 32
    )
    assert named("10.1.2.3", day="2026-11-23", key=b"a" * 32) != named(
        "10.1.2.3", day="2026-11-24", key=b"a" * 32
    )
    with pytest.raises(AssertionError):
        assert named("10.1.2.3", day="1", key=b"") != named("10.1.2.3", day="1", key=b"")
