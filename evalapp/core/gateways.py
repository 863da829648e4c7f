"""Doors to people's telephones: the port that an SMS gateway fills, and the outbox folder of development."""

import contextlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from evalapp.core import clock
from evalapp.core.settings import BadSettings, Settings

_READ_AT_ONCE = 100
_LARGEST_INBOUND = 10_000  # bytes


@dataclass(frozen=True, kw_only=True)
class Message:
    """A letter or short message. `id` stays the same however often it is tried, so that a gateway can tell."""

    id: str
    to: str
    kind: str
    text: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A message that somebody sent back to us."""

    id: str
    sender: str
    text: str


class SmsGateway(Protocol):
    """What a gateway must do. Entry points of the group `evalapp.sms_gateways` offer others by name.

    `deduplicates`: the same id handed over twice reaches the telephone once. `receives`: people can send a word back.
    A gateway that does not say so does neither.
    """

    deduplicates: bool
    receives: bool

    def send(self, message: Message) -> None:
        """Hand the message over; raises `OSError` when it was certainly not taken, anything else when nobody knows."""

    def received(self) -> Iterable[Inbound]:
        """What was sent back to us and is not done with."""

    def done_with(self, inbound: Inbound) -> None:
        """Never show this one again."""


def deduplicates(gateway: object) -> bool:
    """Whether a gateway may be handed the same message twice. One that does not say so may not."""
    return bool(getattr(gateway, "deduplicates", False))


def receives(gateway: object) -> bool:
    """Whether a gateway brings us what people send back."""
    return bool(getattr(gateway, "receives", False))


class Outbox:
    """A folder of development: one JSON file a letter, named by the letter's id, so that twice is once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, letter_id: str, content: dict[str, Any]) -> None:
        """Write a letter's file, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = self.folder / f".{letter_id}.{secrets.token_hex(4)}"
        aside.write_text(json.dumps({**content, "at": clock.now().isoformat()}, ensure_ascii=False))
        aside.replace(self.folder / f"{letter_id}.json")

    def older_than(self, limit: datetime) -> list[Path]:
        """The files written up to `limit`; one that cannot be read is among them."""
        moment = limit.isoformat()
        return [path for path in sorted(self.folder.glob("*.json")) if self._at(path) <= moment]

    @staticmethod
    def _at(path: Path) -> str:
        with contextlib.suppress(ValueError, KeyError, TypeError, OSError):
            return str(json.loads(path.read_text())["at"])
        return ""


class OutboxGateway:
    """Writes each message into the outbox and reads what is put into `inbox/` beside it; for development."""

    deduplicates = True
    receives = True

    def __init__(self, folder: Path) -> None:
        self.outbox = Outbox(folder)
        self.inbox = folder.with_name("inbox")

    def older_than(self, limit: datetime) -> list[Path]:
        """What lies in the outbox, and what was put aside in the inbox, from up to `limit`."""
        aside = [
            path
            for path in sorted(self.inbox.glob("*.refused"))
            if path.lstat().st_mtime <= limit.timestamp()
        ]
        return [*self.outbox.older_than(limit), *aside]

    def send(self, message: Message) -> None:
        content = {"id": message.id, "to": message.to, "kind": message.kind, "text": message.text}
        if message.code is not None:
            content["code"] = message.code
        self.outbox.write(message.id, content)

    def received(self) -> Iterable[Inbound]:
        """Each file is `{"from": number, "text": words}`; what is anything else is put aside as `….refused`."""
        for path in sorted(self.inbox.glob("*.json"))[:_READ_AT_ONCE]:
            try:
                yield self._read(path)
            except (ValueError, KeyError, TypeError, OSError):
                with contextlib.suppress(OSError):
                    path.rename(path.with_suffix(".refused"))

    def done_with(self, inbound: Inbound) -> None:
        (self.inbox / inbound.id).unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> Inbound:
        if path.is_symlink() or path.stat().st_size > _LARGEST_INBOUND:
            raise ValueError("not a short message")
        content = json.loads(path.read_text())
        sender, text = content["from"], content["text"]
        if not isinstance(sender, str) or not isinstance(text, str):
            raise TypeError("not a short message")
        return Inbound(id=path.name, sender=sender, text=text)


def open_gateway(settings: Settings) -> SmsGateway:
    """Return the gateway that the settings name; raises `BadSettings` for an unknown one."""
    if settings.sms_gateway == "outbox":
        return OutboxGateway(settings.outbox_dir)
    for point in entry_points(group="evalapp.sms_gateways"):
        if point.name == settings.sms_gateway:
            gateway: SmsGateway = point.load()(settings)
            return gateway
    raise BadSettings(
        f"EVALAPP_SMS_GATEWAY={settings.sms_gateway}: no gateway of this name is installed; install its package, or set outbox"
    )
