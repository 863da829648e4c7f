"""Files of players: by ranges, with their types, kept for good, and only of what may be seen by whoever asks."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from evalapp.accounts.rules import PERMISSIONS, Role
from evalapp.core import clock
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.programme.models import Airing, Channel, Episode, Recording
from evalapp.programme.queries import recordings as queries
from evalapp.programme.rules import recordings as rules
from evalapp.programme.rules.recordings import CaptionLanguage, ChapterKind
from evalapp.programme.services import recordings_captions
from tests.support.actors import Visitors
from tests.support.delivered import PreparedClip, Recordings
from tests.support.strict_client import StrictClient

SRT = "1\n00:00:01,000 --> 00:00:03,000\n后厨的摄像头，谁都能看。\n\n2\n00:00:04,000 --> 00:00:05,000\n<b>全区三千二百一十六家外卖店都接了</b>\n"


@pytest.fixture
def shown(recordings_factory: Recordings) -> Recording:
    return recordings_factory.prepared(recordings_factory.episode(opens_at=clock.now() - timedelta(hours=1)))


@pytest.fixture
def hidden(recordings_factory: Recordings) -> Recording:
    return recordings_factory.prepared(recordings_factory.episode())


def fetch(browser: StrictClient, path: str, **options: Any) -> TestResponse:
    """Get a whole answer, so that its file is closed."""
    return browser.client.get(path, buffered=True, **options)


def progressive(recording: Recording) -> str:
    return f"/media/{recording.token}/{recording.facts['progressive']}"


KEPT = "public, max-age=300, must-revalidate"


def test_every_file_comes_with_its_type_and_is_kept_for_minutes(
    browser: StrictClient, shown: Recording, prepared_clip: PreparedClip
) -> None:
    types = {
        ".m3u8": "application/vnd.apple.mpegurl",
        ".m4s": "video/iso.segment",
        ".mp4": "video/mp4",
        ".jpg": "image/jpeg",
        ".vtt": "text/vtt",
    }
    for file in shown.facts["files"]:
        answer = fetch(browser, f"/media/{shown.token}/{file['name']}")
        assert answer.status_code == 200
        assert answer.mimetype == types["." + file["name"].rsplit(".", 1)[1]]
        assert answer.data == (prepared_clip.folder / file["name"]).read_bytes()
        is_list_of_all = file["name"] == shown.facts["master"]  # captions may join it at any time
        assert answer.headers["Cache-Control"] == ("no-cache" if is_list_of_all else KEPT)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_ranges_are_answered(browser: StrictClient, shown: Recording, prepared_clip: PreparedClip) -> None:
    whole = (prepared_clip.folder / shown.facts["progressive"]).read_bytes()
    part = fetch(browser, progressive(shown), headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    last = fetch(browser, progressive(shown), headers={"Range": "bytes=-10"})
    assert (last.status_code, last.data) == (206, whole[-10:])
    beyond = fetch(browser, progressive(shown), headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    head = browser.client.head(progressive(shown), buffered=True)
    assert (head.status_code, head.content_length, head.headers["Accept-Ranges"]) == (
        200,
        len(whole),
        "bytes",
    )
    known = fetch(browser, progressive(shown), headers={"If-None-Match": head.headers["ETag"]})
    assert known.status_code == 304


@pytest.mark.parametrize(
    "asked",
    [
        "items=0-9",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "bytes=0-1, 5-6",
        "bytes=0-1,",
        "bytes 0-1",
        "bytes=0x1-2",
        "bytes=٣-٤",
        "bytes=0-" + "9" * 5_000,
        "seconds=1-2;bytes=0-1",
    ],
)
def test_a_range_that_is_none_to_us_gets_the_whole_file(
    browser: StrictClient, shown: Recording, prepared_clip: PreparedClip, asked: str
) -> None:
    """RFC 9110, 14.2: what is not understood is ignored."""
    whole = (prepared_clip.folder / shown.facts["progressive"]).read_bytes()
    answer = fetch(browser, progressive(shown), headers={"Range": asked.encode().decode("latin-1")})
    assert (answer.status_code, answer.data == whole) == (200, True)
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0", "bytes=999999999-9999999999"])
def test_a_range_behind_the_end_is_refused(browser: StrictClient, shown: Recording, asked: str) -> None:
    assert fetch(browser, progressive(shown), headers={"Range": asked}).status_code == 416


def test_a_range_is_asked_for_with_get_alone(browser: StrictClient, shown: Recording) -> None:
    head = browser.client.head(progressive(shown), headers={"Range": "bytes=0-1"}, buffered=True)
    assert head.status_code == 200


def test_what_a_cache_keeps_of_a_withdrawn_recording_is_gone_within_minutes(
    browser: StrictClient, shown: Recording, platform: Platform
) -> None:
    files = [f"/media/{shown.token}/{file['name']}" for file in shown.facts["files"]]
    kept = {path: fetch(browser, path).headers for path in files}
    for headers in kept.values():
        control = dict(part.strip().partition("=")[::2] for part in headers["Cache-Control"].split(","))
        assert "no-cache" in control or (int(control["max-age"]) <= 300 and "must-revalidate" in control)
        assert "immutable" not in control
        assert headers["ETag"]
    unchanged = {
        fetch(browser, path, headers={"If-None-Match": kept[path]["ETag"]}).status_code for path in files
    }
    assert unchanged == {304}
    with platform.transaction() as session:
        session.execute(text("UPDATE episodes SET withdrawn_at = created_at"))
    gone = {fetch(browser, path, headers={"If-None-Match": kept[path]["ETag"]}).status_code for path in files}
    assert gone == {404}


def caption(platform: Platform, recording: Recording, by: Actor, data: bytes) -> None:
    with platform.transaction() as session:
        recordings_captions.take_captions(
            session, recording.id, language=CaptionLanguage.CHINESE, data=data, original_name="a.srt", by=by
        )


def test_the_playlist_names_the_captions_of_now(
    browser: StrictClient, shown: Recording, platform: Platform, recordings_factory: Recordings
) -> None:
    by, master = recordings_factory.staff(), f"/media/{shown.token}/{shown.facts['master']}"
    bare = fetch(browser, master)
    assert "SUBTITLES" not in bare.text
    caption(platform, shown, by, SRT.encode())
    first = fetch(browser, master, headers={"If-None-Match": bare.headers["ETag"]})
    assert 'TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="中文",LANGUAGE="zh"' in first.text
    streams = [line for line in first.text.splitlines() if line.startswith("#EXT-X-STREAM-INF")]
    assert len(streams) == len(shown.facts["rungs"])
    assert all('SUBTITLES="subtitles"' in line for line in streams)
    assert words_behind(browser, shown, first.text).count("-->") == 2
    caption(platform, shown, by, "1\n00:00:01,000 --> 00:00:03,000\n改过的一句。\n".encode())
    later = fetch(browser, master)
    assert "改过的一句" in words_behind(browser, shown, later.text)
    assert "captions-zh-1.m3u8" not in later.text, "another wording has another address"
    assert fetch(browser, f"/media/{shown.token}/chapters-1.m3u8").status_code == 404


def words_behind(browser: StrictClient, recording: Recording, master: str) -> str:
    """What a player reads that follows the group of the master playlist."""
    listed = re.search(r'TYPE=SUBTITLES.*URI="([^"]+)"', master)
    assert listed is not None
    playlist = fetch(browser, f"/media/{recording.token}/{listed[1]}")
    assert playlist.mimetype == "application/vnd.apple.mpegurl"
    (name,) = [line for line in playlist.text.splitlines() if line and not line.startswith("#")]
    words = fetch(browser, f"/media/{recording.token}/{name}")
    assert words.mimetype == "text/vtt"
    return words.text


@pytest.mark.parametrize(
    "name",
    [
        "../../evalapp.sqlite3",
        "..%2F..%2Fkeys%2Fservice%2Fsession",
        "%2e%2e/%2e%2e/originals",
        "....//",
        "/etc/passwd",
        "nothing.mp4",
        "episodes.json",
        ".episodes",
        "progressive.mp4%00.jpg",
        "captions-xx-1.vtt",
        "captions-zh-1.vtt",
        "chapters-0.vtt",
    ],
)
def test_no_other_name_is_answered(browser: StrictClient, shown: Recording, name: str) -> None:
    assert fetch(browser, f"/media/{shown.token}/{name}").status_code == 404
    assert fetch(browser, f"/media/../originals/{shown.token}").status_code == 404


def test_a_name_that_is_only_joined_to_the_folder_would_leak(
    browser: StrictClient, shown: Recording, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: names are not looked up in the facts of the preparation."""
    monkeypatch.setattr(
        queries,
        "_file_of",
        lambda _session, recording, name: queries.WatchFile(
            name=f"{rules.watch_folder(recording.token)}/{name}"
        ),
    )
    secret = platform.settings.media_dir / "watch" / shown.token / "manifest-of-something"
    secret.write_text("not for you")
    with pytest.raises(AssertionError):
        test_no_other_name_is_answered(browser, shown, "manifest-of-something")


