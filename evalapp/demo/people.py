"""Staff by their posts and residents with numbers that belong to nobody (+86 12 and nine digits)."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from evalapp.accounts import vault
from evalapp.accounts.models import Resident, Role, StaffMember
from evalapp.accounts.services import desk_sign_in, residents, staff
from evalapp.ballots.services.casting import Voter
from evalapp.core.permissions import RESIDENT_PERMISSIONS, SYSTEM, Actor, ActorKind
from evalapp.core.platform import Platform
from evalapp.demo.district import District
from evalapp.demo.scripts import units
from evalapp.units.services import members

RESIDENTS = 220
PANEL = 14
_OFFICERS = (
    ("office", "区纪委监委党风政风监督室主任", Role.OFFICE),
    ("office2", "区纪委监委党风政风监督室副主任", Role.OFFICE),
    ("reports", "区纪委监委案件监督管理室主任", Role.REPORTS),
    ("station", "区融媒体中心节目部主任", Role.STATION),
    ("auditor", "特约监察员（区律师协会）", Role.AUDITOR),
    ("admin", "区融媒体中心信息科科长", Role.ADMINISTRATOR),
    ("admin2", "区纪委监委信息室主任", Role.ADMINISTRATOR),
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account as it is printed at the first start."""

    login: str
    post: str
    password: str


@dataclass(frozen=True, kw_only=True)
class Participant(Voter):
    """A resident of the demonstration."""

    resident_id: uuid.UUID
    person_id: str


@dataclass(frozen=True, kw_only=True)
class People:
    """Who acts in the demonstration."""

    accounts: tuple[Account, ...]
    staff: dict[str, Actor]
    residents: tuple[Participant, ...]
    panel: tuple[Participant, ...]

    def unit(self, key: str) -> Actor:
        return self.staff[f"unit-{key}"]


def gather(session: Session, platform: Platform, district: District) -> People:
    """Make the accounts and let the residents in."""
    made = [_account(session, login, post, role) for login, post, role in _OFFICERS]
    for planned in units():
        account = _account(session, f"unit-{planned.key}", f"{planned.name}办公室主任", Role.UNIT)
        members.assign_staff(
            session, unit_id=district.units[planned.key].id, staff_id=account[1].id, actor=SYSTEM
        )
        made.append(account)
    everybody = tuple(_resident(session, platform, number) for number in range(1, RESIDENTS + PANEL + 1))
    return People(
        accounts=tuple(account for account, _ in made),
        staff={member.login: desk_sign_in.actor_of(member) for _, member in made},
        residents=everybody[:RESIDENTS],
        panel=everybody[RESIDENTS:],
    )


def as_resident(voter: Voter) -> Actor:
    """Return a resident as the one who acts."""
    return Actor(kind=ActorKind.RESIDENT, id=voter.resident_id, permissions=RESIDENT_PERMISSIONS)


def _account(session: Session, login: str, post: str, role: Role) -> tuple[Account, StaffMember]:
    password = staff.add(session, login=login, post=post, role=role, wait=timedelta(0), actor=SYSTEM)
    member = session.get_one(StaffMember, password.staff_id)
    return Account(login=login, post=post, password=password.password), member


def _resident(session: Session, platform: Platform, number: int) -> Participant:
    person = vault.keep(session, platform.keys, f"+8612{number:09}")
    resident: Resident = residents.admit(session, platform, person)
    return Participant(resident_id=resident.id, person_id=resident.person_id)
