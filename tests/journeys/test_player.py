"""The player really plays, under the one strict policy, and not before it is asked to."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser, Page, expect

import episodes
from evalapp.web import access, styles
from tests.support import sheet
from tests.support.web_server import Watcher, chromium, serving, until

TRACK = {"src": "/media/captions.vtt", "lang": "zh", "label": "中文字幕"}
# As a recording with captions is served: they stand in the playlist for other players, and in the page for ours.
MASTER = (
    "#EXTM3U\n"
    '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="subtitles",NAME="中文",LANGUAGE="zh",DEFAULT=YES,AUTOSELECT=YES,URI="captions.m3u8"\n'
    '#EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS="avc1.640014,mp4a.40.2",SUBTITLES="subtitles"\nstream.m3u8\n'
)
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:30.000\n今年计划改造 46 个小区。\n"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of a test card as an HLS stream and as one file, with captions."""
    folder = tmp_path_factory.mktemp("clip")
    picture = ["-f", "lavfi", "-i", "testsrc=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=frequency=440"]
    coding = [
        "-t",
        "20",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        "50",
        "-c:a",
        "aac",
    ]
    start = ["ffmpeg", "-nostdin", "-loglevel", "error"]
    subprocess.run(
        [*start, *picture, *coding, "-movflags", "+faststart", "whole.mp4"], cwd=folder, check=True
    )
    hls = ["-c", "copy", "-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod", "stream.m3u8"]
    subprocess.run([*start, "-i", "whole.mp4", *hls], cwd=folder, check=True)
    (folder / "captions.vtt").write_text(CAPTIONS, encoding="utf-8")
    (folder / "captions.m3u8").write_text(episodes.subtitles_playlist("captions.vtt", 20))
    (folder / "master.m3u8").write_text(MASTER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def site(clip: Path) -> Iterator[str]:
    app: Flask = sheet.sheet_app()

    @app.get("/media/<path:name>")
    @access.public
    def media(name: str) -> Response:
        types = {".m3u8": "application/vnd.apple.mpegurl", ".vtt": "text/vtt", ".m4s": "video/iso.segment"}
        return send_from_directory(clip, name, mimetype=types.get(Path(name).suffix), conditional=True)

    with serving(app) as address:
        yield address


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(chrome: Browser) -> Iterator[Page]:
    context = chrome.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.fixture(autouse=True)
def media_of_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = sheet.values

    def with_media() -> dict[str, object]:
        media = {
            "progressive": "/media/whole.mp4",
            "hls": "/media/master.m3u8",
            "tracks": [TRACK],
        }
        return shown() | {"media": shown()["media"] | media}

    monkeypatch.setattr(sheet, "values", with_media)


def press_play(page: Page, site: str) -> None:
    page.goto(f"{site}/public")
    page.locator("[data-player-start]").click()
    until(page, "document.querySelector('video').currentTime > 13")


def test_the_video_plays_with_captions_under_the_policy(page: Page, site: str) -> None:
    watcher = Watcher(page.context)
    watcher._watch(page)
    press_play(page, site)
    seen = page.evaluate(
        """() => { const video = document.querySelector("video"); return {
             frames: video.getVideoPlaybackQuality().totalVideoFrames, stream: video.currentSrc.slice(0, 5),
             caption: [...video.textTracks].find((one) => one.kind === "captions").activeCues[0].text,
             tracks: [...video.textTracks].map((one) => one.kind).filter((kind) => kind !== "metadata"),
             mode: [...video.textTracks].find((one) => one.kind === "captions").mode } }"""
    )
    assert seen["frames"] > 0
    assert seen["stream"] == "blob:", "the adaptive stream plays, not the file beneath it"
    assert seen["caption"] == "今年计划改造 46 个小区。"
    assert seen["mode"] == "showing"
    assert seen["tracks"].count("captions") + seen["tracks"].count("subtitles") == 1, "each language once"
    expect(page.locator("media-play-button")).to_have_attribute("aria-label", "暂停")
    assert watcher.faults == []


def test_player_libraries_are_not_loaded_before_play(page: Page, site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site}/public")
    page.wait_for_load_state("networkidle")
    assert not [
        url for url in asked if "media-chrome" in url or "hls" in url or ".mp4" in url or ".m3u8" in url
    ]


def test_a_chapter_and_a_line_of_the_transcript_move_the_video(page: Page, site: str) -> None:
    page.goto(f"{site}/public")
    page.locator("[data-chapters] a").first.click()
    until(page, "document.querySelector('video').currentTime > 0.3")
    assert page.evaluate("document.querySelector('video').currentTime") < 10
    expect(page.locator("[data-chapters] a").first).to_have_attribute("aria-current", "true")


def test_a_mark_of_a_comment_stands_on_the_bar_and_moves_the_video(page: Page, site: str) -> None:
    press_play(page, site)
    mark, bar = page.locator("[data-player-marks] rect").last, page.locator("media-time-range")
    label = page.locator("[data-player-marks]").get_attribute("aria-label")
    assert label is not None
    assert "3 条留言" in label
    at, track = mark.bounding_box(), bar.bounding_box()
    assert at is not None
    assert track is not None
    assert abs((at["x"] - track["x"]) / track["width"] - 0.8) < 0.05, "four fifths along, as its moment"
    assert abs(at["y"] + at["height"] - track["y"]) < 24, "at the bar"
    mark.click()
    until(page, "document.querySelector('video').currentTime >= 16")
    assert page.evaluate("document.querySelector('video').currentTime") < 18


def test_in_the_plain_version_captions_stand_below_the_picture(page: Page, site: str) -> None:
    page.context.add_cookies([{"name": "care", "value": "1", "url": site}])
    page.goto(f"{site}/public")
    play, line = page.locator("[data-plain-play]"), page.locator("[data-player-line]")
    play.focus()
    page.keyboard.press("Enter")
    expect(line).to_have_text("今年计划改造 46 个小区。")
    assert page.evaluate(
        "[...document.querySelector('video').textTracks].every((one) => one.mode !== 'showing')"
    ), "no captions lie on the picture"
    expect(play).to_have_text("暂停")
    expect(play).to_be_focused()
    page.locator("[data-plain-captions]").click()
    expect(line).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video').paused")
    expect(play).to_have_text("播放")


def test_it_plays_without_script(chrome: Browser, site: str) -> None:
    context = chrome.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/public")
    video = page.locator("video")
    assert video.get_attribute("controls") is not None
    assert page.locator("[data-player-start]").is_hidden()
    assert page.locator("video source").get_attribute("src") == "/media/whole.mp4#t=12"
    context.close()


def test_a_missing_style_hash_is_noticed(page: Page, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the policy of a media-chrome that is newer than the list of its styles."""
    monkeypatch.setattr(styles, "player_hashes", lambda: ())
    watcher = Watcher(page.context)
    watcher._watch(page)
    press_play(page, site)
    assert watcher.violations


def test_the_transcript_finds_words(page: Page, site: str) -> None:
    page.goto(f"{site}/public")
    page.locator("#transcript-search").fill("电梯")
    expect(page.locator("[data-transcript-found]")).to_have_text("找到 1 处")
    expect(page.locator("[data-transcript] mark")).to_have_text("电梯")
    page.locator("#transcript-search").fill("没有的词")
    expect(page.locator("[data-transcript-found]")).to_have_text("没有找到，换个词试试")
