"""Recordings of every kind become the same kind of episode: even sizes, a sound, their own fractions, nothing else."""

import itertools
import json
import subprocess
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from episodes import Policy, Prepared, Progress, Settings, prepare, probe, verify
from tests.media.conftest import SECRET, Maker


def streams(path: Path) -> list[dict[str, Any]]:
    words = [
        "ffprobe",
        "-v",
        "error",
        "-count_frames",
        "-show_streams",
        "-show_format",
        "-of",
        "json",
        str(path),
    ]
    answer = subprocess.run(words, check=True, capture_output=True, timeout=30)
    return list(json.loads(answer.stdout)["streams"])


def decode(path: Path) -> None:
    """From the first to the last frame without a complaint."""
    words = ["ffmpeg", "-v", "error", "-nostdin", "-xerror", "-i", str(path), "-map", "0", "-f", "null", "-"]
    answer = subprocess.run(words, check=True, capture_output=True, timeout=30)
    assert answer.stderr == b""


def kind(path: Path, kind: str) -> dict[str, Any]:
    (found,) = (stream for stream in streams(path) if stream["codec_type"] == kind)
    return found


@pytest.mark.parametrize(
    ("name", "sizes", "rate", "frames"),
    [
        ("progressive.mp4", ["640x360", "426x240"], "25/1", 50),
        ("interlaced.mpg", ["768x576", "640x480", "320x240"], "25/1", 50),
        ("portrait.mp4", ["360x640", "240x426"], "25/1", 50),
        ("rotated.mp4", ["360x640", "240x426"], "25/1", 50),
        ("odd.mkv", ["320x240"], "25/1", 50),
        ("silent.mp4", ["320x240"], "25/1", 50),
        ("surround.mkv", ["320x240"], "25/1", 50),
        ("ntsc.mov", ["320x240"], "30000/1001", 60),
        ("tiny.mp4", ["160x160"], "25/1", 50),
        ("transport.ts", ["320x240"], "25/1", 50),
        ("fast.mp4", ["320x240"], "50/1", 100),
        ("late-sound.mkv", ["320x240"], "25/1", 50),
    ],
)
def test_every_kind_becomes_watchable(  # noqa: PLR0917 - four columns of the table above
    clips: Maker, quick: Settings, tmp_path: Path, name: str, sizes: list[str], rate: str, frames: int
) -> None:
    made = prepare(clips(name), tmp_path / "made", quick)
    assert [f"{rung.width}x{rung.height}" for rung in made.rungs] == sizes
    assert made.frame_rate == Fraction(rate)
    assert made.seconds == pytest.approx(2.0, abs=0.1)
    for rung in made.rungs:
        picture = kind(made.folder / rung.playlist, "video")
        assert f"{picture['width']}x{picture['height']}" == f"{rung.width}x{rung.height}"
        assert abs(int(picture["nb_read_frames"]) - frames) <= 1
        assert picture["avg_frame_rate"] == rate
        assert picture["sample_aspect_ratio"] == "1:1"
        assert picture.get("field_order", "progressive") == "progressive"
        assert picture["pix_fmt"] == "yuv420p"
    sound = kind(made.folder / made.progressive, "audio")
    assert (sound["channels"], sound["sample_rate"]) == (2, "48000")
    assert float(sound["duration"]) == pytest.approx(2.0, abs=0.1)
    decode(made.folder / made.progressive)
    decode(made.folder / made.master)


@pytest.fixture(scope="session")
def made(clips: Maker, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    settings = Settings(policy=Policy(shortest_seconds=1.0), reserve_bytes=0, niceness=0)
    return prepare(clips("progressive.mp4"), tmp_path_factory.mktemp("published") / "made", settings)


def test_everything_that_is_published_is_listed_with_size_and_type(made: Prepared) -> None:
    on_disk = {path.name: path.stat().st_size for path in made.folder.iterdir()}
    del on_disk["prepared.json"]
    assert {file.name: file.bytes for file in made.files} == on_disk
    assert made.file("v360.m4s").media_type == "video/iso.segment"
    assert made.file("master.m3u8").media_type == "application/vnd.apple.mpegurl"
    assert verify(made.folder) == made


@pytest.mark.parametrize("name", ["progressive.mp4", "fitting.mp4"])
def test_nothing_of_the_file_but_picture_and_sound_reaches_the_result(
    clips: Maker, quick: Settings, tmp_path: Path, name: str
) -> None:
    assert clips(name).read_bytes().count(SECRET.encode()) >= 3
    made = prepare(clips(name), tmp_path / "made", quick)
    assert made.rungs[0].copied is (name == "fitting.mp4")
    for file in made.files:
        assert SECRET.encode() not in (made.folder / file.name).read_bytes()


def test_the_plain_file_can_be_played_while_it_arrives(made: Prepared) -> None:
    head = (made.folder / made.progressive).read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_poster_card_and_preview_are_pictures_of_the_right_size(made: Prepared) -> None:
    for name, size in ((made.poster, (640, 360)), (made.card, (480, 270)), (made.preview.sheet, (160, 90))):
        with Image.open(made.folder / name) as picture:
            picture.load()
            assert picture.size == size
            assert not picture.getexif()
            assert any(low != high for low, high in picture.getextrema())
    assert "#xywh=0,0,160,90" in (made.folder / made.preview.cues).read_text()


def test_sizes_can_be_switched_at_every_segment(clips: Maker, quick: Settings, tmp_path: Path) -> None:
    made = prepare(clips("long.mp4"), tmp_path / "made", replace(quick, copy_fitting=False))
    cuts = []
    for rung in made.rungs:
        words = ["ffprobe", "-v", "error", "-select_streams", "v", "-skip_frame", "nokey", "-show_entries"]
        words += ["frame=pts_time", "-of", "csv=p=0", str(made.folder / rung.playlist)]
        answer = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30)
        cuts.append(answer.stdout.replace(",", "").split())
    assert len(cuts[0]) == 3
    assert all(cut == cuts[0] for cut in cuts)


