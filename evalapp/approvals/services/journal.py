"""Writes down in public what the office itself lifted, changed or delayed."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.approvals.models import MonitorEntry
from evalapp.approvals.queries import cards
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.core import clock
from evalapp.core.calendar import CalendarChanged
from evalapp.supervision.events import NoticeIssued, PointsChanged
from evalapp.supervision.models import Matter

_CALENDAR = "work-calendar"
_MOST_DAYS = 6  # named one by one


def note(
    session: Session,
    kind: MonitorAct,
    *,
    subject: str,
    about: str,
    posts: Iterable[str],
    unit_id: uuid.UUID | None = None,
    path: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Add an entry in the transaction of the act. Whoever did it twice over is named once."""
    entry = MonitorEntry(
        at=at or clock.now(),
        kind=kind,
        unit_id=unit_id,
        subject=subject,
        path=path,
        about=about,
        reason=reason,
        posts="、".join(dict.fromkeys(posts)),
    )
    session.add(entry)
    session.flush()


def on_calendar_changed(session: Session, event: CalendarChanged) -> None:
    """React to another calendar: which days, by whom, on what ground. The days that came with the application are no change."""
    days = [day.isoformat() for day in event.days[:_MOST_DAYS]]
    more = len(event.days) - len(days)
    years = [str(year) for year in event.years]
    about = "、".join([*days, *years]) + (f" +{more}" if more > 0 else "")
    source = event.detail.get("source") or event.detail.get("file") or ""
    note(
        session,
        MonitorAct.CALENDAR,
        subject=_CALENDAR,
        about=about or "—",
        reason=str(source),
        posts=[event.actor.name],
    )


def on_points_changed(session: Session, event: PointsChanged) -> None:
    """React to points by hand."""
    note(
        session,
        MonitorAct.POINTS,
        unit_id=event.unit_id,
        subject=event.about,
        about=f"{event.points:+d}",
        reason=event.reason,
        posts=event.posts,
    )


def on_notice_issued(session: Session, event: NoticeIssued) -> None:
    """React to a notice that was written on a later day than the one on which it fell due.

    Before the events that made a card had come nobody could write its notice: what came late is not the office's delay.
    """
    known_at = cards.known_since(session, event.matter_id) or event.issued_at
    due_on, written_on = (clock.local(at).date() for at in (max(event.issued_at, known_at), event.written_at))
    if written_on > due_on:
        matter = session.get_one(Matter, event.matter_id)
        note(
            session,
            MonitorAct.NOTICE_LATE,
            at=event.written_at,
            unit_id=matter.unit_id,
            subject=event.number,
            path=f"/matters/{matter.reference}",  # by it the page knows what is not in public
            about=f"{due_on.isoformat()} → {written_on.isoformat()}",
            posts=["系统"],
        )
