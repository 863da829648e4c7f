"""Crafted files: each is refused with its reason, quickly, in little memory, without a call out or a look aside.

Every file meets the library as a whole, and once more ffprobe alone behind the guard but without walls and without
the look at its first bytes: each line of defence holds by itself.
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from episodes import (
    ErrorCode,
    MediaError,
    Policy,
    Refused,
    SandboxKind,
    Settings,
    prepare,
    probe,
    runner,
)
from episodes.commands import asking
from episodes.probe import report_of
from episodes.runner import Finished
from tests.media import crafted
from tests.media.conftest import Maker
from tests.media.watching import Counted, connections, gone, openings_of, programs_about

ATTACKS = Path(__file__).parent / "attacks"
MOST_SECONDS = 5.0
MOST_MEMORY = 256 * 1024 * 1024

OUTCOMES = {
    "01_hls_local_file.mp4": ErrorCode.NOT_A_RECORDING,
    "05_hls_selfref.m3u8": ErrorCode.NOT_A_RECORDING,
    "06_ffconcat_sibling.mp4": ErrorCode.NOT_A_RECORDING,
    "10_svg_bomb.svg": ErrorCode.NOT_A_RECORDING,
    "11_png_bomb.png": ErrorCode.NOT_A_RECORDING,
    "13_huge_dims.mp4": ErrorCode.PICTURE_TOO_LARGE,
    "14_time_gap_10days.mp4": ErrorCode.TOO_LONG,
    "16_900_streams.mkv": ErrorCode.TOO_MANY_STREAMS,
    "19_html_polyglot.mp4": ErrorCode.NOT_A_RECORDING,
    "20_truncated.mp4": ErrorCode.INCOMPLETE,
    "22_zip_as.mp4": ErrorCode.NOT_A_RECORDING,
    "23_empty.mp4": ErrorCode.EMPTY_FILE,
    "30_hls_calls_out.m3u8": ErrorCode.NOT_A_RECORDING,
    "31_concat_calls_out.mp4": ErrorCode.NOT_A_RECORDING,
    "32_dash_calls_out.mp4": ErrorCode.NOT_A_RECORDING,
    "33_session_description.mp4": ErrorCode.NOT_A_RECORDING,
    "34_concat_behind_a_box.mp4": ErrorCode.INCOMPLETE,
    "35_other_file_by_reference.mov": ErrorCode.TOO_SHORT,
    "36_box_without_end.mp4": ErrorCode.INCOMPLETE,
    "37_nested_boxes.mp4": ErrorCode.DAMAGED,
    "38_sound_only.mkv": ErrorCode.NO_PICTURE,
    "39_nothing_but_sync.ts": ErrorCode.DAMAGED,
}


@pytest.fixture
def canary() -> object:
    with connections() as counted:
        yield counted


@pytest.fixture
def dangerous(tmp_path: Path, canary: Counted) -> Path:
    """A folder as it might be at a station's: somebody else's recording beside the crafted ones."""
    folder = tmp_path / "uploads"
    shutil.copytree(ATTACKS, folder)
    crafted.write_all(folder, canary.address)
    return folder


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[Finished]:
    """Every program that is run, with its cost."""
    runs: list[Finished] = []
    run = runner.run

    def noting(*words: object, **named: object) -> Finished:
        runs.append(run(*words, **named))  # type: ignore[arg-type]
        return runs[-1]

    monkeypatch.setattr(runner, "run", noting)
    return runs


def outcome(work: Callable[[], object]) -> ErrorCode | None:
    """The reason of the refusal, within the time that is granted; None when it was taken."""
    started = time.monotonic()
    try:
        work()
    except Refused as refusal:
        return refusal.code
    finally:
        assert time.monotonic() - started < MOST_SECONDS
    return None


def test_every_crafted_file_of_the_manifest_has_its_outcome_here() -> None:
    listed = {entry["file"] for entry in json.loads((ATTACKS / "manifest.json").read_text())}
    assert listed <= set(OUTCOMES)
    on_disk = {path.name for path in ATTACKS.iterdir()} - {"manifest.json", "victim.mp4"}
    assert on_disk | {"16_900_streams.mkv"} == listed


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_crafted_file_is_refused_with_its_reason_and_touches_nothing_else(
    dangerous: Path, canary: Counted, measured: list[Finished], name: str
) -> None:
    with openings_of(dangerous / "victim.mp4") as looks:
        assert outcome(lambda: probe(dangerous / name)) is OUTCOMES[name]
        assert outcome(lambda: prepare(dangerous / name, dangerous / "made")) is OUTCOMES[name]
    assert all(finished.peak_bytes < MOST_MEMORY for finished in measured)
    assert looks.times == 0
    assert canary.times == 0
    assert not (dangerous / "made").exists()
    assert not [path.name for path in dangerous.iterdir() if path.name.startswith(".")]
    assert not programs_about(dangerous)


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_guard_holds_without_walls_and_without_the_look_at_the_first_bytes(
    dangerous: Path, canary: Counted, measured: list[Finished], name: str
) -> None:
    with openings_of(dangerous / "victim.mp4") as looks:
        outcome(lambda: report_of(dangerous / name, Settings(), kind=SandboxKind.NONE))
    assert all(finished.peak_bytes < MOST_MEMORY for finished in measured)
    assert measured
    assert looks.times == 0
    assert canary.times == 0


@pytest.mark.parametrize("name", ["35_other_file_by_reference.mov", "14_time_gap_10days.mp4"])
def test_what_passes_a_lax_policy_still_reaches_nobody_and_comes_to_an_end(
    dangerous: Path, canary: Counted, name: str
) -> None:
    lax = Policy(shortest_seconds=0.1, longest_seconds=1e7, lowest_rate=0, smallest_edge=2)
    settings = Settings(
        policy=lax, sandbox=SandboxKind.NONE, deadline_floor=3, deadline_factor=0, reserve_bytes=0
    )
    with openings_of(dangerous / "victim.mp4") as looks:
        try:
            prepare(dangerous / name, dangerous / "made", settings)
        except MediaError:
            assert not (dangerous / "made").exists()
    assert looks.times == 0
    assert canary.times == 0
    assert gone(dangerous)


def test_without_the_guard_the_look_aside_is_noticed(
    dangerous: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: guard and walls switched off, and somebody else's recording is read."""
    monkeypatch.setattr(asking, "guard", lambda _: {})
    with openings_of(dangerous / "victim.mp4") as looks:
        report = report_of(dangerous / "06_ffconcat_sibling.mp4", Settings(), kind=SandboxKind.NONE)
    assert report["streams"]
    assert looks.times > 0


