"""Reading published results; what is not published does not exist here."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Row, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode, Season
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.results.models import Correction, Result
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class PublishedResult:
    """A result that stands in public, with what it is about. `document` is the published document, decoded."""

    episode: Episode
    unit: Unit
    year: int
    result: Result

    @property
    def document(self) -> dict[str, Any]:
        return document_of(self.result)


def document_of(result: Result) -> dict[str, Any]:
    """The document of a result, decoded."""
    decoded: dict[str, Any] = json.loads(result.document)
    return decoded


_PUBLISHED = (
    select(Episode, Unit, Season.year, Result)
    .join(Result, Result.episode_id == Episode.id)
    .join(Unit, Unit.id == Episode.unit_id)
    .join(Season, Season.id == Episode.season_id)
    .where(Result.published_at.is_not(None), Episode.withdrawn_at.is_(None), Episode.voided_at.is_(None))
)

# Made once: making a statement costs more than running it.
_OF_NUMBER = _PUBLISHED.where(Episode.number == bindparam("number"))
_OF_UNIT = (
    _PUBLISHED.where(Unit.id == bindparam("unit_id", type_=Unit.id.type))
    .order_by(Episode.number.desc())
    .limit(bindparam("most", type_=Integer()))
)
_LATEST = _PUBLISHED.order_by(Result.published_at.desc(), Episode.number.desc()).limit(
    bindparam("most", type_=Integer())
)


def _read(rows: Iterable[Any]) -> list[PublishedResult]:
    return [PublishedResult(episode=row[0], unit=row[1], year=row[2], result=row[3]) for row in rows]


def published(session: Session, number: int) -> PublishedResult:
    """The published result of the episode with this number; raises `NotFound` before publication."""
    found = _read(session.execute(_OF_NUMBER, {"number": number}))
    if not found:
        raise NotFound(N_("这一期还没有公布结果。"))
    return found[0]


def replaced(session: Session, number: int, document_hash: str) -> bytes:
    """The document with this hash that stood for the episode before a correction; raises `NotFound`."""
    found = session.scalar(
        select(Correction.replaced).where(
            Correction.episode_id == published(session, number).episode.id,
            Correction.replaced_hash == document_hash,
        )
    )
    if found is None:
        raise NotFound(N_("没有这份被更正的结果。"))
    return found


def latest(session: Session, *, limit: int = 6) -> list[PublishedResult]:
    """The results published last, newest first."""
    return _read(session.execute(_LATEST, {"most": limit}))


def of_unit(session: Session, unit_id: uuid.UUID, *, limit: int = 50) -> list[PublishedResult]:
    """A unit's published results, newest first."""
    return _read(session.execute(_OF_UNIT, {"unit_id": unit_id, "most": limit}))


def with_results(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join to a statement about episodes the published result of each as `Result`, or null where none stands."""
    stands = and_(
        Result.episode_id == Episode.id,
        Result.published_at.is_not(None),
        Episode.withdrawn_at.is_(None),
        Episode.voided_at.is_(None),
    )
    return query.add_columns(Result).outerjoin(Result, stands)


def with_state(row: EpisodeWithState, more: Row[Any]) -> PublishedResult:
    """The result of an episode from its row of a statement `with_results`."""
    return PublishedResult(episode=row.episode, unit=row.unit, year=row.year, result=more.Result)