PREVIEWS = {role: 200 if role in {Role.OFFICE, Role.STATION} else 403 for role in Role}


def actor(role: Role) -> Actor:
    return Actor(kind=ActorKind.STAFF, name=role.value, permissions=PERMISSIONS[role])


@pytest.mark.parametrize("role", list(Role))
def test_before_it_is_on_air_the_station_and_the_office_look_at_it_and_nobody_else(
    browser: StrictClient, visitors: Visitors, hidden: Recording, role: Role
) -> None:
    visitors.are(staff=actor(role))
    assert fetch(browser, progressive(hidden)).status_code == 404
    answer = fetch(browser, f"/desk{progressive(hidden)}")
    assert answer.status_code == PREVIEWS[role]
    if answer.status_code == 200:
        assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize("role", list(Role))
def test_originals_go_to_the_station_alone_and_are_never_shown(
    browser: StrictClient, visitors: Visitors, recordings_factory: Recordings, platform: Platform, role: Role
) -> None:
    recording = recordings_factory.delivered(recordings_factory.episode())
    part = platform.settings.uploads_dir / f"{recording.id}.part"
    platform.storage.put(rules.original_name(recording.token), part)
    visitors.are(staff=actor(role))
    answer = fetch(browser, f"/desk/station/recordings/{recording.id}/original")
    assert answer.status_code == (200 if role is Role.STATION else 403)
    if role is Role.STATION:
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_signed_out_looks_ahead(browser: StrictClient, app: Flask, hidden: Recording) -> None:
    assert fetch(browser, f"/desk{progressive(hidden)}").status_code == 302
    assert fetch(browser, f"/desk/station/recordings/{hidden.id}/original").status_code == 302


