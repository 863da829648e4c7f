"""Reading pledges, as they are or as they were shown at a moment, each with what the record of cases says of it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from evalapp.approvals.queries import evidence
from evalapp.approvals.queries.evidence import Promise
from evalapp.approvals.rules.evidence import Evidence
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, page_of
from evalapp.core.terms import Term
from evalapp.pledges.models import Pledge, PledgeVersion, PledgeVersionItem
from evalapp.pledges.queries.wordings import is_shown, is_standing
from evalapp.powers.models import ServiceItem

MOST_OF_A_UNIT = 200


@dataclass(frozen=True, kw_only=True)
class ShownPledge:
    """A pledge in the wording of a moment, with what the record says of it."""

    id: uuid.UUID
    version_id: uuid.UUID
    reference: str
    unit_id: uuid.UUID
    title: str
    text: str
    measured: str
    term: Term | None
    statutory: Term | None
    statutory_source: str
    version: int
    shown_from: datetime
    withdrawn_at: datetime | None
    evidence: Evidence


def shown_pledges(session: Session, unit_id: uuid.UUID, *, at: datetime | None = None) -> list[ShownPledge]:
    """Return the unit's pledges as they are shown now or were at the moment `at`."""
    rows = session.execute(_shown_pledges(is_now=at is None), {"unit_id": unit_id, "at": at})
    return _with_evidence(session, ((pledge, version) for pledge, version in rows), at=at)


def shown_pledge(session: Session, reference: str, *, at: datetime | None = None) -> ShownPledge:
    """Return a pledge in its newest wording, withdrawn or not, with the year's evidence up to `at`; raises `NotFound`."""
    row = session.execute(
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(Pledge.reference == reference, PledgeVersion.shown_until.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return _with_evidence(session, [(row[0], row[1])], at=at)[0]


def pledge_of_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> Pledge:
    """Return a pledge of this unit; that of another does not exist. Raises `NotFound`."""
    found = session.scalar(select(Pledge).where(Pledge.reference == reference, Pledge.unit_id == unit_id))
    if found is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return found


def pledge_by_id(session: Session, pledge_id: uuid.UUID) -> Pledge:
    """Return a pledge by its key; raises `NotFound`."""
    found = session.scalar(select(Pledge).where(Pledge.id == pledge_id))
    if found is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return found


def pledge_versions(session: Session, pledge_id: uuid.UUID) -> list[PledgeVersion]:
    """Return every wording of a pledge, the newest first."""
    return list(
        session.scalars(
            select(PledgeVersion)
            .where(PledgeVersion.pledge_id == pledge_id)
            .order_by(PledgeVersion.number.desc())
            .limit(1_000)
        )
    )


def unit_history(session: Session, unit_id: uuid.UUID) -> list[ShownPledge]:
    """Return every pledge the unit ever made in its last wording, standing ones first."""
    rows = session.execute(
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(Pledge.unit_id == unit_id, PledgeVersion.shown_until.is_(None))
        .order_by(Pledge.withdrawn_at.is_not(None), Pledge.reference)
        .limit(MOST_OF_A_UNIT)
    )
    return _with_evidence(session, ((pledge, version) for pledge, version in rows))


def measuring_items(session: Session, version_id: uuid.UUID) -> list[tuple[str, str]]:
    """Return code and name of the service items by whose cases a wording is measured."""
    rows = session.execute(
        select(ServiceItem.code, ServiceItem.name)
        .join(PledgeVersionItem, PledgeVersionItem.item_id == ServiceItem.id)
        .where(PledgeVersionItem.version_id == version_id)
        .order_by(ServiceItem.code)
    )
    return [(code, name) for code, name in rows]


def pledges_page(
    session: Session, *, unit_id: uuid.UUID | None = None, limit: int = 50, cursor: str | None = None
) -> Page[ShownPledge]:
    """Return a piece of the list of standing pledges, by reference, in two statements."""
    wanted = select(Pledge).where(Pledge.withdrawn_at.is_(None))
    if unit_id is not None:
        wanted = wanted.where(Pledge.unit_id == unit_id)
    page = page_of(session, wanted, by=(Pledge.reference,), limit=limit, cursor=cursor)
    versions = {
        version.pledge_id: version
        for version in session.scalars(
            select(PledgeVersion)
            .where(
                PledgeVersion.pledge_id.in_([pledge.id for pledge in page.items]),
                PledgeVersion.shown_until.is_(None),
            )
            .order_by(PledgeVersion.id)
            .limit(len(page.items))
        )
    }
    rows = [(pledge, versions[pledge.id]) for pledge in page.items]
    return Page(items=_with_evidence(session, rows), next=page.next)


@cache
def _shown_pledges(*, is_now: bool) -> Select[Pledge, PledgeVersion]:
    """The pledges of `:unit_id` now or at `:at`; made once, because making it costs more than running it."""
    return (
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(
            Pledge.unit_id == bindparam("unit_id"),
            is_standing(Pledge, is_now=is_now),
            is_shown(PledgeVersion, is_now=is_now),
        )
        .order_by(Pledge.reference)
        .limit(MOST_OF_A_UNIT)
    )


def _with_evidence(
    session: Session, rows: Iterable[tuple[Pledge, PledgeVersion]], *, at: datetime | None = None
) -> list[ShownPledge]:
    """Put beside each wording what the cases of its items took in the year up to `at`: one statement, or none without a term."""
    them = list(rows)
    promises = {
        version.id: Promise(term=version.term, statutory=version.statutory) for _pledge, version in them
    }
    said = evidence.measured(session, _measured(), {"versions": list(promises)}, promises, at=at)
    return [_shown_pledge(pledge, version, said[version.id]) for pledge, version in them]


@cache
def _measured() -> Select[*tuple[Any, ...]]:
    """By the cases of which items the wordings `:versions` are measured, and what these took."""
    item = PledgeVersionItem
    wanted = bindparam("versions", expanding=True, type_=Uuid())
    return evidence.counting(
        select(item.version_id.label("key"), item.item_id)
        .where(item.version_id.in_(wanted))
        .subquery("measured_by")
    )


def _shown_pledge(pledge: Pledge, version: PledgeVersion, evidence: Evidence) -> ShownPledge:
    return ShownPledge(
        id=pledge.id,
        version_id=version.id,
        reference=pledge.reference,
        unit_id=pledge.unit_id,
        title=version.title,
        text=version.text,
        measured=version.measured,
        term=version.term,
        statutory=version.statutory,
        statutory_source=version.statutory_source,
        version=version.number,
        shown_from=version.shown_from,
        withdrawn_at=pledge.withdrawn_at,
        evidence=evidence,
    )
