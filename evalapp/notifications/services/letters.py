"""Letters: notices are put into the one letter that waits for their reader; then it goes, once."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from evalapp.accounts.events import NoticesStopped, ResidentErased, ResidentStartedAnew
from evalapp.accounts.rules import Purpose
from evalapp.core import clock, jobs
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.transaction import locked
from evalapp.notifications.models import Channel, Letter, LetterState, Notice, Reader
from evalapp.notifications.rules import DELIVER
from evalapp.notifications.rules.timing import Rhythm, hour_of

_TRIES = 10
_NOT_BEGUN = (LetterState.WAITING, LetterState.READY, LetterState.DOUBTFUL)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A reader, by the key of the table that they are in, and what makes the notice one however often it is asked for."""

    reader_id: uuid.UUID
    key: str | None = None


def notify(
    session: Session,
    *,
    resident_id: uuid.UUID,
    purpose: Purpose = Purpose.REPLY_NOTICES,
    key: str | None = None,
) -> None:
    """Have a resident told that there is something new on their page, in the transaction of what is new."""
    tell_residents(session, [Told(reader_id=resident_id, key=key)], purpose=purpose, at=clock.now())


def tell_residents(session: Session, told: Sequence[Told], *, purpose: Purpose, at: datetime) -> None:
    """Have residents told of what happened at `at`, which they agreed to under `purpose`.

    A key that is known already is told no second time.
    """
    rhythms: dict[uuid.UUID, Rhythm] = {
        row.resident_id: row.rhythm
        for row in session.execute(
            select(Reader.resident_id, Reader.rhythm).where(
                Reader.resident_id.in_({one.reader_id for one in told})
            )
        )
    }
    _tell(session, Letter.resident_id, told, purpose=purpose, at=at, rhythms=rhythms)


def tell_staff(session: Session, told: Sequence[Told], *, at: datetime) -> None:
    """Have members of staff written to. Whoever has no address gets no letter, which is seen when it goes."""
    _tell(session, Letter.staff_id, told, purpose=None, at=at, rhythms={})


def call(session: Session, letter_id: uuid.UUID) -> None:
    """Ask for the work of handing a letter over; asked twice it is one piece of work."""
    job_id = jobs.enqueue(session, DELIVER, {"letter_id": str(letter_id)}, key=f"letter:{letter_id}")
    session.execute(update(Letter).where(Letter.id == letter_id).values(job_id=job_id))


def begin(session: Session, letter: Letter, channel: Channel) -> None:
    """Write that a gateway is about to be called; from now on the letter takes no further notice in."""
    letter.state, letter.channel = LetterState.SENDING, channel
    session.flush()


def was_not_taken(session: Session, letter_id: uuid.UUID) -> None:
    """Note that the gateway certainly did not take a letter: it may be handed over again."""
    letter = locked(session, Letter, letter_id)
    if letter.state is LetterState.SENDING:
        letter.state = LetterState.READY


def is_doubtful(session: Session, letter_id: uuid.UUID) -> None:
    """Note that nobody knows whether the gateway took a letter: the desk decides."""
    letter = locked(session, Letter, letter_id)
    if letter.state is LetterState.SENDING:
        letter.state = LetterState.DOUBTFUL


def end(session: Session, letter_id: uuid.UUID, state: LetterState) -> None:
    """Note that a letter was sent or dropped, and forget whom it was for."""
    letter = locked(session, Letter, letter_id)
    if letter.ended_on is None:
        letter.state, letter.ended_on = state, clock.today()
        letter.resident_id = letter.staff_id = None


def send_again(session: Session, letter_id: uuid.UUID) -> None:
    """Hand a doubtful letter over again, as somebody at the desk decided. Raises `Conflict` for any other."""
    letter = _doubtful(session, letter_id)
    letter.state = LetterState.READY
    jobs.enqueue(session, DELIVER, {"letter_id": str(letter.id)})


def take_as_sent(session: Session, letter_id: uuid.UUID) -> None:
    """Believe that a doubtful letter was sent, as somebody at the desk decided. Raises `Conflict` for any other."""
    letter = _doubtful(session, letter_id)
    end(session, letter.id, LetterState.SENT)


