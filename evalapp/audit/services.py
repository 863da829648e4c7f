"""Writes the record of what staff did."""

from typing import Any

from sqlalchemy.orm import Session

from evalapp.accounts.events import KioskAct, StaffAct
from evalapp.audit import rules
from evalapp.audit.models import AuditEntry
from evalapp.core import clock
from evalapp.core.calendar import CalendarChanged
from evalapp.core.permissions import Actor


def record(
    session: Session, *, actor: Actor, action: str, subject: str, detail: dict[str, Any] | None = None
) -> None:
    """Add an entry in the transaction of the act. `detail` holds plain values, never people's text or numbers."""
    session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            subject=subject,
            detail=detail or {},
        )
    )


def record_staff_act(session: Session, event: StaffAct) -> None:
    """Record what was done to a staff account."""
    action = rules.STAFF_ACTIONS[type(event)]
    record(session, actor=event.actor, action=action, subject=event.login, detail=event.detail)


def record_kiosk_act(session: Session, event: KioskAct) -> None:
    """Record what was done to a kiosk."""
    action = rules.KIOSK_ACTIONS[type(event)]
    record(session, actor=event.actor, action=action, subject=event.kiosk, detail=event.detail)


def record_calendar_change(session: Session, event: CalendarChanged) -> None:
    """Record that somebody changed the working days, or said that a year's are the announced ones."""
    years = ", ".join(str(year) for year in sorted({day.year for day in event.days} | set(event.years)))
    record(session, actor=event.actor, action="calendar.changed", subject=years or "-", detail=event.detail)
