"""For which episodes a completed case would make its applicant a client now."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.queries import completed
from evalapp.approvals.queries.completed import Completed
from evalapp.ballots.models import ClientCode, Grading
from evalapp.ballots.queries.gradings import profile_from
from evalapp.ballots.rules.standing import CLIENT, cases_since
from evalapp.ballots.rules.voters import case_mark
from evalapp.core import clock
from evalapp.programme.models import Episode
from evalapp.units.models import Unit


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """The next episode of a unit that clients may grade, and which cases count for it."""

    episode_id: uuid.UUID
    number: int
    title: str
    unit_id: uuid.UUID
    unit: str
    since: datetime
    opens_at: datetime

    def counts(self, case: Completed) -> bool:
        return self.unit_id in case.units and self.since <= case.closed_at < self.opens_at


@dataclass(frozen=True, kw_only=True)
class CaseStanding:
    """A case gives standing for an episode. `mark` is what is kept of it: no other episode shares it."""

    number: int
    title: str
    unit_id: uuid.UUID
    unit: str
    mark: bytes


def offered_to_person(
    session: Session, person_ids: Sequence[str], *, secret: bytes
) -> Sequence[CaseStanding]:
    """What the cases under somebody's numbers would give, one an episode; what was taken already is left out."""
    asked = _asked(session)
    if not asked:
        return ()
    cases = completed.of_persons(session, person_ids, since=min(each.since for each in asked))
    return _free(session, asked, cases, secret=secret)


def offered_by_case(session: Session, case_id: uuid.UUID, *, secret: bytes) -> Sequence[CaseStanding]:
    """What one case would give."""
    asked = _asked(session)
    if not asked:
        return ()
    cases = completed.of_case(session, case_id, since=min(each.since for each in asked))
    return _free(session, asked, cases, secret=secret)


def _free(
    session: Session, asked: Iterable[_Asked], cases: Sequence[Completed], *, secret: bytes
) -> Sequence[CaseStanding]:
    possible = [
        CaseStanding(
            number=each.number,
            title=each.title,
            unit_id=each.unit_id,
            unit=each.unit,
            mark=case_mark(secret, case_id=case.case_id, episode_id=each.episode_id),
        )
        for each in asked
        for case in cases
        if each.counts(case)
    ]
    if not possible:
        return ()
    taken = set(
        session.scalars(
            select(ClientCode.case_mark).where(ClientCode.case_mark.in_([one.mark for one in possible]))
        )
    )
    free = {one.number: one for one in reversed(possible) if one.mark not in taken}
    return [free[number] for number in sorted(free)]


def _asked(session: Session) -> list[_Asked]:
    """The next episode of each unit whose grading is announced and not over, where its profile lets cases count."""
    rows = session.execute(
        select(
            Episode.id,
            Episode.number,
            Episode.title,
            Unit.id,
            Unit.name,
            Grading.opens_at,
            Grading.profile,
        )
        .join(Episode, Episode.id == Grading.episode_id)
        .join(Unit, Unit.id == Episode.unit_id)
        .where(
            Grading.closes_at > clock.now(),
            Grading.closed_at.is_(None),
            Grading.voided_at.is_(None),
            Episode.withdrawn_at.is_(None),
        )
        .order_by(Grading.opens_at, Episode.number)
    )
    found: dict[uuid.UUID, _Asked] = {}
    for episode_id, number, title, unit_id, unit, opens_at, document in rows:
        profile = profile_from(document)
        if unit_id in found or not profile.client_months:
            continue
        if all(group.code != CLIENT for group in profile.groups):
            continue
        found[unit_id] = _Asked(
            episode_id=episode_id,
            number=number,
            title=title,
            unit_id=unit_id,
            unit=unit,
            since=cases_since(opens_at, profile.client_months),
            opens_at=opens_at,
        )
    return list(found.values())
