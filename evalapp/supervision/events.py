"""Facts about matters that others may act on."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from evalapp.core.events import Event
from evalapp.supervision.rules.states import MatterKind


@dataclass(frozen=True, kw_only=True)
class _OfMatter(Event):
    """`about` is the public reference of what the matter is about, `kind` what it is."""

    matter_id: uuid.UUID
    reference: str
    about: str
    kind: MatterKind


@dataclass(frozen=True, kw_only=True)
class MatterTold(_OfMatter):
    """The timeline of a matter has another public entry, or the matter is withdrawn."""


@dataclass(frozen=True, kw_only=True)
class MatterOpened(_OfMatter):
    pass


@dataclass(frozen=True, kw_only=True)
class MatterAnswered(_OfMatter):
    """The unit answered, or explained why there is no ground to act."""


@dataclass(frozen=True, kw_only=True)
class MatterReopened(_OfMatter):
    pass


@dataclass(frozen=True, kw_only=True)
class MatterPlanned(_OfMatter):
    pass


@dataclass(frozen=True, kw_only=True)
class MatterChecked(_OfMatter):
    """Somebody other than the unit found that it is mended."""


@dataclass(frozen=True, kw_only=True)
class NoticeIssued(_OfMatter):
    """A supervision notice was written; `issued_at` is the moment at which it fell due."""

    number: str
    issued_at: datetime
    written_at: datetime


@dataclass(frozen=True, kw_only=True)
class PointsChanged(Event):
    """Two people gave a unit points by hand, or took some."""

    unit_id: uuid.UUID
    points: int
    reason: str
    about: str
    posts: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class MatterRuled(_OfMatter):
    """Two people decided a contest or an objection."""

    is_upheld: bool