def drop_all(session: Session, resident_id: uuid.UUID) -> None:
    """Drop what still waits for a resident: they do not want it, or are not the same person any more."""
    session.execute(
        update(Letter)
        .where(Letter.resident_id == resident_id, Letter.state.in_(_NOT_BEGUN))
        .values(state=LetterState.DROPPED, resident_id=None, ended_on=clock.today())
    )


def on_notices_stopped(session: Session, event: NoticesStopped) -> None:
    """React to whoever no longer wants notices of a kind: they leave the letters, and a letter left empty is dropped."""
    waiting = select(Letter.id).where(Letter.resident_id == event.resident_id, Letter.state.in_(_NOT_BEGUN))
    ids = session.scalars(waiting.order_by(Letter.id).with_for_update()).all()
    session.execute(delete(Notice).where(Notice.letter_id.in_(ids), Notice.purpose == event.purpose))
    left = select(Notice.letter_id).where(Notice.letter_id.in_(ids))
    session.execute(
        update(Letter)
        .where(Letter.id.in_(ids), Letter.id.not_in(left))
        .values(state=LetterState.DROPPED, resident_id=None, ended_on=clock.today())
    )


def on_resident_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """React to whoever may no longer have letters."""
    drop_all(session, event.resident_id)


def _doubtful(session: Session, letter_id: uuid.UUID) -> Letter:
    letter = locked(session, Letter, letter_id)
    if letter.state is not LetterState.DOUBTFUL:
        raise Conflict(N_("这封信已经有人处理过了。"))
    return letter


def _tell(
    session: Session,
    column: InstrumentedAttribute[uuid.UUID | None],
    told: Sequence[Told],
    *,
    purpose: Purpose | None,
    at: datetime,
    rhythms: Mapping[uuid.UUID, Rhythm],
) -> None:
    known = set(
        session.scalars(select(Notice.key).where(Notice.key.in_({one.key for one in told if one.key})))
    )
    new = [one for one in told if one.key is None or one.key not in known]
    letters = _waiting(session, column, {one.reader_id for one in new}, at=at, rhythms=rhythms)
    rows = [
        {
            "id": uuid.uuid4(),
            "letter_id": letters[one.reader_id],
            "key": one.key,
            "purpose": purpose,
            "made_on": clock.local(at).date(),
        }
        for one in new
    ]
    if rows:
        session.execute(_insert(session, Notice).on_conflict_do_nothing(index_elements=["key"]), rows)


def _waiting(
    session: Session,
    column: InstrumentedAttribute[uuid.UUID | None],
    readers: Iterable[uuid.UUID],
    *,
    at: datetime,
    rhythms: Mapping[uuid.UUID, Rhythm],
) -> dict[uuid.UUID, uuid.UUID]:
    """The letters that wait for these readers, held so that none goes before its notice is in; opened where there is none."""
    found: dict[uuid.UUID, uuid.UUID] = {}
    missing = sorted(readers)
    for _ in range(_TRIES):
        rows = session.execute(
            select(column, Letter.id)
            .where(column.in_(missing), Letter.state == LetterState.WAITING)
            .order_by(column)
            .with_for_update()
        )
        found |= {reader: letter_id for reader, letter_id in rows if reader is not None}
        missing = [reader for reader in missing if reader not in found]
        if not missing:
            return found
        new = [
            {
                "id": uuid.uuid4(),
                column.key: reader,
                "rhythm": rhythms.get(reader, Rhythm.AT_ONCE),
                "since": hour_of(at),
                "state": LetterState.WAITING,
            }
            for reader in missing
        ]
        opened = _insert(session, Letter).on_conflict_do_nothing(
            index_elements=[column.key], index_where=text("state = 'waiting'")
        )
        session.execute(opened, new)
    raise Conflict(N_("系统暂时不能保存，请稍后再试。你填写的内容没有丢。"))


def _insert(session: Session, kind: type[Letter | Notice]) -> Any:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return (postgresql.insert if is_postgresql else sqlite.insert)(kind)
