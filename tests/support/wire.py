"""One browser on a real connection to the station's desk, which can be cut in the middle of a request."""

import http.client
import socket
import struct
import time

from evalapp.programme.models import Episode
from tests.support.tus import VERSION


class Wire:
    """Speaks tus by hand; whoever the application takes the visitor for."""

    def __init__(self, base: str, episode: Episode) -> None:
        self.host, self.port = base.removeprefix("http://").split(":")
        answer, body = self.ask("GET", f"/desk/station/episodes/{episode.number}", {})
        self.cookie = answer.getheader("Set-Cookie", "").split(";")[0]
        token = body.decode().split('name="csrf_token" value="')[1].split('"')[0]
        self.headers = {**VERSION, "X-CSRF-Token": token, "Cookie": self.cookie}

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes | None = None):
        connection = http.client.HTTPConnection(self.host, int(self.port), timeout=20)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return answer, read

    def offset(self, address: str) -> int:
        answer, _body = self.ask("HEAD", address, self.headers)
        return int(answer.getheader("Upload-Offset", "-1"))

    def piece(self, at: int) -> dict[str, str]:
        return self.headers | {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}

    def cut(self, address: str, data: bytes, at: int, after: int) -> None:
        """Announce all of `data`, send `after` bytes of it and tear the connection."""
        headers = self.piece(at) | {"Host": f"{self.host}:{self.port}", "Content-Length": str(len(data))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((self.host, int(self.port)), timeout=20) as wire:
            wire.sendall(f"PATCH {address} HTTP/1.1\r\n{lines}\r\n".encode() + data[:after])
            time.sleep(0.05)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
