"""Reading the record of what staff did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry
from evalapp.core import clock

PER_PAGE = 50
MOST_PAGES = 200  # further back is found by day, not by leafing


@dataclass(frozen=True, kw_only=True)
class Search:
    """What an auditor looks for; an empty field looks for everything."""

    action: str = ""
    who: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class EntriesPage:
    """A piece of the record, newest first."""

    entries: Sequence[AuditEntry]
    total: int
    page: int
    pages: int


def entries(session: Session, search: Search, *, page: int = 1) -> EntriesPage:
    """Return what fits `search`, newest first, in two statements."""
    conditions = _conditions(search)
    total = session.scalars(select(func.count()).select_from(AuditEntry).where(*conditions)).one()
    pages = min(max(1, -(-total // PER_PAGE)), MOST_PAGES)
    page = min(max(1, page), pages)
    rows = session.scalars(
        select(AuditEntry)
        .where(*conditions)
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    ).all()
    return EntriesPage(entries=rows, total=total, page=page, pages=pages)


def actions(session: Session) -> list[str]:
    """Every kind of act that stands in the record."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action).limit(200)))


def latest(session: Session, action: str) -> AuditEntry | None:
    """Return the newest entry of an action, or none."""
    return session.scalar(
        select(AuditEntry)
        .where(AuditEntry.action == action)
        .order_by(AuditEntry.at.desc(), AuditEntry.id)
        .limit(1)
    )


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.action:
        found.append(AuditEntry.action == search.action)
    if search.who:
        found.append(AuditEntry.actor_name.contains(search.who, autoescape=True))
    if search.subject:
        found.append(AuditEntry.subject.contains(search.subject, autoescape=True))
    if search.since:
        found.append(AuditEntry.at >= clock.start_of(search.since))
    if search.until:
        found.append(AuditEntry.at < clock.end_of(search.until))
    return found
