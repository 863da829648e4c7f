"""What residents do with their own words: write them, take them back, have them erased."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts.events import ResidentErased
from evalapp.comments.events import CommentChanged
from evalapp.comments.models import (
    Comment,
    CommentAllowance,
    CommentAppeal,
    CommentAuthor,
    CommentCatch,
    Thread,
)
from evalapp.comments.rules import moderation, sealing, wording
from evalapp.comments.rules.journal import JournalAct
from evalapp.comments.rules.moderation import CommentState, Moderation
from evalapp.comments.rules.sealing import Authorship, CommentKeys
from evalapp.comments.services import journal
from evalapp.comments.services.asking import follow, locked_comment
from evalapp.comments.services.choice import record_choice
from evalapp.comments.services.grouping import forget_bands, join_group, leave_last_alone
from evalapp.comments.services.meeting import forget_said
from evalapp.comments.services.threads import recount
from evalapp.comments.services.watching import note_catch, watched_words
from evalapp.core import clock, events, jobs, masking
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound, TooMany
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.settings import Settings
from evalapp.supervision.services.answering import ASKER

ERASE = "comments.erase_author"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class CommentPolicy:
    """What the settings say: read before or after it is shown, and how many an hour from one resident."""

    moderation: Moderation
    per_hour: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(
            moderation=Moderation(settings.comment_moderation), per_hour=settings.comments_per_resident_hour
        )


def write_comment(
    session: Session,
    *,
    thread_id: uuid.UUID,
    author: Actor,
    text: str,
    keys: CommentKeys,
    policy: CommentPolicy,
    at_seconds: int | None = None,
    duration: float | None = None,
) -> Comment:
    """Keep a resident's words, masked, and hold them for the office unless the policy says otherwise.

    Words that the office watches for are held under every policy.
    `at_seconds` is a moment of the recording, which lasts `duration`. Raises `Invalid`, `TooMany`, `NotFound`, and
    `Conflict` when the same words came from the same person already.
    """
    assert author.id is not None
    words = wording.cleaned(text)
    _check_words(words)
    _check_moment(at_seconds, duration)
    unit_id = session.scalar(select(Thread.unit_id).where(Thread.id == thread_id))
    if unit_id is None:
        raise NotFound(N_("没有找到你要的内容。"))
    record_choice(session, policy.moderation)
    _use_allowance(session, author.id, keys=keys, per_hour=policy.per_hour)
    public = masking.masked(words)
    comment_id, now = uuid.uuid4(), clock.now()
    caught = watched_words(session, words)
    shown = policy.moderation is Moderation.AFTER and caught is None
    comment = Comment(
        id=comment_id,
        thread_id=thread_id,
        reference=sealing.new_reference(),
        pseudonym=sealing.pseudonym(keys, thread_id=thread_id, resident_id=author.id),
        fingerprint=sealing.fingerprint(keys, words),
        written_on=clock.local(now).date(),
        at_seconds=at_seconds,
        text=public.text,
        original=sealing.seal_original(keys, comment_id, words) if public.kinds else None,
        state=CommentState.SHOWN if shown else CommentState.HELD,
        shown_on=clock.local(now).date() if shown else None,
        version=0,
    )
    twice = Conflict(N_("你已经提交过同样的留言，不必再交一次。"), field="text")
    with refusing(session, {"uq_comments_thread_id_pseudonym_fingerprint": twice}):
        session.add(comment)
    authorship = Authorship(resident_id=author.id, written_at=now)
    session.add(
        CommentAuthor(comment_id=comment_id, sealed=sealing.seal_author(keys, comment_id, authorship))
    )
    join_group(session, comment)
    if caught:
        note_catch(session, comment, caught)
        journal.note(session, JournalAct.CAUGHT, unit_id=unit_id, author_id=author.id, keys=keys)
    if not shown:
        journal.note(session, JournalAct.HELD, unit_id=unit_id, author_id=author.id, keys=keys)
    else:
        events.emit(session, CommentChanged(comment_id=comment.id))
        recount(session, thread_id)
    return comment


def own_comment(session: Session, *, reference: str, author: Actor, keys: CommentKeys) -> Comment:
    """Return one's own comment, locked. Raises `NotFound` for another's, and for one of whoever had the number before."""
    assert author.id is not None
    sealed = session.execute(
        select(Comment.id, CommentAuthor.sealed)
        .join(CommentAuthor, CommentAuthor.comment_id == Comment.id)
        .where(Comment.reference == reference)
    ).one_or_none()
    written = sealing.open_author(keys, sealed.id, sealed.sealed) if sealed else None
    since = accounts.known_since(session, author.id)
    if sealed is None or written is None or written.resident_id != author.id or written.written_at < since:
        raise NotFound(N_("没有找到这条留言。"))
    return locked_comment(session, sealed.id)


def withdraw_comment(session: Session, *, reference: str, author: Actor, keys: CommentKeys) -> Comment:
    """Take one's own comment back: a mark stays. Raises `NotFound` for another's, `Conflict` when it is too late."""
    comment = own_comment(session, reference=reference, author=author, keys=keys)
    if not moderation.may_be_withdrawn(comment.state):
        raise Conflict(N_("这条留言已经没有公开，不必收回。"))
    comment.state, comment.fingerprint = CommentState.WITHDRAWN, None
    comment.version += 1
    follow(session, comment, actor=ASKER)
    events.emit(session, CommentChanged(comment_id=comment.id))
    if comment.group_id is not None:
        leave_last_alone(session, comment.group_id)
    recount(session, comment.thread_id)
    return comment


def erase_author(
    session: Session, *, resident_id: uuid.UUID, keys: CommentKeys, until: datetime | None = None
) -> int:
    """Erase every word of a resident and what tied it to them; return how many comments. Marks stay in the threads.

    Only what was written up to `until`, so that what they write when they come back is not taken with it. A report in
    the misconduct channel stays there, as the law asks for reports: nothing ties it to anybody any more.
    """
    threads = session.scalars(select(Thread.id).order_by(Thread.id)).all()
    names = [sealing.pseudonym(keys, thread_id=thread, resident_id=resident_id) for thread in threads]
    rows = session.execute(
        select(Comment.id, CommentAuthor.sealed)
        .join(CommentAuthor, CommentAuthor.comment_id == Comment.id)
        .where(Comment.pseudonym.in_(names))
        .order_by(Comment.id)
    ).all()
    ids = [
        comment_id
        for comment_id, sealed in rows
        if until is None or sealing.open_author(keys, comment_id, sealed).written_at <= until
    ]
    touched = {_erase(session, comment_id) for comment_id in ids}
    session.execute(delete(CommentAuthor).where(CommentAuthor.comment_id.in_(ids)))
    session.execute(update(CommentAppeal).where(CommentAppeal.comment_id.in_(ids)).values(text=""))
    session.execute(delete(CommentCatch).where(CommentCatch.comment_id.in_(ids)))
    forget_bands(session, ids)
    forget_said(session, resident_id=resident_id, keys=keys)
    for thread_id in sorted(touched):
        recount(session, thread_id)
    return len(ids)


def _erase(session: Session, comment_id: uuid.UUID) -> uuid.UUID:
    """Empty one comment; return its thread."""
    comment = locked_comment(session, comment_id)
    comment.state, comment.text, comment.original = CommentState.ERASED, "", None
    comment.pseudonym, comment.fingerprint = secrets.token_hex(32), None
    comment.version += 1
    follow(session, comment, actor=SYSTEM)
    events.emit(session, CommentChanged(comment_id=comment.id))
    return comment.thread_id


def on_resident_erased(session: Session, event: ResidentErased) -> None:
    """Ask for the work of erasing: it needs the keys, which a reaction does not have."""
    jobs.enqueue(
        session,
        ERASE,
        {"resident_id": str(event.resident_id), "until": clock.now().isoformat()},
    )


def _check_words(words: str) -> None:
    if not words:
        raise Invalid(N_("请先写下想说的话。"), field="text")
    if not wording.fits(words, wording.MOST_CHARACTERS):
        raise Invalid(
            N_("留言最多 %(most)s 字，现在有 %(now)s 字，请删短一些。"),
            field="text",
            most=wording.MOST_CHARACTERS,
            now=wording.characters(words),
        )


def _check_moment(at_seconds: int | None, duration: float | None) -> None:
    if at_seconds is None:
        return
    if duration is None or not 0 <= at_seconds <= duration:
        raise Invalid(N_("录像里没有这个时刻，请改一改或留空。"), field="at")


def _use_allowance(session: Session, resident_id: uuid.UUID, *, keys: CommentKeys, per_hour: int) -> None:
    """Count one comment of this hour; the database refuses the one too many, also of two at once."""
    now = clock.now()
    hour = _hour_of(now)
    session.execute(delete(CommentAllowance).where(CommentAllowance.hour < hour - _HOUR))
    key = sealing.allowance(keys, hour=hour, resident_id=resident_id)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(
        insert(CommentAllowance)
        .values(key=key, hour=hour, used=0)
        .on_conflict_do_nothing(index_elements=["key"])
    )
    used = session.execute(
        update(CommentAllowance)
        .where(CommentAllowance.key == key, CommentAllowance.used < per_hour)
        .values(used=CommentAllowance.used + 1)
        .returning(CommentAllowance.used)
    ).scalar()
    if used is None:
        left = int((hour + _HOUR - now).total_seconds()) + 1
        raise TooMany(
            N_("你这一小时已经写了 %(most)s 条留言，请 %(minutes)s 分钟后再写。"),
            retry_after=left,
            most=per_hour,
            minutes=-(-left // 60),
        )


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
