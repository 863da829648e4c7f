"""What the start of a kiosk shows, and the episode in which a unit speaks of itself."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam
from sqlalchemy.orm import Session

from evalapp.portal.queries import home
from evalapp.portal.queries.cards import EpisodeCard, cards, with_pictures
from evalapp.programme.models import Episode


@dataclass(frozen=True, kw_only=True)
class Start:
    """The picture of the start page, and how many episodes can be graded now."""

    lead: EpisodeCard | None
    open: int


def start(session: Session) -> Start:
    """Return what is open for grading and can be watched, soonest closed first; else the newest episode. One statement."""
    found = home.pictures(session)
    open_now = [card for card in found if card.is_open]
    return Start(lead=_with_picture(open_now) or _with_picture(found), open=len(open_now))


def episode_of_unit(session: Session, unit_id: uuid.UUID) -> EpisodeCard | None:
    """Return the newest episode of a unit that can be watched; None without one. One statement."""
    return _with_picture(cards(session, _of_unit(), unit_id=unit_id))


def _with_picture(found: Sequence[EpisodeCard]) -> EpisodeCard | None:
    return next((card for card in found if card.is_shown and card.picture), None)


@cache
def _of_unit() -> Select[*tuple[Any, ...]]:
    return (
        with_pictures()
        .where(
            Episode.unit_id == bindparam("unit_id", type_=Uuid()),
            Episode.withdrawn_at.is_(None),
            Episode.opens_at <= bindparam("now", type_=Episode.opens_at.type),
        )
        .order_by(Episode.opens_at.desc(), Episode.number.desc())
        .limit(3)
    )
