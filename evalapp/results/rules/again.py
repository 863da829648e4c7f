"""Who wants to be asked again: a mark that differs from episode to episode, and the person sealed beside it."""

import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass, field
from typing import Self

from evalapp.accounts import sealing
from evalapp.core.keys import Keys

SERVICE_KEY = "asked-again"
_EPISODE = re.compile(r"/episodes/(\d{1,6})(?:/|#|\?|$)")


def number_in(path: str) -> int | None:
    """The number of the episode whose page, or a page below it, `path` is."""
    found = _EPISODE.match(path)
    return int(found.group(1)) if found else None


@dataclass(frozen=True, kw_only=True)
class AgainKey:
    """The service key under which wishes are kept."""

    key: bytes = field(repr=False)

    @classmethod
    def of(cls, keys: Keys) -> Self:
        return cls(key=keys.service(SERVICE_KEY))

    def mark(self, episode_id: uuid.UUID, resident_id: uuid.UUID) -> str:
        """Return the keyed hash by which one episode knows a wish; no other episode shares it."""
        return self._hash(f"again|{episode_id}|{resident_id}")

    def notice_key(self, segment_id: uuid.UUID, resident_id: uuid.UUID) -> str:
        """Return what makes an invitation reach a person once, however they came to be invited."""
        return self._hash(f"invited|{segment_id}|{resident_id}")

    def seal(self, resident_id: uuid.UUID, *, bound_to: uuid.UUID) -> bytes:
        return sealing.seal(self.key, str(resident_id), bound_to=f"again|{bound_to}")

    def open(self, sealed: bytes, *, bound_to: uuid.UUID) -> uuid.UUID:
        return uuid.UUID(sealing.unseal(self.key, sealed, bound_to=f"again|{bound_to}"))

    def _hash(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
