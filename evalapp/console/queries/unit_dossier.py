"""What the dossier page of a unit shows: the episode, the report, and the unit in the wordings that the episode shows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.pledges import queries as pledges
from evalapp.pledges.queries import Shown
from evalapp.programme.models import DossierVersion
from evalapp.programme.queries import planning
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.units import queries as units
from evalapp.units.models import UnitFunction


@dataclass(frozen=True, kw_only=True)
class DossierPage:
    """An episode's dossier. Once aired it is locked, and the wordings are those of the first airing."""

    row: EpisodeWithState
    report: str
    version: int
    handed_in_at: datetime | None
    handed_in_by: str
    versions: Sequence[DossierVersion]
    functions: Sequence[UnitFunction]
    shown: Shown

    @property
    def locked_at(self) -> datetime | None:
        """When it was aired first, if that is past."""
        aired_at = self.row.first_airing_at
        return aired_at if aired_at is not None and aired_at <= clock.now() else None

    @property
    def is_open(self) -> bool:
        return self.locked_at is None and self.row.facts.withdrawn_at is None


def dossiers(session: Session, unit_id: uuid.UUID) -> list[EpisodeWithState]:
    """Return the episodes of the unit, as the programme orders them."""
    return planning.episodes_of_unit(session, unit_id)


def dossier(session: Session, *, unit_id: uuid.UUID, number: int) -> DossierPage:
    """Return the dossier of the unit's episode; that of another unit does not exist. Raises `NotFound`."""
    row = planning.episode_of_unit(session, unit_id=unit_id, number=number)
    found = planning.dossier(session, row.episode.id)
    aired_at = row.first_airing_at
    at = aired_at if aired_at is not None and aired_at <= clock.now() else None
    return DossierPage(
        row=row,
        report=found.report if found else "",
        version=found.version if found else 0,
        handed_in_at=found.handed_in_at if found else None,
        handed_in_by=found.handed_in_by if found else "",
        versions=planning.dossier_versions(session, row.episode.id) if found else (),
        functions=units.functions(session, unit_id, at=at),
        shown=pledges.shown_for_unit(session, unit_id, at=at),
    )
