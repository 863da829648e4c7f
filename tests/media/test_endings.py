"""However a preparation ends, nothing half-made is seen and nothing is left behind."""

import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from episodes import (
    Cancelled,
    ErrorCode,
    Failed,
    Progress,
    Settings,
    Stage,
    prepare,
    publishing,
    sweep,
    verify,
)
from tests.media.conftest import Maker
from tests.media.watching import gone

ROOT = Path(__file__).resolve().parents[2]
SLOW_WORK = """
import sys
from pathlib import Path
from episodes import Policy, Settings, prepare
settings = Settings(policy=Policy(shortest_seconds=1), preset="veryslow", copy_fitting=False, reserve_bytes=0)
print("begun", flush=True)
prepare(Path(sys.argv[1]), Path(sys.argv[2]), settings, progress=lambda told: print(told.stage.value, flush=True))
"""


def slow(quick: Settings) -> Settings:
    """Encodes long enough to be interrupted."""
    return replace(quick, preset="veryslow", copy_fitting=False)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("stage", ["begun", "probing", "encoding"])
def test_after_a_kill_nothing_lives_on_and_the_same_preparation_simply_runs_again(
    clips: Maker, quick: Settings, tmp_path: Path, stage: str
) -> None:
    source, target = clips("long.mp4"), tmp_path / "made"
    command = [sys.executable, "-c", SLOW_WORK, str(source), str(target)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as work:
        assert work.stdout is not None
        for line in work.stdout:
            if line.strip() == stage:
                break
        work.send_signal(signal.SIGKILL)
        work.wait()
    assert gone(tmp_path)
    assert not target.exists()
    made = prepare(source, target, quick)
    assert verify(target) == made
    assert names_in(tmp_path) == {"made"}


def test_leftovers_are_swept_on_request(tmp_path: Path) -> None:
    (tmp_path / ".made.episodes-0123").mkdir()
    (tmp_path / ".made.episodes-0123" / "v240.m4s").write_bytes(b"x")
    (tmp_path / ".other.episodes-0123").mkdir()
    assert sweep(tmp_path / "made") == 1
    assert names_in(tmp_path) == {".other.episodes-0123"}


def test_two_cannot_prepare_the_same_at_once(tmp_path: Path) -> None:
    with publishing.workshop(tmp_path / "made") as aside:
        assert aside.is_dir()
        with pytest.raises(Failed) as failure, publishing.workshop(tmp_path / "made"):
            pass
        assert failure.value.code is ErrorCode.BUSY
        assert aside.is_dir()
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("stage", [Stage.PROBING, Stage.ENCODING])
def test_cancelling_ends_everything_within_six_seconds(
    clips: Maker, quick: Settings, tmp_path: Path, stage: Stage
) -> None:
    reached = threading.Event()
    asked_at = [0.0]

    def progress(told: Progress) -> None:
        if told.stage is stage and not reached.is_set():
            asked_at[0] = time.monotonic()
            reached.set()

    with pytest.raises(Cancelled) as ending:
        prepare(
            clips("long.mp4"), tmp_path / "made", slow(quick), progress=progress, cancelled=reached.is_set
        )
    assert ending.value.code is ErrorCode.CANCELLED
    assert gone(tmp_path)
    assert time.monotonic() - asked_at[0] < 6.0
    assert names_in(tmp_path) == set()


def test_the_deadline_ends_everything_within_six_seconds(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    hurried = replace(slow(quick), deadline_floor=1.0, deadline_factor=0.0)
    started = time.monotonic()
    with pytest.raises(Failed) as failure:
        prepare(clips("long.mp4"), tmp_path / "made", hurried)
    assert failure.value.code is ErrorCode.DEADLINE
    assert gone(tmp_path)
    assert time.monotonic() - started < 1.0 + 6.0
    assert names_in(tmp_path) == set()


def test_an_error_in_the_callers_own_callback_leaves_nothing_behind(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    def progress(told: Progress) -> None:
        if told.stage is Stage.ENCODING:
            raise LookupError("the row is gone")

    with pytest.raises(LookupError):
        prepare(clips("long.mp4"), tmp_path / "made", slow(quick), progress=progress)
    assert gone(tmp_path)
    assert names_in(tmp_path) == set()


def test_a_full_disk_is_foreseen(clips: Maker, quick: Settings, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failure:
        prepare(clips("tiny.mp4"), tmp_path / "made", replace(quick, reserve_bytes=10**18))
    assert failure.value.code is ErrorCode.DISK_FULL
    assert names_in(tmp_path) == set()


def test_a_file_that_grows_too_large_ends_the_work(clips: Maker, quick: Settings, tmp_path: Path) -> None:
    with pytest.raises(Failed) as failure:
        prepare(clips("long.mp4"), tmp_path / "made", replace(quick, largest_output=20_000))
    assert failure.value.code is ErrorCode.OUTPUT_TOO_LARGE
    assert names_in(tmp_path) == set()


def test_preparing_anew_replaces_what_was_there_without_a_gap(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    target = tmp_path / "made"
    first = prepare(clips("tiny.mp4"), target, quick)
    seen_missing = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            try:
                verify(target)
            except Failed as failure:
                if not target.exists():
                    seen_missing.append(failure)
            time.sleep(0.001)

    reader = threading.Thread(target=look)
    reader.start()
    second = prepare(clips("silent.mp4"), target, quick)
    stop.set()
    reader.join()
    assert not seen_missing
    assert verify(target) == second
    assert first.source != second.source
    assert names_in(tmp_path) == {"made"}


@pytest.mark.parametrize(
    "name", ["v160.m4s", "v160.m3u8", "audio.m4s", "progressive.mp4", "poster.jpg", "prepared.json"]
)
def test_whatever_is_missing_or_cut_off_is_noticed(
    clips: Maker, quick: Settings, tmp_path: Path, name: str
) -> None:
    made = prepare(clips("tiny.mp4"), tmp_path / "made", quick)
    path = made.folder / name
    path.write_bytes(path.read_bytes()[:-1])
    if name != "prepared.json":
        with pytest.raises(Failed) as failure:
            verify(made.folder)
        assert failure.value.code is ErrorCode.RESULT_INCOMPLETE
    path.unlink()
    with pytest.raises(Failed):
        verify(made.folder)


def test_the_same_recording_gives_the_same_bytes(clips: Maker, quick: Settings, tmp_path: Path) -> None:
    one = prepare(clips("progressive.mp4"), tmp_path / "one", quick)
    two = prepare(clips("progressive.mp4"), tmp_path / "two", quick)
    assert [file.name for file in one.files] == [file.name for file in two.files]
    for file in one.files:
        assert (one.folder / file.name).read_bytes() == (two.folder / file.name).read_bytes()


def test_what_is_published_can_be_read_by_the_web_server(
    clips: Maker, quick: Settings, tmp_path: Path
) -> None:
    made = prepare(clips("tiny.mp4"), tmp_path / "made", quick)
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in (made.folder, *made.folder.iterdir()))
