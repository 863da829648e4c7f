"""Telling applicants by message when their case moves: at most one message a movement, never on the intake's way.

The intake leaves one row a batch; a round of the worker makes messages of it; each goes once, by the rules of letters
(docs/decisions/0019).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.accounts import vault_applicants
from evalapp.accounts.events import NumberStopped
from evalapp.accounts.models import Resident
from evalapp.accounts.vault_applicants import Reached
from evalapp.approvals.models import Case, CaseMessage, CaseNews, CaseQuiet, MessageState
from evalapp.approvals.models.telling import ONE_WAITS
from evalapp.approvals.rules import telling as rules
from evalapp.approvals.services import tracing
from evalapp.core import clock, jobs
from evalapp.core.constraints import violated
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.platform import Platform
from evalapp.core.transaction import locked
from evalapp.notifications.rules import stopping

SEND = "approvals.send_message"
STOP_KEY = "case-stops"
_PIECE = 500
_AT_ONCE = 20


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message as it goes, and where."""

    to: Reached
    text: str


def note(session: Session, ids: Sequence[uuid.UUID], *, received_at: datetime) -> None:
    """Leave word of the cases that a batch moved: one row, whatever their number."""
    if ids:
        row = {"id": uuid.uuid4(), "received_at": received_at, "cases": {"ids": [each.hex for each in ids]}}
        session.execute(insert(CaseNews), [row])


def waiting_news(session: Session) -> Sequence[uuid.UUID]:
    """What was left by the intake and not looked at, the earliest first."""
    return session.scalars(select(CaseNews.id).order_by(CaseNews.received_at).limit(_AT_ONCE)).all()


def write_messages(session: Session, news_id: uuid.UUID) -> int:
    """Make messages of what a batch moved; return how many. One that waits already says what is new when it goes."""
    news = session.execute(
        delete(CaseNews).where(CaseNews.id == news_id).returning(CaseNews.received_at, CaseNews.cases)
    ).one_or_none()
    if news is None or not rules.is_recent(news.received_at, clock.now()):
        return 0
    ids = [uuid.UUID(hex=each) for each in news.cases["ids"]]
    written = 0
    for begin in range(0, len(ids), _PIECE):
        wanted = session.scalars(
            select(Case.id).where(Case.id.in_(ids[begin : begin + _PIECE]), _wants_messages())
        ).all()
        written += _write(session, wanted)
    return written


def begin(
    session: Session, platform: Platform, message_id: uuid.UUID, *, is_told_twice: bool
) -> Written | None:
    """Mark a message as being handed over and return it; none when there is nothing to hand over any more.

    One that an earlier run left so is dropped where the gateway cannot tell it from another: at most once. What keeps the
    vault shut is raised before anything is marked.
    """
    message = locked(session, CaseMessage, message_id)
    if message.ended_on is not None:
        return None
    row = session.execute(
        select(Case.applicant_id, Case.person_id, Case.reference, Case.state, Case.id, Resident.lang)
        .outerjoin(Resident, Resident.person_id == Case.person_id)
        .where(Case.id == message.case_id, _wants_messages())
    ).one_or_none()
    is_doubtful = message.state is MessageState.SENDING and is_told_twice
    to = None
    if row is not None and row.applicant_id is not None and not is_doubtful:
        to = vault_applicants.reached(session, platform.keys, row.applicant_id, row.person_id)
    if row is None or to is None:
        end(session, message_id, MessageState.DROPPED)
        return None
    message.state = MessageState.SENDING
    session.flush()
    settings = platform.settings
    words = rules.text(
        lang=row.lang or "zh",
        site=settings.site_name,
        address=settings.public_url,
        reference=row.reference,
        code=tracing.code_of(platform.keys, row.reference),
        state=row.state,
        stop=stop_address(platform, row.id),
    )
    return Written(to=to, text=words)


def was_not_taken(session: Session, message_id: uuid.UUID) -> bool:
    """Note that the gateway certainly did not take a message; return whether it waits for another time.

    Where another of the same case waits meanwhile this one has nothing to say any more: that one says where the case stands.
    """
    message = locked(session, CaseMessage, message_id)
    if message.state is not MessageState.SENDING:
        return False
    try:
        with session.begin_nested():
            message.state = MessageState.WAITING
    except IntegrityError as error:
        if violated(error) != ONE_WAITS:
            raise
        end(session, message_id, MessageState.DROPPED)
        return False
    return True


def end(session: Session, message_id: uuid.UUID, state: MessageState) -> None:
    """Note what became of a message."""
    message = locked(session, CaseMessage, message_id)
    if message.ended_on is None:
        message.state, message.ended_on = state, clock.today()
        session.flush()


def stop_address(platform: Platform, case_id: uuid.UUID) -> str:
    """Return the address that ends the messages to the applicant of a case, without signing in. It names no case."""
    token = stopping.signed(platform.keys.service(STOP_KEY), case_id.hex)
    return f"{platform.settings.public_url}/cases/stop/{token}"


def person_behind(session: Session, platform: Platform, token: str) -> str:
    """Return whose messages an address stops. Raises `NotFound` for one that is not ours, or whose applicant is gone."""
    code = stopping.opened(platform.keys.service(STOP_KEY), token)
    person = session.scalar(select(Case.person_id).where(Case.id == uuid.UUID(hex=code))) if code else None
    if not person:
        raise NotFound(N_("这个地址已经失效。如果还收到通知，请打开最新一封里的地址。"))
    return person


def is_quiet(session: Session, person_id: str) -> bool:
    """Whether somebody wants no messages about cases."""
    return session.get(CaseQuiet, person_id) is not None


def stop(session: Session, person_id: str) -> None:
    """Send no more messages about cases to a number; stopping twice changes nothing."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    made = (postgresql.insert if is_postgresql else sqlite.insert)(CaseQuiet)
    row = made.values(person_id=person_id, since=clock.now())
    session.execute(row.on_conflict_do_nothing(index_elements=["person_id"]))


def allow(session: Session, person_id: str) -> None:
    """Let messages come again."""
    session.execute(delete(CaseQuiet).where(CaseQuiet.person_id == person_id))


def on_number_stopped(session: Session, event: NumberStopped) -> None:
    """React to the word that somebody sent back."""
    stop(session, event.person_id)


def _wants_messages() -> ColumnElement[bool]:
    quiet = exists().where(CaseQuiet.person_id == Case.person_id)
    return (Case.person_id != "") & ~quiet


def _write(session: Session, case_ids: Sequence[uuid.UUID]) -> int:
    if not case_ids:
        return 0
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    made = (postgresql.insert if is_postgresql else sqlite.insert)(CaseMessage)
    # As text: a bound value would not be what the index says, nor go with many rows at once.
    one_waits = made.on_conflict_do_nothing(index_elements=["case_id"], index_where=text("state = 'waiting'"))
    rows = [{"id": uuid.uuid4(), "case_id": each, "state": MessageState.WAITING} for each in case_ids]
    session.execute(one_waits, rows)
    there = session.scalars(
        select(CaseMessage.id).where(CaseMessage.id.in_([row["id"] for row in rows]))
    ).all()
    jobs.enqueue_all(session, SEND, {f"case-message:{each}": {"message": str(each)} for each in there})
    return len(there)
