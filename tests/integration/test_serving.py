"""One server a port and, on SQLite, one a folder: a second refuses with a sentence, and the next one after a kill does not.

Its processes end together, and the worker is replaced when it alone ends.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.conftest import DATABASES
from tests.support.accounts import phone
from tests.support.databases import new_postgres_database
from tests.support.process_server import ProcessServer, family, free_port

MOMENT = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ProcessServer]:
    made = ProcessServer(tmp_path / "var")
    made.command("init")
    yield made
    made.stop()


def serve(server: ProcessServer, port: int, *options: str) -> subprocess.CompletedProcess[str]:
    """`evalapp serve` as it ends when it refuses; one that goes on serving is an error of the test."""
    return subprocess.run(
        [sys.executable, "-m", "evalapp", "serve", "--port", str(port), *options],
        env=server.environment,
        capture_output=True,
        text=True,
        timeout=MOMENT,
        check=False,
    )


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith("Error: ")
    assert [word for word in words if word not in done.stderr] == []


def test_a_second_server_refuses_port_and_folder_and_commands_work_beside(
    server: ProcessServer, tmp_path: Path
) -> None:
    server.start()
    other = ProcessServer(tmp_path / "other")
    other.command("init")
    assert_refused(serve(other, server.port), str(server.port), "--port")
    assert_refused(serve(server, free_port()), str(server.data), "EVALAPP_DATA_DIR")
    assert server.command("comment", "list", "--json").strip() == "[]"
    server.wait_until_ready()


def test_a_port_of_any_other_program_is_refused(server: ProcessServer) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(serve(server, port), str(port), "in use")
    assert_refused(serve(server, free_port(), "--host", "no.such.host.invalid"), "no.such.host.invalid")
    assert_refused(serve(server, free_port(), "--host", "192.0.2.1"), "192.0.2.1")


def test_the_next_server_after_a_kill_starts_at_once(server: ProcessServer) -> None:
    for _ in range(3):
        server.start()
        server.kill()
    began = time.monotonic()
    server.start()
    assert time.monotonic() - began < MOMENT


def test_a_server_whose_main_process_alone_was_killed_is_followed_by_the_next(server: ProcessServer) -> None:
    """The web worker outlives it for a moment, and holds the port."""
    server.start()
    assert server.process is not None
    group = server.process.pid
    server.process.kill()
    server.process.wait()
    server.start()
    assert server.process.pid != group


def named(name: str, found: dict[int, str]) -> int:
    return next(pid for pid, shown in found.items() if shown == name)


def wait_until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + MOMENT
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.1)


def lives(pid: int) -> bool:
    """Whether it runs still; what has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_the_first(server: ProcessServer, number: int) -> None:
    server.start()
    assert server.process is not None
    found = family(server.process.pid)
    assert sorted(found.values()) == ["evalapp-keeper", "evalapp-web", "evalapp-worker"]
    os.kill(server.process.pid, number)
    assert server.process.wait(MOMENT) == (-number if number == signal.SIGKILL else 0)
    wait_until(lambda: not any(map(lives, found)))


def test_web_processes_are_followed_by_others_however_soon_they_end(server: ProcessServer) -> None:
    server.start("--no-worker")
    for _ in range(4):
        server.kill_web_worker()
    server.wait_until_ready()


def test_a_worker_that_ended_alone_is_replaced_and_does_what_is_due(server: ProcessServer) -> None:
    server.start()
    assert server.process is not None
    before = named("evalapp-worker", family(server.process.pid))
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: "evalapp-worker" in {n for p, n in family(server.process.pid).items() if p != before})
    request = Request(
        f"{server.url}/api/v1/sign-in/code",
        data=json.dumps({"phone": phone()}).encode(),
        headers={"Content-Type": "application/json"},
    )
    urlopen(request, timeout=MOMENT).close()
    assert server.code_for(phone(), seconds=MOMENT)


def test_a_process_that_follows_nobody_outlives_the_first(server: ProcessServer) -> None:
    """The planted defect: forks that do not end with the process that they were forked from."""
    server.module = "tests.support.careless_serving"
    server.start()
    assert server.process is not None
    found = family(server.process.pid)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(MOMENT)
    time.sleep(2)
    left = [pid for pid in found if lives(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left


@pytest.mark.skipif("postgresql" not in DATABASES, reason="asks for PostgreSQL")
def test_on_postgresql_two_servers_may_serve_one_folder(tmp_path: Path, postgres_server: str) -> None:
    with new_postgres_database(postgres_server) as url:
        one = ProcessServer(tmp_path / "var", database_url=url)
        two = ProcessServer(tmp_path / "var", database_url=url)
        one.command("init")
        try:
            one.start("--no-worker")
            two.start("--no-worker")
            assert_refused(serve(two, one.port), "in use")
        finally:
            one.stop()
            two.stop()


def test_a_shared_port_is_noticed(server: ProcessServer, tmp_path: Path) -> None:
    """The planted defect: a server that asks nobody shares the port without a word."""
    server.start()
    other = ProcessServer(tmp_path / "other")
    other.command("init")
    careless = (
        "from evalapp.operate import standing_alone; standing_alone.require_port = lambda *_: None; "
        f"from evalapp.cli import main; main(['serve', '--port', '{server.port}'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", careless], env=other.environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            assert f":{server.port}" in process.stderr.readline()
            time.sleep(2)
            assert process.poll() is None
        finally:
            process.terminate()
            process.wait(MOMENT)
