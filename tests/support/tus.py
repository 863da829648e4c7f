"""A client of tus 1.0 for tests: every step by hand, so that each can go wrong."""

import base64
import hashlib
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

VERSION = {"Tus-Resumable": "1.0.0"}


class Tus:
    """Uploads to one episode as whoever the client is."""

    def __init__(self, client: FlaskClient, number: int, token: str) -> None:
        self.client = client
        self.endpoint = f"/desk/station/episodes/{number}/uploads"
        self.headers = {**VERSION, "X-CSRF-Token": token}

    def begin(self, size: int, name: str = "终版.mp4", **metadata: str) -> TestResponse:
        said = {"filename": name, **metadata}
        header = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
        return self.client.post(
            self.endpoint, headers=self.headers | {"Upload-Length": str(size), "Upload-Metadata": header}
        )

    def send(self, address: str, data: bytes, at: int, *, checksum: str = "", **options: Any) -> TestResponse:
        headers = self.headers | {"Upload-Offset": str(at), "Content-Type": "application/offset+octet-stream"}
        if checksum:
            headers["Upload-Checksum"] = checksum
        return self.client.patch(address, data=data, headers=headers, **options)

    def offset(self, address: str) -> int:
        return int(self.client.head(address, headers=VERSION).headers["Upload-Offset"])

    def end(self, address: str) -> TestResponse:
        return self.client.delete(address, headers=self.headers)


def sha256(data: bytes) -> str:
    """The checksum of a piece, as the protocol writes it."""
    return f"sha256 {base64.b64encode(hashlib.sha256(data).digest()).decode()}"
