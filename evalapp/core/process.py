"""Starts every program that is not ffmpeg, with limits and a deadline."""

import resource
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path


class ProgramError(Exception):
    """A program was missing, failed or took too long; carries the end of what it said."""


@cache
def walls() -> tuple[str, ...]:
    """The words before a command that shut its program off from the network and from other processes' talk.

    No words where the kernel does not let us; the limits of `run` hold anyway.
    """
    words = ("unshare", "--user", "--map-root-user", "--net", "--ipc", "--uts", "--")
    try:
        run([*words, "true"], seconds=5)
    except ProgramError:
        return ()
    return words


def run(
    command: Sequence[str],
    *,
    seconds: int = 60,
    memory_bytes: int = 1024**3,
    folder: Path | None = None,
    given: bytes = b"",
) -> bytes:
    """Run `command` without a shell, hand it `given` and return its standard output; raises `ProgramError`.

    The limits are set from outside once it runs and before it is handed anything: with code between fork and exec Python
    would copy its whole address space first, which takes longer than laying out a flowchart.
    """
    try:
        with subprocess.Popen(  # noqa: S603  arguments are made by the application, no shell reads them
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
        ) as program:
            try:
                _limit(program.pid, seconds=seconds, memory_bytes=memory_bytes)
                said, complaint = program.communicate(given, timeout=seconds)
            except BaseException:  # whatever ends us ends it, as in subprocess.run
                program.kill()
                raise
    except FileNotFoundError as error:
        raise ProgramError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{command[0]} took longer than {seconds} s") from error
    if program.returncode:
        raise ProgramError(f"{command[0]} failed: {complaint[-2000:].decode(errors='replace')}")
    return said


def _limit(pid: int, *, seconds: int, memory_bytes: int) -> None:
    with suppress(ProcessLookupError):  # it has ended already
        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
