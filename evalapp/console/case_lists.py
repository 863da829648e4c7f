"""What an address asks of a list of cases, on either desk, and the piece of the list that answers it."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import request

from evalapp.approvals.queries import lists
from evalapp.approvals.queries.lists import ListedCase, Wanted, Which
from evalapp.approvals.rules.kinds import CaseState
from evalapp.core.paging import Page
from evalapp.web.context import db

_S = TypeVar("_S", bound=enum.StrEnum)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an address asks for; what makes no sense in it is passed over."""

    which: Which
    unit: str  # slug, on the office's desk
    unit_id: uuid.UUID | None
    state: CaseState | None
    item_id: uuid.UUID | None
    number: str
    cursor: str | None

    @property
    def address(self) -> Mapping[str, str]:
        """What stays in the address from one piece to the next, and from one lamp to another."""
        said = {
            "unit": self.unit,
            "state": self.state.value if self.state else "",
            "item": str(self.item_id) if self.item_id else "",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def is_narrowed(self) -> bool:
        return bool(self.number or self.state or self.item_id)


def asked(*, unit_id: uuid.UUID | None, unit: str = "") -> Asked:
    """Read the address. Without a unit states and items are not asked for: no index answers that for all units."""
    return Asked(
        which=_one_of(Which, request.args.get("which")) or Which.OPEN,
        unit=unit,
        unit_id=unit_id,
        state=_one_of(CaseState, request.args.get("state")) if unit_id else None,
        item_id=_key(request.args.get("item")) if unit_id else None,
        number=request.args.get("number", "").strip()[:80],
        cursor=request.args.get("cursor"),
    )


def page_of(it: Asked, *, now: datetime) -> Page[ListedCase]:
    """Return the piece that is asked for: of a number the cases that it means."""
    if it.number:
        return Page(items=lists.found(db.session, it.number, unit_id=it.unit_id, now=now), next=None)
    wanted = Wanted(which=it.which, unit_id=it.unit_id, state=it.state, item_id=it.item_id, cursor=it.cursor)
    return lists.listed(db.session, wanted, now=now)


def _one_of(kind: type[_S], given: str | None) -> _S | None:
    try:
        return kind(given) if given else None
    except ValueError:
        return None


def _key(given: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(given) if given else None
    except ValueError:
        return None
