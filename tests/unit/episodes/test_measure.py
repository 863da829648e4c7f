"""What is measured before encoding, and what follows from it."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from episodes.ladder import ladder
from episodes.measure import PacketScan, fits_as_it_is, fraction_reader, loudness_from, needs_limiter
from episodes.results import Container, Recording
from episodes.settings import Settings
from tests.support.recordings import PICTURE, RECORDING, picture_of

SETTINGS = Settings()
LOG = """  Integrated loudness:
    I:         -31.2 LUFS
    Threshold: -41.3 LUFS

  True peak:
    Peak:       -4.1 dBFS
"""


def scan_of(frames: int = 1500, group: int = 100, size: int = 20_000, start: float = 0.08) -> PacketScan:
    scan = PacketScan()
    for at in range(frames):
        scan.read(f"{start + at / 25:.6f},0.040000,{size},{'K_' if at % group == 0 else '__'}")
    scan.finish()
    return scan


def is_copied(recording: Recording = RECORDING, scan: PacketScan | None = None) -> bool:
    rung = ladder(recording.picture, SETTINGS.ladder, rate=Fraction(25))[0]
    return fits_as_it_is(recording, scan or scan_of(), rung, frame_rate=Fraction(25), settings=SETTINGS)


def test_a_recording_that_already_is_what_would_be_made_of_it_is_taken_over() -> None:
    assert is_copied()


@pytest.mark.parametrize(
    "change",
    [
        {"codec": "hevc"},
        {"profile": "High 10"},
        {"level": 42},
        {"pixel_format": "yuv422p"},
        {"progressive": False},
        {"rotation": 90},
        {"square_pixels": False},
        {"nominal_rate": Fraction(50)},
        {"stored_width": 1921},
    ],
)
def test_any_other_picture_is_encoded(change: dict[str, object]) -> None:
    assert not is_copied(replace(RECORDING, picture=replace(PICTURE, **change)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "scan",
    [
        scan_of(group=101),
        scan_of(frames=1490),
        scan_of(size=40_000),
        scan_of(start=-0.04),
        scan_of(start=3.0),
        PacketScan(),
    ],
)
def test_packets_that_are_too_far_too_many_or_too_heavy_are_encoded(scan: PacketScan) -> None:
    if scan.packets == 1490:
        scan.last = 60.08
    assert not is_copied(scan=scan)


def test_a_source_larger_than_the_top_or_in_another_container_is_encoded() -> None:
    assert not is_copied(replace(RECORDING, picture=picture_of(2560, 1440)))
    assert not is_copied(replace(RECORDING, container=Container.MPEG_TS))


def test_a_burst_of_bytes_is_seen_although_the_average_is_low() -> None:
    scan = PacketScan()
    for at in range(1500):
        size = 100_000 if at < 100 else 5_000
        scan.read(f"{at / 25:.6f},0.040000,{size},{'K_' if at % 100 == 0 else '__'}")
    scan.finish()
    assert scan.bytes * 8 / scan.seconds < 5_500_000
    assert not is_copied(scan=scan)


def test_packets_without_time_and_broken_lines_do_no_harm() -> None:
    scan = PacketScan()
    for line in ("N/A,N/A,100,K_", "", "x", "0.000000,N/A,5,K_", "1.000000,0.040000,5,__", None):
        scan.read(line)
    scan.finish()
    assert (scan.packets, scan.unknown) == (3, 1)
    assert scan.seconds == pytest.approx(1.04)


def test_the_gain_leads_to_the_goal_and_says_when_a_peak_is_in_the_way() -> None:
    loudness = loudness_from(LOG, SETTINGS)
    assert (loudness.measured, loudness.peak, loudness.gain) == (-31.2, -4.1, 8.2)
    assert needs_limiter(loudness, SETTINGS)
    assert not needs_limiter(replace(loudness, gain=3.0), SETTINGS)


@pytest.mark.parametrize("level", ["-70.0", "-inf", "nan", "-56.0", "-23.05"])
def test_silence_and_what_is_right_already_are_left_alone(level: str) -> None:
    assert loudness_from(LOG.replace("-31.2", level), SETTINGS).gain == 0.0


def test_a_whisper_is_not_lifted_without_end() -> None:
    assert loudness_from(LOG.replace("-31.2", "-54.0"), SETTINGS).gain == 20.0


def test_progress_never_goes_back_and_is_told_also_in_pauses() -> None:
    told: list[float] = []
    read: Callable[[str | None], None] = fraction_reader(10.0, told.append)
    for line in ("out_time_us=2000000", None, "out_time_us=1000000", None, "out_time_us=N/A", None):
        read(line)
    for line in ("out_time_us=99000000", None):
        read(line)
    assert told == [0.2, 0.2, 0.2, 1.0]