def test_an_airing_that_has_begun_shows_it_and_withdrawing_hides_it(
    browser: StrictClient, platform: Platform, hidden: Recording
) -> None:
    starts = clock.now() + timedelta(hours=1)
    with platform.transaction() as session:
        channel = Channel(code="x", name="晴川综合", created_at=clock.now())
        session.add(channel)
        session.flush()
        session.add(
            Airing(
                episode_id=hidden.episode_id, channel_id=channel.id, starts_at=starts,
                ends_at=starts + timedelta(hours=1), created_at=clock.now(), changed_at=clock.now(),
            )
        )  # fmt: skip
    assert fetch(browser, progressive(hidden)).status_code == 404
    with time_machine.travel(starts + timedelta(seconds=1), tick=False):
        assert fetch(browser, progressive(hidden)).status_code == 200
        with platform.transaction() as session:
            session.execute(text("UPDATE episodes SET withdrawn_at = created_at"))
        assert fetch(browser, progressive(hidden)).status_code == 404


def test_a_replaced_version_stays_for_pages_that_are_open_and_then_goes(
    browser: StrictClient, shown: Recording, recordings_factory: Recordings, platform: Platform
) -> None:
    with platform.session() as session:
        episode = session.get_one(Episode, shown.episode_id)
    recordings_factory.prepared(episode)
    assert fetch(browser, progressive(shown)).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=7), tick=False):
        assert fetch(browser, progressive(shown)).status_code == 404


