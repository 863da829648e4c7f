"""One server a port and, on SQLite, one a folder: a second refuses with a sentence, and the next one after a kill does not."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.support.databases import new_postgres_database
from tests.support.process_server import ProcessServer, free_port

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
