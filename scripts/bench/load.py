"""Clients: keep-alive connections that send prepared requests one after another and note how long each took."""

import multiprocessing
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What a run of clients saw."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def p99(self) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _client(port: int, requests: Sequence[bytes], out: list[tuple[float, int]]) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        for request in requests:
            started = time.perf_counter()
            connection.sendall(request)
            status = int(reader.readline().split()[1])
            length = 0
            while (line := reader.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            reader.read(length)
            out.append((time.perf_counter() - started, status))


def _process(port: int, shares: Sequence[Sequence[bytes]], results: multiprocessing.Queue) -> None:
    outs: list[list[tuple[float, int]]] = [[] for _ in shares]
    threads = [
        threading.Thread(target=_client, args=(port, share, out))
        for share, out in zip(shares, outs, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put([pair for out in outs for pair in out])


def run(port: int, requests: Sequence[bytes], *, clients: int = 16, processes: int = 2) -> Outcome:
    """Send every request once, spread over the clients."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    shares = [requests[place::clients] for place in range(clients)]
    workers = [
        context.Process(target=_process, args=(port, shares[place::processes], results))
        for place in range(processes)
    ]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    pairs = [pair for _ in workers for pair in results.get()]
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    outcome = Outcome(seconds=seconds, latencies=[latency for latency, _ in pairs])
    for _, status in pairs:
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
    return outcome


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
