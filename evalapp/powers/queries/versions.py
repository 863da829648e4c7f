"""Reading the versions that something published ever had."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from evalapp.powers.models.versions import Versioned

MOST_VERSIONS = 500


@dataclass(frozen=True, kw_only=True)
class PastVersion:
    """A version without what it says."""

    number: int
    shown_from: datetime
    shown_until: datetime | None
    written_by: str
    reason: str
    fingerprint: str


def past_versions(
    session: Session, owner: InstrumentedAttribute[uuid.UUID], owner_id: uuid.UUID
) -> list[PastVersion]:
    """Return every version of what `owner`, a column of a table of versions, names; the newest first. One statement."""
    rows = session.execute(_past(owner), {"owner_id": owner_id})
    return [PastVersion(**row) for row in rows.mappings()]


@cache
def _past(owner: InstrumentedAttribute[uuid.UUID]) -> Select[*tuple[Any, ...]]:
    kind = cast("type[Versioned]", owner.class_)
    return (
        select(kind.number, kind.shown_from, kind.shown_until, kind.written_by, kind.reason, kind.fingerprint)
        .where(owner == bindparam("owner_id", type_=Uuid()))
        .order_by(kind.number.desc())
        .limit(MOST_VERSIONS)
    )
