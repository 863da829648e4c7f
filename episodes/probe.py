"""Asking what a foreign file is: its bytes first, then ffprobe behind guard and walls, then the policy."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

from episodes import binaries, commands, runner
from episodes.containers import recognise
from episodes.errors import ErrorCode, Failed, MediaError, Refused
from episodes.policy import judge
from episodes.results import Recording
from episodes.runner import Finished, never, nothing
from episodes.sandbox import Limits, Place, recording_name
from episodes.settings import MEBIBYTE, SandboxKind, Settings

REPORT_LINES = 20_000
GIGABYTE = 1000**3

REASONS = (
    ("exceeds max_streams", ErrorCode.TOO_MANY_STREAMS),
    ("exceeds specified max pixel count", ErrorCode.PICTURE_TOO_LARGE),
    ("Picture size", ErrorCode.PICTURE_TOO_LARGE),
    ("not on whitelist", ErrorCode.UNSUPPORTED_FORMAT),
    ("moov atom not found", ErrorCode.INCOMPLETE),
)
OUR_OWN_FAULT = ("bwrap: ", "unshare: ", "setpriv: ", "error while loading shared libraries")


def probe(
    recording: Path,
    settings: Settings | None = None,
    *,
    tick: Callable[[], None] = nothing,
    cancelled: Callable[[], bool] = never,
) -> Recording:
    """The facts of a recording that may be prepared; Refused with a reason fit to show for any other file."""
    settings = settings or Settings()
    size = _size(recording, settings)
    recognise(recording)
    report = report_of(
        recording, settings, kind=runner.choose_sandbox(settings), tick=tick, cancelled=cancelled
    )
    return judge(report, size=size, policy=settings.policy)


def report_of(
    recording: Path,
    settings: Settings,
    *,
    kind: SandboxKind,
    tick: Callable[[], None] = nothing,
    cancelled: Callable[[], bool] = never,
) -> dict[str, object]:
    """What ffprobe says, guarded; Refused where it says that the file is none of ours."""
    place = Place(recording=recording)
    finished, lines = runner.output_of(
        binaries.find(settings).ffprobe,
        commands.report(recording_name(kind, place), settings),
        settings=settings,
        kind=kind,
        place=place,
        limits=probe_limits(settings),
        deadline=settings.probe_deadline,
        most_lines=REPORT_LINES,
        tick=tick,
        cancelled=cancelled,
    )
    if finished.code == 0 and not lines:
        raise Failed(ErrorCode.TOOL_FAILED, log=finished.log)
    try:
        report = json.loads("\n".join(lines) or "{}")
    except ValueError:
        report = {}
    if finished.code != 0 or not report.get("streams"):
        raise refusal(finished, settings)
    answer: dict[str, object] = report
    return answer


def probe_limits(settings: Settings) -> Limits:
    return Limits(memory=settings.probe_memory, cpu_seconds=settings.probe_cpu_seconds, file_bytes=MEBIBYTE)


def refusal(finished: Finished, settings: Settings) -> MediaError:
    """Why ffprobe would not: the reasons that we know in its log, else a damaged file, else our own fault."""
    if finished.code in {126, 127} or any(words in finished.log for words in OUR_OWN_FAULT):
        return Failed(ErrorCode.TOOL_FAILED, log=finished.log)
    most = {
        ErrorCode.TOO_MANY_STREAMS: settings.policy.most_streams,
        ErrorCode.PICTURE_TOO_LARGE: settings.policy.largest_edge,
    }
    for words, code in REASONS:
        if words in finished.log:
            return Refused(code, log=finished.log, **({"most": most[code]} if code in most else {}))
    return Refused(ErrorCode.DAMAGED, log=finished.log)


def _size(recording: Path, settings: Settings) -> int:
    """Of a plain file, neither empty nor beyond the limit."""
    facts = recording.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise Refused(ErrorCode.NOT_A_RECORDING)
    most = settings.policy.largest_bytes
    if facts.st_size > most:
        raise Refused(
            ErrorCode.TOO_LARGE, gigabytes=f"{facts.st_size / GIGABYTE:.1f}", most=f"{most / GIGABYTE:.1f}"
        )
    return facts.st_size
