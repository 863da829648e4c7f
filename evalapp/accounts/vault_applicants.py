"""The vault's third drawer: the only code that keeps and reads the names and numbers of those who apply for something.

A case knows its row and the person id of the number; everybody else shows what is masked.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import sealing, vault
from evalapp.accounts.models import Applicant
from evalapp.core.bulk import insert_rows
from evalapp.core.gateways import Message
from evalapp.core.keys import Keys
from evalapp.core.platform import Platform

_TABLE = Applicant.metadata.tables[Applicant.__tablename__]


@dataclass(frozen=True, kw_only=True)
class ToKeep:
    """What a case says of its applicant; `number` in E.164, or empty."""

    id: uuid.UUID
    name: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Where a message to an applicant goes: for the gateway alone, in no log."""

    number: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An applicant, to be shown to whoever handles the case alone."""

    name: str
    number: str


def keep_all(
    session: Session, keys: Keys, applicants: Sequence[ToKeep], *, at: datetime
) -> dict[uuid.UUID, str]:
    """Keep applicants, sealed, in one statement; return the person id of each, empty without a number."""
    key = keys.service("vault")
    persons = {each.id: vault.person_id(keys, each.number) if each.number else "" for each in applicants}
    rows = [
        {
            "id": each.id,
            "person_id": persons[each.id],
            "sealed_name": sealing.seal(key, each.name, bound_to=each.id.hex) if each.name else None,
            "sealed_number": sealing.seal(key, each.number, bound_to=each.id.hex) if each.number else None,
            "kept_at": at,
        }
        for each in applicants
    ]
    insert_rows(session, _TABLE, rows)
    return persons


def known(session: Session, keys: Keys, applicant_id: uuid.UUID) -> Known:
    """Return an applicant, opened; empty where the name or the number is gone."""
    row = session.execute(
        select(Applicant.sealed_name, Applicant.sealed_number).where(Applicant.id == applicant_id)
    ).one_or_none()
    key = keys.service("vault")
    opened = [
        sealing.unseal(key, sealed, bound_to=applicant_id.hex) if sealed else ""
        for sealed in (row or (None, None))
    ]
    return Known(name=opened[0], number=opened[1])


def reached(session: Session, keys: Keys, applicant_id: uuid.UUID, person: str) -> Reached | None:
    """Return where an applicant is reached; none where the number is gone, or its holder had us stop."""
    number = known(session, keys, applicant_id).number
    return Reached(number=number) if number and not vault.is_blocked(session, person) else None


def send(platform: Platform, to: Reached, *, message_id: str, kind: str, text: str) -> None:
    """Hand a message to the gateway, outside a transaction. Raises what the gateway raises."""
    platform.sms.send(Message(id=message_id, to=to.number, kind=kind, text=text))


def forget_person(session: Session, person: str) -> None:
    """Let go of the name and the number of whoever has this person id."""
    if person:
        session.execute(
            update(_TABLE)
            .where(_TABLE.c.person_id == person)
            .values(person_id="", sealed_name=None, sealed_number=None)
        )


def old(session: Session, limit: datetime) -> int:
    """How many applicants of before `limit` still have a name or a number."""
    return session.scalar(select(func.count()).select_from(Applicant).where(is_old(limit))) or 0


def forget_old(session: Session, limit: datetime) -> int:
    """Let go of names and numbers kept before `limit`; return of how many."""
    gone = (
        update(_TABLE)
        .where(is_old(limit))
        .values(person_id="", sealed_name=None, sealed_number=None)
        .returning(_TABLE.c.id)
    )
    return len(session.scalars(gone).all())


def is_old(limit: datetime) -> ColumnElement[bool]:
    """The condition for applicants of before `limit` who still have a name or a number."""
    names, numbers = Applicant.sealed_name.is_not(None), Applicant.sealed_number.is_not(None)
    return (Applicant.kept_at <= limit) & (names | numbers)
