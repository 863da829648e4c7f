"""How a program is shut in before it sees a foreign recording: the words in front of its command line.

Nothing is started here. Inside bwrap the recording has one fixed name and the output folder another, so that no
path of the host reaches the program.
"""

from dataclasses import dataclass
from pathlib import Path

from episodes.settings import SandboxKind

INSIDE_RECORDING = "/in/recording"
INSIDE_FOLDER = "/out"
INSIDE_PROGRAMS = "/programs"
SYSTEM_LINKS = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")
READ_ONLY = ("/usr", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
SEARCH_PATH = "/usr/bin:/bin"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What the kernel grants a program and everything it starts."""

    memory: int
    cpu_seconds: int
    file_bytes: int
    open_files: int = 256
    processes: int = 4096
    """Counted over all processes of this user, so wide."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a program may touch: one recording, read-only, and one folder, which is where it starts."""

    recording: Path | None = None
    folder: Path | None = None


def recording_name(kind: SandboxKind, place: Place) -> str:
    """What the program is told to open."""
    if place.recording is None:
        raise ValueError("this place has no recording")
    return INSIDE_RECORDING if kind is SandboxKind.BWRAP else str(place.recording.resolve())


def enclosed(
    kind: SandboxKind, place: Place, limits: Limits, *, program: Path, arguments: list[str], niceness: int = 0
) -> list[str]:
    """The whole command line: limits outside, walls next, the program innermost."""
    front = [
        *(["nice", "-n", str(niceness)] if niceness else []),
        "prlimit",
        f"--as={limits.memory}",
        f"--cpu={limits.cpu_seconds}",
        f"--fsize={limits.file_bytes}",
        f"--nofile={limits.open_files}",
        f"--nproc={limits.processes}",
        "--core=0",
        "--",
    ]
    if kind is SandboxKind.BWRAP:
        return [*front, *_bwrap(place, program), "--", _inside_name(program), *arguments]
    if kind is SandboxKind.UNSHARE:
        # A user namespace of its own works for root and for everybody else where the kernel allows it.
        front = ["unshare", "--user", "--map-root-user", "--net", "--ipc", "--uts", "--", *front]
    # The signal at the parent's death must be set behind unshare, which would take it away.
    return [*front, "setpriv", "--pdeathsig", "KILL", "--", str(program), *arguments]


def _bwrap(place: Place, program: Path) -> list[str]:
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv"]
    words += ["--setenv", "PATH", SEARCH_PATH, "--setenv", "LANG", "C.UTF-8"]
    for path in READ_ONLY:
        words += ["--ro-bind-try", path, path]
    for name in SYSTEM_LINKS:
        link = Path("/") / name
        if link.is_symlink():
            words += ["--symlink", str(link.readlink()), str(link)]
        elif link.is_dir():
            words += ["--ro-bind", str(link), str(link)]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    words += ["--tmpfs", "/tmp"]  # noqa: S108 - inside the sandbox it is empty and its own
    if not program.is_relative_to("/usr"):
        words += ["--ro-bind", str(program), _inside_name(program)]
    if place.recording is not None:
        words += ["--ro-bind", str(place.recording.resolve()), INSIDE_RECORDING]
    if place.folder is not None:
        words += ["--bind", str(place.folder.resolve()), INSIDE_FOLDER, "--chdir", INSIDE_FOLDER]
    else:
        words += ["--chdir", "/"]
    return words


def _inside_name(program: Path) -> str:
    return str(program) if program.is_relative_to("/usr") else f"{INSIDE_PROGRAMS}/{program.name}"