def test_captions_and_chapters_are_served_and_the_players_data_takes_one_statement_once_they_were_read(
    browser: StrictClient, shown: Recording, platform: Platform, recordings_factory: Recordings
) -> None:
    by = recordings_factory.staff()
    with platform.transaction() as session:
        recordings_captions.take_captions(
            session, shown.id, language=CaptionLanguage.CHINESE, data=SRT.encode("gbk"), original_name="a.srt", by=by
        )  # fmt: skip
        recordings_captions.take_captions(
            session, shown.id, language=CaptionLanguage.ENGLISH, data=b"WEBVTT\n\n00:01.000 --> 00:03.000\nHello\n",
            original_name="a.vtt", by=by,
        )  # fmt: skip
        recordings_captions.add_chapter(
            session, shown.id, start_ms=4000, title="明厨亮灶", kind=ChapterKind.HIGHLIGHT, by=by
        )
    statements: list[str] = []
    event.listen(platform.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    for most in (3, 1):
        with platform.session() as session:
            statements.clear()
            playback = queries.playback(session, shown.episode_id, language="en")
        assert len([said for said in statements if said.startswith("SELECT")]) == most
    assert playback is not None
    assert [(track.lang, track.label) for track in playback.tracks] == [("en", "英文"), ("zh", "中文")]
    assert [cue.text for cue in playback.opening.cues] == ["Hello"]
    assert [(mark.at, mark.clock, mark.kind) for mark in playback.marks] == [(4.0, "00:04", "亮点")]
    zh = fetch(browser, playback.tracks[1].src)
    assert zh.text.startswith("WEBVTT")
    assert "全区三千二百一十六家外卖店都接了" in zh.text
    assert "<b>" not in zh.text
    assert zh.headers["Cache-Control"] == KEPT
    assert "明厨亮灶" in fetch(browser, playback.chapters).text
    earlier = fetch(browser, playback.tracks[1].src.replace("-1.vtt", "-0.vtt"))
    assert earlier.headers["Cache-Control"] == "no-cache"
    for address in (playback.hls, playback.progressive, playback.poster, playback.card, playback.thumbnails):
        assert fetch(browser, address).status_code == 200


def test_a_change_of_chapters_or_captions_is_seen_by_who_has_read_them_before(
    shown: Recording, platform: Platform, recordings_factory: Recordings
) -> None:
    by = recordings_factory.staff()

    addresses: list[str] = []

    def seen() -> tuple[list[str], list[str], list[str]]:
        with platform.session() as session:
            found = queries.playback(session, shown.episode_id)
            assert found is not None
            whole = queries.transcript(session, found)
        addresses.extend(track.src for track in found.tracks)
        first = [cue.text for cue in found.opening.cues]
        return [mark.title for mark in found.marks], first, [cue.text for cue in whole]

    def say(text: str) -> None:
        with platform.transaction() as session:
            recordings_captions.take_captions(
                session, shown.id, language=CaptionLanguage.CHINESE, original_name="a.vtt", by=by,
                data=f"WEBVTT\n\n00:01.000 --> 00:03.000\n{text}\n".encode(),
            )  # fmt: skip

    assert seen() == ([], [], [])
    with platform.transaction() as session:
        chapter = recordings_captions.add_chapter(
            session, shown.id, start_ms=4000, title="明厨亮灶", kind=ChapterKind.HIGHLIGHT, by=by
        )
    say("从前")
    assert seen() == (["明厨亮灶"], ["从前"], ["从前"])
    with platform.transaction() as session:
        recordings_captions.edit_chapter(
            session, chapter.id, start_ms=4000, title="后厨直播", kind=ChapterKind.HIGHLIGHT, by=by
        )
    say("后来")
    assert seen() == (["后厨直播"], ["后来"], ["后来"])
    with platform.transaction() as session:
        recordings_captions.remove_chapter(session, chapter.id, by=by)
        recordings_captions.drop_captions(session, shown.id, language=CaptionLanguage.CHINESE, by=by)
    assert seen() == ([], [], [])
    say("又来")
    assert seen() == ([], ["又来"], ["又来"])
    assert len(set(addresses)) == len(addresses) == 3, "other words never come under an address that was kept"
