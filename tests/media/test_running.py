"""Programs are started shut in, limited, watched, and are gone when told to; the doctor says what is missing."""

import os
import subprocess
import sys
import time
import wave
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest
from PIL import Image, ImageDraw

from episodes import (
    ErrorCode,
    Failed,
    Refused,
    SandboxKind,
    Settings,
    Slide,
    check,
    chinese_font,
    prepare,
    probe,
    runner,
    slideshow,
)
from episodes.runner import Finished
from episodes.sandbox import Limits, Place
from tests.media.conftest import Maker
from tests.media.watching import gone

ROOT = Path(__file__).resolve().parents[2]
SHELL = Path("/usr/bin/sh")
LIMITS = Limits(memory=512 * 1024 * 1024, cpu_seconds=5, file_bytes=100_000)
WORKING = [kind for kind in SandboxKind if kind is SandboxKind.NONE or runner.sandbox_works(kind)]


def shell(
    script: str, kind: SandboxKind, place: Place | None = None, deadline: float = 10
) -> tuple[Finished, list[str]]:
    return runner.output_of(
        SHELL,
        ["-c", script],
        settings=Settings(niceness=0),
        kind=kind,
        place=place or Place(),
        limits=LIMITS,
        deadline=deadline,
        most_lines=1000,
    )


@pytest.mark.parametrize("kind", WORKING)
def test_output_arrives_in_lines_and_the_exit_is_told(kind: SandboxKind) -> None:
    finished, lines = shell("echo eins; echo zwei >&2; exit 7", kind)
    assert lines == ["eins"]
    assert finished.log == "zwei\n"
    assert finished.code == 7


@pytest.mark.parametrize("kind", WORKING)
def test_of_a_long_log_the_end_is_kept(kind: SandboxKind) -> None:
    finished, _ = shell("i=0; while [ $i -lt 3000 ]; do echo line $i >&2; i=$((i+1)); done", kind)
    assert len(finished.log) == 8192
    assert finished.log.endswith("line 2999\n")


def test_a_log_without_end_is_cut_while_it_grows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "LONGEST_LOG", 20_000)
    longest = [0]
    keep = runner._keep_short

    def noting(log: IO[bytes]) -> None:
        keep(log)
        longest[0] = max(longest[0], os.fstat(log.fileno()).st_size)

    monkeypatch.setattr(runner, "_keep_short", noting)
    script = "i=0; while [ $i -lt 300 ]; do printf '%0300d\\n' $i >&2; sleep 0.005; i=$((i+1)); done"
    finished, _ = shell(script, SandboxKind.NONE)
    assert finished.code == 0
    assert finished.log.endswith("0299\n")
    assert longest[0] <= 20_000


@pytest.mark.parametrize("kind", WORKING)
def test_at_the_deadline_the_whole_family_is_gone(kind: SandboxKind, tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(Failed) as failure:
        shell(f"sleep 60 & exec sh -c 'sleep 61; : {tmp_path}'", kind, deadline=0.5)
    assert failure.value.code is ErrorCode.DEADLINE
    assert time.monotonic() - started < 3
    assert gone(tmp_path)


@pytest.mark.parametrize("kind", WORKING)
def test_a_program_that_ends_does_not_leave_its_children(kind: SandboxKind, tmp_path: Path) -> None:
    finished, lines = shell(f"sh -c 'sleep 60; : {tmp_path}' & echo done", kind)
    assert lines == ["done"]
    assert finished.wall_seconds < 3
    assert gone(tmp_path)


@pytest.mark.parametrize("kind", WORKING)
def test_files_and_memory_have_an_end(kind: SandboxKind, tmp_path: Path) -> None:
    finished, _ = shell("head -c 200000 /dev/zero > big", kind, Place(folder=tmp_path))
    assert finished.code != 0
    assert (tmp_path / "big").stat().st_size <= 100_000
    finished, _ = shell("head -c 900000000 /dev/zero | tail -c 800000000 > /dev/null", kind)
    assert finished.code != 0


def test_behind_bwrap_only_the_recording_can_be_seen_and_only_the_folder_written(tmp_path: Path) -> None:
    if SandboxKind.BWRAP not in WORKING:
        pytest.skip("bwrap does not work here")
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "a.mp4").write_text("recording")
    (tmp_path / "in" / "secret").write_text("secret")
    place = Place(recording=tmp_path / "in" / "a.mp4", folder=tmp_path / "out")
    script = f"cat /in/recording; ls /in; ls {tmp_path} /home /etc/passwd; echo x > /in/recording; echo y > made; ls /proc"
    finished, lines = shell(script, SandboxKind.BWRAP, place)
    assert lines == ["recordingrecording"]
    assert finished.code != 0
    assert (tmp_path / "in" / "a.mp4").read_text() == "recording"
    assert (tmp_path / "out" / "made").read_text() == "y\n"


def test_a_demanded_sandbox_that_does_not_work_stops_everything(
    clips: Maker, quick: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "sandbox_works", lambda _: False)
    assert runner.choose_sandbox(quick) is SandboxKind.NONE
    with pytest.raises(Failed) as failure:
        probe(clips("tiny.mp4"), replace(quick, demand_sandbox=True))
    assert failure.value.code is ErrorCode.SANDBOX_MISSING


