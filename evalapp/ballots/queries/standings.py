"""Reading what a person stands for, for that person alone: client by printed code, invited by number, on a staff list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from evalapp.accounts.rules import PersonIds
from evalapp.ballots.models import ClientCode, Grading, PanelInvitation, StaffListEntry
from evalapp.programme.models import Episode
from evalapp.units.models import Unit

MOST = 1_000


@dataclass(frozen=True, kw_only=True)
class Client:
    """A resident entered the code on a card that a unit handed out, or proved a completed case; the first ballot uses it up."""

    unit: str
    number: int | None  # of the card; none for a case
    is_used: bool


@dataclass(frozen=True, kw_only=True)
class Invited:
    """The office invited this person's number to grade an episode in a group."""

    episode: int
    title: str
    group: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class OwnStandings:
    """Everything that is kept of one person's standing; `staff_of` are units that named their number as their staff's."""

    client_of: Sequence[Client]
    invited_to: Sequence[Invited]
    staff_of: Sequence[str]


def own_standings(
    session: Session, *, resident_id: UUID, person: PersonIds, known_since: datetime
) -> OwnStandings:
    """What a resident stands for.

    Invitations to episodes that closed before the resident is known are left out: the number may have been somebody
    else's then.
    """
    codes = session.execute(
        select(Unit.name, ClientCode.number, ClientCode.used_mark)
        .join(Unit, Unit.id == ClientCode.unit_id)
        .where(ClientCode.resident_id == resident_id)
        .order_by(Unit.name, ClientCode.number)
        .limit(MOST)
    )
    invitations = session.execute(
        select(Episode.number, Episode.title, PanelInvitation.group, PanelInvitation.invited_at)
        .join(Episode, Episode.id == PanelInvitation.episode_id)
        .outerjoin(Grading, Grading.episode_id == Episode.id)
        .where(
            PanelInvitation.person_id.in_(person.every),
            or_(Grading.closes_at.is_(None), Grading.closes_at > known_since),
        )
        .order_by(Episode.number, PanelInvitation.group)
        .limit(MOST)
    )
    lists = session.scalars(
        select(Unit.name)
        .join(StaffListEntry, StaffListEntry.unit_id == Unit.id)
        .where(StaffListEntry.person_id.in_(person.every))
        .order_by(Unit.name)
        .limit(MOST)
    )
    return OwnStandings(
        client_of=[
            Client(unit=unit, number=number if number > 0 else None, is_used=mark is not None)
            for unit, number, mark in codes
        ],
        invited_to=[
            Invited(episode=number, title=title, group=group, at=at)
            for number, title, group, at in invitations
        ],
        staff_of=lists.all(),
    )