def test_without_the_guard_the_call_out_is_noticed_and_walls_alone_stop_it(
    dangerous: Path, canary: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a guard that lets everything through; the walls are what is left."""
    monkeypatch.setattr(asking, "guard", lambda _: {"protocol_whitelist": "file,http,tcp"})
    hasty = Settings(probe_deadline=2)
    for kind in (SandboxKind.BWRAP, SandboxKind.UNSHARE):
        if runner.sandbox_works(kind):
            with pytest.raises(MediaError):
                report_of(dangerous / "30_hls_calls_out.m3u8", hasty, kind=kind)
    assert canary.times == 0
    with pytest.raises(MediaError):
        report_of(dangerous / "30_hls_calls_out.m3u8", hasty, kind=SandboxKind.NONE)
    assert canary.times > 0


def test_behind_bwrap_a_sibling_cannot_be_read_even_without_the_guard(
    dangerous: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not runner.sandbox_works(SandboxKind.BWRAP):
        pytest.skip("bwrap does not work here")
    monkeypatch.setattr(asking, "guard", lambda _: {})
    with openings_of(dangerous / "victim.mp4") as looks, pytest.raises(MediaError):
        report_of(dangerous / "06_ffconcat_sibling.mp4", Settings(), kind=SandboxKind.BWRAP)
    assert looks.times == 0


@pytest.mark.parametrize("seed", range(6))
def test_a_recording_with_flipped_bits_is_taken_or_refused_but_never_breaks_anything(
    clips: Maker, quick: Settings, tmp_path: Path, seed: int
) -> None:
    content = bytearray(clips("tiny.mp4").read_bytes())
    for at in range(20):
        place = (seed * 7919 + at * 104729) % len(content)
        content[place] ^= 1 << (at % 8)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    try:
        made = prepare(broken, tmp_path / "made", replace(quick, deadline_floor=20))
    except Refused:
        assert not (tmp_path / "made").exists()
    else:
        assert made.files
    assert {path.name for path in tmp_path.iterdir()} <= {"broken.mp4", "made"}


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.97])
@pytest.mark.parametrize("name", ["progressive.mp4", "odd.mkv", "transport.ts"])
def test_a_recording_that_was_cut_off_is_refused_or_shorter_but_not_a_failure(
    clips: Maker, quick: Settings, tmp_path: Path, name: str, kept: float
) -> None:
    content = clips(name).read_bytes()
    cut = tmp_path / name
    cut.write_bytes(content[: int(len(content) * kept)])
    code = outcome(lambda: prepare(cut, tmp_path / "made", quick))
    if name != "transport.ts":
        assert code is ErrorCode.INCOMPLETE
    assert code in {None, ErrorCode.INCOMPLETE, ErrorCode.TOO_SHORT, ErrorCode.DAMAGED, ErrorCode.FRAME_COUNT}
