"""转检举控告: a comment that is a report of misconduct leaves every page at once and lies sealed in the office's own channel."""

import json
import uuid
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.accounts.rules import Role
from evalapp.audit import services as audit
from evalapp.comments.events import CommentMoved
from evalapp.comments.models import (
    Comment,
    CommentAppeal,
    CommentCatch,
    MetToo,
    MisconductReport,
    Thread,
)
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState, Verdict
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.asking import NO_LONGER_SHOWN
from evalapp.comments.services.deciding import as_seen, checked_note, decide, settle
from evalapp.comments.services.grouping import forget_bands
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.supervision import services as supervision


@dataclass(frozen=True, kw_only=True)
class ReportContent:
    """What the channel reads: the words as typed and as the public would have seen them, and what they were about."""

    typed: str
    text: str
    comment: str  # its reference before it was moved
    about: str
    path: str
    at_seconds: int | None
    written_on: str

    @property
    def day(self) -> date:
        return date.fromisoformat(self.written_on)


def move(
    session: Session, *, reference: str, seen_version: int, actor: Actor, keys: CommentKeys
) -> MisconductReport:
    """Move a comment to the misconduct channel, and tell its author. What is left of it holds no word and another name.

    Raises `NotFound`, and `Conflict` when somebody else was first or an appeal waits.
    """
    # The matters before the comment: whoever answers one takes both in that order.
    supervision.withdraw_about(session, about=reference, reason=NO_LONGER_SHOWN, actor=actor)
    comment = as_seen(session, reference, seen_version, Verdict.MOVED)
    if comment.state is CommentState.REFUSED and _appeal_waits(session, comment):
        raise Conflict(N_("这条留言正在申诉，请先处理申诉。"))
    thread = session.get_one(Thread, comment.thread_id)
    typed = sealing.open_original(keys, comment.id, comment.original) if comment.original else comment.text
    content = ReportContent(
        typed=typed,
        text=comment.text,
        comment=comment.reference,
        about=thread.title,
        path=thread.path,
        at_seconds=comment.at_seconds,
        written_on=comment.written_on.isoformat(),
    )
    report = MisconductReport(
        id=uuid.uuid4(),
        reference=sealing.new_reference("JB"),
        comment_id=comment.id,
        sealed=sealing.seal_report(keys, comment.id, json.dumps(asdict(content), ensure_ascii=False)),
        moved_on=clock.today(),
        post="",
    )
    session.add(report)
    _leave_nothing(session, comment)
    decide(session, comment, Verdict.MOVED, actor=actor, keys=keys, subject=report.reference)
    notifications.notify_staff(
        session,
        kind="report.moved",
        reference=report.reference,
        path="/desk/reports",
        due_at=clock.now(),
        key=f"report.moved:{report.reference}",
        role=Role.REPORTS,
    )
    events.emit(session, CommentMoved(comment_id=comment.id, reference=reference))
    settle(session, comment, keys=keys)
    return report


def open_report(session: Session, *, reference: str, actor: Actor, keys: CommentKeys) -> ReportContent:
    """Return what a report says; who opened it is on record. Raises `NotFound`, also when it was handed back."""
    report = _report(session, reference)
    audit.record(session, actor=actor, action="report.opened", subject=reference)
    return _content(report, keys=keys)


def take(session: Session, *, reference: str, actor: Actor) -> MisconductReport:
    """Note that the channel has taken a report over. Raises `NotFound`, `Conflict`."""
    report = _report(session, reference)
    if report.taken_on is not None:
        raise Conflict(N_("同事刚刚接收了这件。"))
    report.taken_on = clock.today()
    report.staff_id, report.post = (actor.id if actor.is_staff else None), actor.name
    audit.record(session, actor=actor, action="report.taken", subject=reference)
    return report


def hand_back(
    session: Session, *, reference: str, actor: Actor, keys: CommentKeys, note: str = ""
) -> Comment:
    """Hand a comment that is no report back to the queue, where it waits as before. Raises `NotFound`, `Conflict`."""
    note = checked_note(note)
    report = _report(session, reference)
    if report.taken_on is not None:
        raise Conflict(N_("这件已经接收，不能再退回审核。"))
    content = _content(report, keys=keys)
    comment = locked(session, Comment, report.comment_id)
    if comment.state is not CommentState.MOVED:
        raise NotFound(N_("没有找到这件。"))
    decide(session, comment, Verdict.RETURNED, actor=actor, keys=keys, note=note, subject=report.reference)
    comment.text, comment.at_seconds = content.text, content.at_seconds
    if content.typed != content.text:
        comment.original = sealing.seal_original(keys, comment.id, content.typed)
    report.returned_on, report.sealed = clock.today(), None
    report.staff_id, report.post = (actor.id if actor.is_staff else None), actor.name
    settle(session, comment, keys=keys)
    return comment


def _leave_nothing(session: Session, comment: Comment) -> None:
    """Take the words away, and the name under which anybody may have noted them down."""
    comment.reference = sealing.new_reference()
    comment.text, comment.original, comment.fingerprint, comment.at_seconds = "", None, None, None
    comment.met, comment.group_id, comment.place = 0, None, None
    session.execute(delete(CommentCatch).where(CommentCatch.comment_id == comment.id))
    session.execute(delete(MetToo).where(MetToo.comment_id == comment.id))
    forget_bands(session, [comment.id])


def _report(session: Session, reference: str) -> MisconductReport:
    report_id = session.scalar(
        select(MisconductReport.id).where(
            MisconductReport.reference == reference, MisconductReport.returned_on.is_(None)
        )
    )
    if report_id is None:
        raise NotFound(N_("没有找到这件。"))
    return locked(session, MisconductReport, report_id)


def _content(report: MisconductReport, *, keys: CommentKeys) -> ReportContent:
    assert report.sealed is not None
    return ReportContent(**json.loads(sealing.open_report(keys, report.comment_id, report.sealed)))


def _appeal_waits(session: Session, comment: Comment) -> bool:
    waiting = select(CommentAppeal.id).where(
        CommentAppeal.comment_id == comment.id, CommentAppeal.outcome.is_(None)
    )
    return session.scalar(waiting) is not None
