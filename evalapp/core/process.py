"""Starts every program that is not ffmpeg, with limits and a deadline."""

import resource
import subprocess
from collections.abc import Sequence
from pathlib import Path


class ProgramError(Exception):
    """A program was missing, failed or took too long; carries the end of what it said."""


def run(
    command: Sequence[str],
    *,
    seconds: int = 60,
    memory_bytes: int = 1024**3,
    folder: Path | None = None,
    given: bytes = b"",
) -> bytes:
    """Run `command` without a shell, hand it `given` and return its standard output; raises `ProgramError`."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))

    try:
        done = subprocess.run(  # noqa: S603  arguments are made by the application, no shell reads them
            list(command),
            capture_output=True,
            check=True,
            timeout=seconds,
            cwd=folder,
            input=given,
            preexec_fn=limit,
        )
    except FileNotFoundError as error:
        raise ProgramError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"{command[0]} took longer than {seconds} s") from error
    except subprocess.CalledProcessError as error:
        raise ProgramError(f"{command[0]} failed: {error.stderr[-2000:].decode(errors='replace')}") from error
    return done.stdout