def test_a_recording_that_fits_is_taken_over_and_the_others_are_cut_with_it(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    encoded = prepare(clips("long.mp4"), tmp_path / "first", replace(quick, copy_fitting=False))
    made = prepare(encoded.folder / encoded.progressive, tmp_path / "second", quick)
    assert [rung.copied for rung in made.rungs] == [True, False]
    playlists = [(made.folder / rung.playlist).read_text() for rung in made.rungs]
    lengths = [[line for line in text.splitlines() if line.startswith("#EXTINF")] for text in playlists]
    assert lengths[0] == lengths[1]
    assert made.seconds == pytest.approx(encoded.seconds, abs=0.05)
    decode(made.folder / made.progressive)
    decode(made.folder / made.master)


@pytest.mark.parametrize("name", ["loud.mkv", "surround.mkv"])
def test_the_result_is_as_loud_as_the_goal(clips: Maker, quick: Settings, tmp_path: Path, name: str) -> None:
    made = prepare(clips(name), tmp_path / "made", quick)
    words = ["ffmpeg", "-nostdin", "-nostats", "-i", str(made.folder / made.progressive)]
    words += ["-af", "ebur128=framelog=verbose:peak=true", "-f", "null", "-"]
    answer = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stderr
    measured = float(answer.rpartition("    I:")[2].split()[0])
    peak = float(answer.rpartition("    Peak:")[2].split()[0])
    assert measured == pytest.approx(-23.0, abs=0.5)
    assert peak <= -1.0 + 0.2


def test_a_sound_that_begins_late_stays_late(clips: Maker, quick: Settings, tmp_path: Path) -> None:
    made = prepare(clips("late-sound.mkv"), tmp_path / "made", quick)
    words = ["ffmpeg", "-nostdin", "-i", str(made.folder / made.progressive)]
    words += ["-af", "silencedetect=noise=-50dB:d=0.3", "-f", "null", "-"]
    answer = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stderr
    assert float(answer.partition("silence_end: ")[2].split()[0]) == pytest.approx(0.7, abs=0.05)


def test_a_broadcast_that_changes_size_and_sound_on_the_way_goes_on(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    made = prepare(clips("changing.ts"), tmp_path / "made", quick)
    assert made.seconds == pytest.approx(4.0, abs=0.1)
    assert abs(int(kind(made.folder / made.progressive, "video")["nb_read_frames"]) - 100) <= 2
    assert float(kind(made.folder / made.progressive, "audio")["duration"]) == pytest.approx(4.0, abs=0.1)


def test_progress_rises_to_the_end_and_is_never_older_than_two_seconds(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    told: list[tuple[float, Progress]] = []
    prepare(
        clips("long.mp4"),
        tmp_path / "made",
        quick,
        progress=lambda progress: told.append((time.monotonic(), progress)),
    )
    fractions = [progress.fraction for _, progress in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] == 1.0
    assert any(0.0 < fraction < 1.0 for fraction in fractions)
    assert all(after - before <= 2.0 for (before, _), (after, _) in itertools.pairwise(told))


def test_the_cost_is_told(made: Prepared) -> None:
    assert made.cost.cpu_seconds > 0.1
    assert 0 < made.cost.wall_seconds < 60
    assert 10_000_000 < made.cost.peak_bytes < 800 * 1024 * 1024
    assert made.sandbox in {"bwrap", "unshare", "none"}


def test_facts_are_told_without_preparing(clips: Maker, quick: Settings) -> None:
    facts = probe(clips("interlaced.mpg"), quick)
    assert facts.picture.interlaced
    assert (facts.picture.width, facts.picture.height) == (768, 576)
