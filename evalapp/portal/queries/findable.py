"""Every page that the public may know of, for the map of the site, and which episodes it may not know of yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from evalapp.core import clock
from evalapp.disclosures.models import Board, Disclosure, DisclosureState, FinanceStatement, StatementState
from evalapp.disclosures.rules.catalogue import WITHOUT_BOARD
from evalapp.pledges.models import Pledge
from evalapp.powers.models import Power, ServiceItem
from evalapp.powers.rules.kinds import PowerState
from evalapp.programme.models import Airing, Episode
from evalapp.units.models import Unit

MOST = 6_000  # of each kind: a map may name fifty thousand pages


def is_announced() -> ColumnElement[bool]:
    """Whether the public may know of the episode of the surrounding select: graded, aired or planned to be aired."""
    airing = select(Airing.id).where(Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None))
    return Episode.withdrawn_at.is_(None) & or_(Episode.opens_at.is_not(None), airing.exists())


@dataclass(frozen=True, kw_only=True)
class HiddenEpisodes:
    """The numbers of episodes that the public does not know of, or may not watch yet."""

    unannounced: Sequence[int]
    unwatchable: Sequence[int]


def hidden_episodes(session: Session) -> HiddenEpisodes:
    """Return what no search tells of now: one statement."""
    rows = session.execute(_hidden(), {"now": clock.now()}).all()
    return HiddenEpisodes(
        unannounced=[row.number for row in rows if not row.is_announced],
        unwatchable=[row.number for row in rows],
    )


@cache
def _hidden() -> Select[*tuple[Any, ...]]:
    now = bindparam("now", type_=Episode.opens_at.type)
    airing = select(Airing.id).where(
        Airing.episode_id == Episode.id, Airing.cancelled_at.is_(None), Airing.starts_at <= now
    )
    has_begun = or_(and_(Episode.opens_at.is_not(None), Episode.opens_at <= now), airing.exists())
    return (
        select(Episode.number, is_announced().label("is_announced"))
        .where(not_(and_(is_announced(), has_begun)))
        .order_by(Episode.number)
    )


def public_paths(session: Session) -> list[str]:
    """Return the address of every page that is about one thing, in one statement."""
    return list(session.scalars(_public_paths()))


@cache
def _public_paths() -> Select[str]:
    """Each kind with its own limit, and all in one statement: a map is read by programs, often and at any hour."""
    is_open = Unit.closed_at.is_(None)
    on_board = Unit.id == Board.unit_id
    kinds: list[tuple[str, Select[*tuple[Any, ...]]]] = [
        ("/episodes/", _named(cast(Episode.number, String)).where(is_announced())),
        ("/units/", _named(Unit.slug).where(is_open)),
        ("/boards/", _named(Unit.slug).where(is_open, Unit.kind.not_in(WITHOUT_BOARD))),
        ("/pledges/", _named(Pledge.reference).where(Pledge.withdrawn_at.is_(None))),
        ("/powers/", _named(Power.code).where(Power.state == PowerState.PUBLISHED)),
        ("/services/", _named(ServiceItem.code).where(ServiceItem.state == PowerState.PUBLISHED)),
        (
            "/boards/",
            _named(Unit.slug + "/" + Disclosure.reference)
            .join_from(Disclosure, Board, Board.id == Disclosure.board_id)
            .join(Unit, on_board)
            .where(Disclosure.state == DisclosureState.PUBLISHED),
        ),
        (
            "/boards/",
            _named(Unit.slug + "/finances/" + FinanceStatement.period)
            .join_from(FinanceStatement, Board, Board.id == FinanceStatement.board_id)
            .join(Unit, on_board)
            .where(FinanceStatement.state == StatementState.PUBLISHED),
        ),
    ]
    parts = []
    for place, (beginning, pages) in enumerate(kinds):
        found = pages.order_by("at").limit(MOST).subquery(f"pages_{place}")
        parts.append(select(literal(place).label("place"), (beginning + found.c.at).label("path")))
    every = union_all(*parts).subquery("pages")
    return select(every.c.path).order_by(every.c.place, every.c.path)


def _named(name: ColumnElement[str] | InstrumentedAttribute[str]) -> Select[*tuple[Any, ...]]:
    """The part of an address that names one page of its kind."""
    return select(name.label("at"))
