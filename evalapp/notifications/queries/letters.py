"""Reading about letters: what is due, who is to be told, what did not arrive and what is doubtful."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from evalapp.accounts import consents
from evalapp.accounts import queries as accounts
from evalapp.accounts import rules as account_rules
from evalapp.accounts.models import Consent, Purpose, Resident
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.jobs import Job, JobState
from evalapp.notifications.models import Channel, Letter, LetterState, Notice
from evalapp.notifications.rules import DELIVER
from evalapp.notifications.rules.timing import Rhythm

MOST = 100
AT_ONCE = 500  # letters that one round hands to the queue


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """A resident who may be written to now."""

    resident_id: uuid.UUID
    person_id: str
    lang: str
    agreed: frozenset[Purpose]


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A letter that the gateway did not take, however often it was tried; never whose."""

    job_id: uuid.UUID
    asked_on: date
    tried: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Doubtful:
    """A letter of which nobody knows whether it was sent; never whose."""

    letter_id: uuid.UUID
    since: datetime
    channel: Channel


def due_letters(session: Session, *, digest_at: datetime) -> Sequence[uuid.UUID]:
    """The letters nobody was asked to hand over yet: those at once, and the daily ones begun before the newest digest."""
    return session.scalars(
        select(Letter.id)
        .where(
            Letter.state == LetterState.WAITING,
            Letter.job_id.is_(None),
            or_(Letter.rhythm == Rhythm.AT_ONCE, Letter.since < digest_at),
        )
        .order_by(Letter.since, Letter.id)
        .limit(AT_ONCE)
    ).all()


def waiting_since(session: Session, resident_id: uuid.UUID) -> Sequence[datetime]:
    """Since when letters to a resident wait, for that resident alone."""
    return session.scalars(
        select(Letter.since)
        .where(Letter.resident_id == resident_id)
        .order_by(Letter.since, Letter.id)
        .limit(MOST)
    ).all()


def notices_in(session: Session, letter_id: uuid.UUID, *, agreed: Collection[Purpose] | None = None) -> int:
    """How many notices a letter tells of; of a resident's those alone that they agree to."""
    counted = select(func.count()).where(Notice.letter_id == letter_id)
    if agreed is not None:
        counted = counted.where(Notice.purpose.in_(agreed))
    return session.scalar(counted) or 0


def addressee(session: Session, resident_id: uuid.UUID) -> Addressee | None:
    """Return the resident to write to, or none.

    None when they erased their account, or were away so long that the number may be somebody else's by now.
    """
    resident = session.scalar(
        select(Resident).where(Resident.id == resident_id, Resident.erased_at.is_(None))
    )
    if resident is None or account_rules.is_forgotten(resident.last_used_at, clock.now()):
        return None
    agreed = accounts.standing_consents(session, resident.id).keys() & set(account_rules.LETTERS)
    return Addressee(
        resident_id=resident.id, person_id=resident.person_id, lang=resident.lang, agreed=frozenset(agreed)
    )


def reachable(session: Session, followers: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """Those followers who agreed to letters about what they follow, and since when they are known."""
    rows = session.execute(
        select(Resident.id, Resident.known_since)
        .join(Consent, Consent.resident_id == Resident.id)
        .where(
            Resident.id.in_(followers),
            Resident.erased_at.is_(None),
            Resident.last_used_at > clock.now() - account_rules.NUMBER_IDLE,
            Consent.purpose == Purpose.REPLY_NOTICES,
            Consent.version == consents.REPLY_NOTICES.version,
            Consent.withdrawn_at.is_(None),
        )
    )
    return {resident_id: known_since for resident_id, known_since in rows}  # noqa: C416  rows are no pairs to mypy


def undelivered(session: Session) -> list[Undelivered]:
    """Return the oldest hundred letters that were given up."""
    rows = session.scalars(
        select(Job)
        .where(Job.kind == DELIVER, Job.state == JobState.FAILED)
        .order_by(Job.created_at, Job.id)
        .limit(MOST)
    )
    return [
        Undelivered(
            job_id=job.id,
            asked_on=clock.local(job.created_at).date(),
            tried=job.attempts,
            why=job.error,
        )
        for job in rows
    ]


def doubtful(session: Session) -> list[Doubtful]:
    """Return the oldest hundred letters of which nobody knows whether they were sent."""
    rows = session.execute(
        select(Letter.id, Letter.since, Letter.channel)
        .where(Letter.state == LetterState.DOUBTFUL)
        .order_by(Letter.since, Letter.id)
        .limit(MOST)
    )
    return [
        Doubtful(letter_id=letter_id, since=since, channel=channel or Channel.SMS)
        for letter_id, since, channel in rows
    ]


def troubled_count(session: Session) -> int:
    """Return how many letters were given up or are doubtful."""
    return session.scalar(_troubled()) or 0


@cache
def _troubled() -> Select[int]:
    given_up = select(func.count()).where(Job.kind == DELIVER, Job.state == JobState.FAILED).scalar_subquery()
    in_doubt = select(func.count()).where(Letter.state == LetterState.DOUBTFUL).scalar_subquery()
    return select(given_up + in_doubt)


def check_undelivered(session: Session, job_id: uuid.UUID) -> None:
    """Refuse a job that is not a letter. Raises `NotFound`."""
    if session.scalar(select(Job.id).where(Job.id == job_id, Job.kind == DELIVER)) is None:
        raise NotFound(N_("没有找到这条通知。"))
