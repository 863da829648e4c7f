"""Doors to people's telephones: the port that an SMS gateway fills, and the outbox folder of development."""

import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from evalapp.core import clock
from evalapp.core.settings import Settings

_KEPT = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Message:
    """A letter or short message. `id` stays the same however often it is tried, so that a gateway can tell."""

    id: str
    to: str
    kind: str
    text: str
    code: str | None = None


class SmsGateway(Protocol):
    """What a gateway must do. Entry points of the group `evalapp.sms_gateways` offer others by name."""

    def send(self, message: Message) -> None:
        """Hand the message over; raises `OSError` when it was certainly not taken."""


class OutboxGateway:
    """Writes each message as one JSON file; for development. Files older than a day are removed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        content = {
            "id": message.id,
            "to": message.to,
            "kind": message.kind,
            "text": message.text,
            "at": clock.now().isoformat(),
        }
        if message.code is not None:
            content["code"] = message.code
        aside = self.folder / f".{message.id}.{secrets.token_hex(4)}"
        aside.write_text(json.dumps(content, ensure_ascii=False))
        aside.replace(self.folder / f"{message.id}.json")

    def sweep(self) -> int:
        """Remove what is older than a day; return how many."""
        removed = 0
        limit = (clock.now() - _KEPT).isoformat()
        for path in self.folder.glob("*.json"):
            if json.loads(path.read_text())["at"] < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed


def open_gateway(settings: Settings) -> SmsGateway:
    """Return the gateway that the settings name; raises `LookupError` for an unknown one."""
    if settings.sms_gateway == "outbox":
        return OutboxGateway(settings.outbox_dir)
    for point in entry_points(group="evalapp.sms_gateways"):
        if point.name == settings.sms_gateway:
            gateway: SmsGateway = point.load()(settings)
            return gateway
    raise LookupError(f"no SMS gateway named {settings.sms_gateway!r} is installed")
