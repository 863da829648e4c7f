"""What a process and its descendants use: processor time and memory, from /proc."""

import os
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """MiB of one process; `proportional` divides what it shares by those who share it, `private` leaves it out."""

    resident: float
    proportional: float
    private: float


def tree_cpu(pid: int) -> float:
    """User and system seconds of a process, its descendants, and the children that they have waited for."""
    used = 0.0
    for each in (pid, *descendants(pid)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        used += sum(int(fields[place]) for place in (11, 12, 13, 14)) / TICKS
    return used


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in path.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            found += [child, *descendants(child)]
    return found


def web_workers(pid: int) -> list[int]:
    """The processes below `evalapp serve` that answer requests."""
    return [each for each in descendants(pid) if Path(f"/proc/{each}/comm").read_text() == "evalapp-web\n"]


def memory(pid: int) -> Memory:
    """What a process holds now."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.MULTILINE)}
    private = sizes["Private_Clean"] + sizes["Private_Dirty"]
    return Memory(resident=sizes["Rss"], proportional=sizes["Pss"], private=private)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(port: int, *, seconds: float = 30) -> None:
    """Return when somebody listens; ends the run otherwise."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")
