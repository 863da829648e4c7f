"""The words in front of a program: limits always, walls by kind."""

from pathlib import Path

from episodes.sandbox import Limits, Place, enclosed, recording_name
from episodes.settings import SandboxKind

LIMITS = Limits(memory=1000, cpu_seconds=5, file_bytes=2000)
PLACE = Place(recording=Path("/data/recordings/期 1.mp4"), folder=Path("/data/out"))


def command(kind: SandboxKind, place: Place = PLACE, program: str = "/usr/bin/ffmpeg") -> list[str]:
    return enclosed(kind, place, LIMITS, program=Path(program), arguments=["-version"], niceness=10)


def test_limits_stand_in_front_of_every_kind() -> None:
    for kind in SandboxKind:
        assert {"--as=1000", "--cpu=5", "--fsize=2000", "--core=0"} <= set(command(kind))


def test_behind_bwrap_there_is_no_network_one_recording_to_read_and_one_folder_to_write() -> None:
    words = command(SandboxKind.BWRAP)
    assert {"--unshare-all", "--die-with-parent", "--clearenv"} <= set(words)
    assert "--share-net" not in words
    assert [words[at + 2] for at, word in enumerate(words) if word == "--bind"] == ["/out"]
    at = words.index("/data/recordings/期 1.mp4")
    assert words[at - 1 : at + 2] == ["--ro-bind", "/data/recordings/期 1.mp4", "/in/recording"]
    assert not [
        word for word in words if word in {"/", "/home", "/root", "/data", "/etc", "/proc"} and word != "/"
    ]


def test_no_path_of_the_host_reaches_the_program_behind_bwrap() -> None:
    assert recording_name(SandboxKind.BWRAP, PLACE) == "/in/recording"
    assert recording_name(SandboxKind.NONE, PLACE) == "/data/recordings/期 1.mp4"


def test_a_program_from_elsewhere_is_brought_along() -> None:
    words = command(SandboxKind.BWRAP, program="/opt/wheels/ffmpeg-x")
    assert words[-2:] == ["/programs/ffmpeg-x", "-version"]
    assert words[words.index("/opt/wheels/ffmpeg-x") - 1 :][:3] == [
        "--ro-bind",
        "/opt/wheels/ffmpeg-x",
        "/programs/ffmpeg-x",
    ]


def test_without_bwrap_the_program_still_has_no_network_and_dies_with_its_parent() -> None:
    words = command(SandboxKind.UNSHARE)
    assert "--net" in words
    assert words[-5:] == ["--pdeathsig", "KILL", "--", "/usr/bin/ffmpeg", "-version"]
