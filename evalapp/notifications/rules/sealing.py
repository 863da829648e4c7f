"""Who follows what: a mark that differs from topic to topic, and the follower sealed beside it."""

import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from evalapp.accounts import sealing
from evalapp.core.keys import Keys

SERVICE_KEY = "following"


@dataclass(frozen=True, kw_only=True)
class Follower:
    """Who follows, and since when: a later holder of the number is not meant."""

    resident_id: uuid.UUID
    since: datetime


@dataclass(frozen=True, kw_only=True)
class FollowingKey:
    """The service key under which followers are kept."""

    key: bytes

    @classmethod
    def of(cls, keys: Keys) -> Self:
        return cls(key=keys.service(SERVICE_KEY))

    def mark(self, topic_id: uuid.UUID, resident_id: uuid.UUID) -> str:
        """Return the keyed hash by which one topic knows a follower; no other topic shares it."""
        return self._hash(f"follower|{topic_id}|{resident_id}")

    def notice_key(self, news_id: uuid.UUID, resident_id: uuid.UUID) -> str:
        """Return what makes a piece of news reach a follower once."""
        return self._hash(f"news|{news_id}|{resident_id}")

    def seal(self, follower: Follower, *, bound_to: uuid.UUID) -> bytes:
        plain = json.dumps({"resident": str(follower.resident_id), "since": follower.since.isoformat()})
        return sealing.seal(self.key, plain, bound_to=f"following|{bound_to}")

    def open(self, sealed: bytes, *, bound_to: uuid.UUID) -> Follower:
        plain = json.loads(sealing.unseal(self.key, sealed, bound_to=f"following|{bound_to}"))
        return Follower(
            resident_id=uuid.UUID(plain["resident"]), since=datetime.fromisoformat(plain["since"])
        )

    def seal_list(self, followed: dict[uuid.UUID, datetime], *, resident_id: uuid.UUID) -> bytes:
        """Seal what a resident follows, and since when."""
        plain = json.dumps({str(topic): since.isoformat() for topic, since in followed.items()})
        return sealing.seal(self.key, plain, bound_to=f"followed|{resident_id}")

    def open_list(self, sealed: bytes | None, *, resident_id: uuid.UUID) -> dict[uuid.UUID, datetime]:
        if sealed is None:
            return {}
        plain = json.loads(sealing.unseal(self.key, sealed, bound_to=f"followed|{resident_id}"))
        return {uuid.UUID(topic): datetime.fromisoformat(since) for topic, since in plain.items()}

    def _hash(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