@pytest.mark.parametrize("kind", WORKING)
def test_every_sandbox_can_prepare(clips: Maker, quick: Settings, tmp_path: Path, kind: SandboxKind) -> None:
    made = prepare(clips("tiny.mp4"), tmp_path / "a folder, 期" / "made", replace(quick, sandbox=kind))
    assert made.sandbox == kind
    assert made.cost.cpu_seconds > 0


def test_the_doctor_finds_all_that_is_needed_here() -> None:
    findings = {finding.name: finding for finding in check()}
    assert [finding.sentence for finding in findings.values() if finding.needed and not finding.ok] == []
    assert {"sandbox", "ffmpeg", "ffprobe", "encoders", "filters", "muxers", "bsfs", "font"} <= set(findings)


def test_the_doctor_says_what_is_missing(tmp_path: Path) -> None:
    findings = {finding.name: finding for finding in check(Settings(ffmpeg=tmp_path / "none"))}
    assert not findings["ffmpeg"].ok
    assert "apt-get install ffmpeg" in findings["ffmpeg"].sentence
    poor = {finding.name: finding for finding in check(Settings(ffmpeg=Path("/usr/bin/true")))}
    assert not poor["ffmpeg"].ok
    assert "libx264" in poor["encoders"].sentence


def speech(path: Path, seconds: float, rate: int = 22_050) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(b"\x00\x10\x00\xf0" * int(seconds * rate / 2))
    return path


def slide(path: Path, colour: str) -> Path:
    picture = Image.new("RGB", (1280, 720), colour)
    ImageDraw.Draw(picture).rectangle((100, 100, 600, 300), fill="white")
    picture.save(path)
    return path


def test_slides_become_a_recording_with_exact_times(quick: Settings, tmp_path: Path) -> None:
    slides = [
        Slide(
            picture=slide(tmp_path / "a.png", "navy"),
            sounds=(speech(tmp_path / "a.wav", 0.73), speech(tmp_path / "b.wav", 0.51)),
        ),
        Slide(picture=slide(tmp_path / "b.png", "maroon"), seconds=1.51),
    ]
    filmed = slideshow(slides, tmp_path / "film.mp4", quick)
    first, second = filmed.shown
    assert first.spoken == ((400, 1129), (1529, 2039))
    assert first.end_ms == second.start_ms == 2440
    assert second.end_ms == 3960
    assert filmed.seconds == 3.96
    facts = probe(filmed.recording, quick)
    assert (facts.picture.width, facts.picture.height, facts.picture.frames) == (1280, 720, 99)
    assert facts.seconds == pytest.approx(filmed.seconds, abs=0.05)
    made = prepare(filmed.recording, tmp_path / "made", quick)
    assert [rung.copied for rung in made.rungs] == [True, False, False]
    words = [
        "ffmpeg",
        "-nostdin",
        "-i",
        str(filmed.recording),
        "-af",
        "silencedetect=noise=-40dB:d=0.2",
        "-f",
        "null",
        "-",
    ]
    log = subprocess.run(words, check=True, capture_output=True, text=True, timeout=30).stderr
    starts = [
        float(line.split("silence_end: ")[1].split()[0])
        for line in log.splitlines()
        if "silence_end: " in line
    ]
    assert starts[:2] == pytest.approx([0.4, 1.529], abs=0.03)


def test_slides_that_cannot_be_used_are_refused(quick: Settings, tmp_path: Path) -> None:
    picture = slide(tmp_path / "a.png", "navy")
    different = (speech(tmp_path / "a.wav", 0.2), speech(tmp_path / "b.wav", 0.2, rate=44_100))
    for slides in (
        [],
        [Slide(picture=picture, sounds=different)],
        [Slide(picture=tmp_path / "none.png", seconds=1)],
    ):
        with pytest.raises(Refused) as refusal:
            slideshow(slides, tmp_path / "film.mp4", quick)
        assert refusal.value.code is ErrorCode.SLIDES
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def command(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "episodes", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_on_the_command_line_a_refusal_is_one_plain_sentence(clips: Maker, tmp_path: Path) -> None:
    for words in (["probe"], ["prepare", str(tmp_path / "made")]):
        answer = command(words[0], str(clips("tiny.mp4")), *words[1:])
        assert answer.returncode == 1
        assert answer.stdout == ""
        assert answer.stderr.splitlines()[-1] == "录像只有 2.0 秒，至少要 10 秒。"
    assert command("probe", str(tmp_path / "none.mp4")).returncode == 1
    assert command("nonsense").returncode == 2


def test_on_the_command_line_a_recording_is_probed_and_prepared(clips: Maker, tmp_path: Path) -> None:
    facts = command("probe", str(clips("long.mp4")))
    assert facts.returncode == 0
    assert '"container": "mp4"' in facts.stdout
    made = command("prepare", str(clips("long.mp4")), str(tmp_path / "made"))
    assert made.returncode == 0
    assert "100.0%" in made.stderr
    assert (tmp_path / "made" / "master.m3u8").is_file()


def test_there_is_a_font_for_slides() -> None:
    assert chinese_font() is not None
    assert chinese_font(bold=True) is not None


def test_a_program_that_cannot_run_is_our_fault_not_the_recordings(clips: Maker, quick: Settings) -> None:
    with pytest.raises(Failed) as failure:
        probe(clips("tiny.mp4"), replace(quick, ffprobe=Path("/usr/bin/true")))
    assert failure.value.code is ErrorCode.TOOL_FAILED
