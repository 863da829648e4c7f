"""The only module of this library that starts programs: shut in, limited, watched, and gone when told to.

Every program has a session of its own, so that its whole group is killed at once; its log goes to a file without a
name, of which the last 8 KiB are kept; what it says on its output arrives line by line while it works.
"""

import contextlib
import fcntl
import os
import re
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from episodes.errors import Cancelled, ErrorCode, Failed
from episodes.sandbox import Limits, Place, enclosed
from episodes.settings import MEBIBYTE, SandboxKind, Settings

LOG_BYTES = 8 * 1024
LONGEST_LINE = 64 * 1024
TICK_SECONDS = 0.1
ASK_SECONDS = 0.5
"""Between two questions whether to stop: the answer may come from a database."""
LONGEST_LOG = 1024 * 1024
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TRIAL_LIMITS = Limits(memory=1024 * MEBIBYTE, cpu_seconds=5, file_bytes=MEBIBYTE)

_WORKING: set[SandboxKind] = set()

Watch = Callable[[str | None], None]
"""Gets each line of output, and None about ten times a second in between."""


def never() -> bool:
    return False


def nothing() -> None:
    """Nobody waits for a sign of life."""


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a program ended."""

    code: int
    log: str
    cpu_seconds: float
    peak_bytes: int
    wall_seconds: float


@dataclass(kw_only=True)
class _Meter:
    """Processor time and memory of a program behind walls, which the kernel does not add up for us."""

    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    _ticks: int = field(default_factory=lambda: os.sysconf("SC_CLK_TCK"))

    def read(self, pid: int) -> None:
        cpu = 0.0
        for process in _family(pid):
            try:
                stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
                status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            times = stat.rpartition(")")[2].split()
            cpu += (int(times[11]) + int(times[12])) / self._ticks
            peak = re.search(r"VmHWM:\s*(\d+) kB", status)
            self.peak_bytes = max(self.peak_bytes, int(peak[1]) * 1024 if peak else 0)
        self.cpu_seconds = max(self.cpu_seconds, cpu)


def run(
    program: Path,
    arguments: list[str],
    *,
    settings: Settings,
    kind: SandboxKind,
    place: Place,
    limits: Limits,
    deadline: float,
    watch: Watch | None = None,
    cancelled: Callable[[], bool] = never,
) -> Finished:
    """Run to the end; Failed at the deadline, Cancelled when told so, with nothing left running either way."""
    command = enclosed(kind, place, limits, program=program, arguments=arguments, niceness=settings.niceness)
    started = time.monotonic()
    with tempfile.TemporaryFile(buffering=0) as log:
        # The program writes at the end, wherever that is, so that the log can be cut while it grows.
        fcntl.fcntl(log, fcntl.F_SETFL, fcntl.fcntl(log, fcntl.F_GETFL) | os.O_APPEND)
        process = subprocess.Popen(  # noqa: S603 - a list, never a shell; foreign text is only ever a file name
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=place.folder if kind is not SandboxKind.BWRAP else None,
            env={"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "HOME": "/nonexistent"},
            start_new_session=True,
        )
        supervision = _Supervision(
            pid=process.pid, log=log, watch=watch, cancelled=cancelled, ends_at=started + deadline
        )
        try:
            _follow(process, supervision)
        finally:
            _end(process)
        tail = _tail(log)
    return Finished(
        code=process.returncode,
        log=tail,
        cpu_seconds=supervision.meter.cpu_seconds,
        peak_bytes=supervision.meter.peak_bytes,
        wall_seconds=time.monotonic() - started,
    )


def output_of(
    program: Path,
    arguments: list[str],
    *,
    settings: Settings,
    kind: SandboxKind,
    place: Place,
    limits: Limits,
    deadline: float,
    most_lines: int,
    tick: Callable[[], None] = nothing,
    cancelled: Callable[[], bool] = never,
) -> tuple[Finished, list[str]]:
    """The same for a program whose output is the answer; its lines beyond the limit end it."""
    lines: list[str] = []

    def collect(line: str | None) -> None:
        if line is None:
            tick()
        else:
            lines.append(line)
        if len(lines) > most_lines:
            raise Failed(ErrorCode.OUTPUT_TOO_LARGE)

    finished = run(
        program,
        arguments,
        settings=settings,
        kind=kind,
        place=place,
        limits=limits,
        deadline=deadline,
        watch=collect,
        cancelled=cancelled,
    )
    return finished, lines


def sandbox_works(kind: SandboxKind) -> bool:
    """Tried until it works once: a program that does nothing, shut in."""
    if kind in _WORKING:
        return True
    try:
        finished = run(
            Path("/usr/bin/true"),
            [],
            settings=Settings(niceness=0),
            kind=kind,
            place=Place(),
            limits=TRIAL_LIMITS,
            deadline=10,
        )
    except (OSError, Failed):
        return False
    if finished.code == 0:
        _WORKING.add(kind)
    return finished.code == 0


def choose_sandbox(settings: Settings) -> SandboxKind:
    """The one asked for, else the strongest that works; Failed where one is demanded and none works."""
    candidates = (settings.sandbox,) if settings.sandbox else (SandboxKind.BWRAP, SandboxKind.UNSHARE)
    for kind in candidates:
        if kind is not SandboxKind.NONE and sandbox_works(kind):
            return kind
    if settings.demand_sandbox or settings.sandbox in {SandboxKind.BWRAP, SandboxKind.UNSHARE}:
        raise Failed(ErrorCode.SANDBOX_MISSING)
    return SandboxKind.NONE


@dataclass(kw_only=True)
class _Supervision:
    """What is done again and again while a program runs."""

    pid: int
    log: IO[bytes]
    watch: Watch | None
    cancelled: Callable[[], bool]
    ends_at: float
    meter: _Meter = field(default_factory=_Meter)
    looked_at: float = 0.0
    asked_at: float = 0.0

    def go_round(self) -> None:
        """Measure and tell; raises Failed at the deadline and Cancelled when told so."""
        now = time.monotonic()
        if now - self.looked_at >= TICK_SECONDS:
            self.looked_at = now
            self.meter.read(self.pid)
            if self.watch is not None:
                self.watch(None)
        if now > self.ends_at:
            raise Failed(ErrorCode.DEADLINE, log=_tail(self.log))
        if now - self.asked_at >= ASK_SECONDS:
            self.asked_at = now
            _keep_short(self.log)
            if self.cancelled():
                raise Cancelled(log=_tail(self.log))


def _follow(process: subprocess.Popen[bytes], supervision: _Supervision) -> None:
    """Pass on its lines until it closes its output and is gone."""
    assert process.stdout is not None
    output = process.stdout.fileno()
    os.set_blocking(output, False)
    pending = b""
    ended = False
    with selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while not (ended and not selector.get_map()):
            # Asked before reading: what a program wrote before it ended is read in the same round.
            ended = ended or _has_ended(process.pid)
            if not selector.get_map():
                time.sleep(TICK_SECONDS / 10)
            elif selector.select(0 if ended else TICK_SECONDS):
                piece = os.read(output, LONGEST_LINE)
                pending = _pass_on(pending + piece, supervision.watch)
                if not piece:
                    selector.unregister(output)
            elif ended:
                selector.unregister(output)
            supervision.go_round()


def _pass_on(text: bytes, watch: Watch | None) -> bytes:
    """Hand over whole lines and keep the rest, unless it has grown beyond any line we know."""
    *lines, rest = text.split(b"\n")
    if watch is not None:
        for line in lines:
            watch(line.decode("utf-8", "replace"))
    return rest if len(rest) <= LONGEST_LINE else b""


def _has_ended(pid: int) -> bool:
    """Without taking its exit: until then its number, and so its group's, belongs to nobody else."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the group; behind bwrap the rest dies with its first process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _tail(log: IO[bytes]) -> str:
    size = log.seek(0, os.SEEK_END)
    log.seek(max(0, size - LOG_BYTES))
    return log.read().decode("utf-8", "replace")


def _keep_short(log: IO[bytes]) -> None:
    """A damaged file may be complained about without end: of a long log only the end is kept."""
    if os.fstat(log.fileno()).st_size > LONGEST_LOG:
        tail = _tail(log)
        log.truncate(0)
        log.write(tail.encode())


def _family(pid: int) -> list[int]:
    """A process and its descendants, as far as /proc tells."""
    found = [pid]
    for process in found:
        try:
            children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += [int(child) for child in children.split()]
    return found
