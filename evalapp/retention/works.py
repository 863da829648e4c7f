"""Removals that take more than a row: what the domains do themselves when a retention rule asks for it."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts import vault, vault_applicants, vault_mail
from evalapp.accounts.services import numbers, residents
from evalapp.approvals.services import applicants
from evalapp.ballots import jobs as ballots_jobs
from evalapp.ballots.queries import gradings
from evalapp.core import clock
from evalapp.core.gateways import OutboxGateway
from evalapp.core.platform import Platform
from evalapp.notifications.models import Letter, LetterState, Notice
from evalapp.programme import jobs as programme_jobs
from evalapp.results import jobs as results_jobs
from evalapp.results.services import publishing
from evalapp.retention.pieces import AT_ONCE, Work, counted, in_pieces, once, until_done

_UNSENT = (LetterState.READY, LetterState.SENDING, LetterState.DOUBTFUL)


def _number_past_its_day(session: Session, _limit: datetime) -> int:
    return vault.expired(session, clock.now())  # the row says until when: longer where its holder had us stop


def _forget_number_past_its_day(session: Session, _limit: datetime) -> int:
    return vault.forget_expired(session, clock.now())


NUMBERS_NEVER_USED = Work(count=counted(_number_past_its_day), do=once(_forget_number_past_its_day))
IDLE_RESIDENTS = Work(
    count=counted(accounts.idle_since), do=until_done(residents.erase_idle, piece=residents.ERASED_AT_ONCE)
)
UNCONFIRMED_ADDRESSES = Work(
    count=counted(vault_mail.unconfirmed_since), do=once(vault_mail.forget_unconfirmed)
)
APPLICANTS = Work(count=counted(vault_applicants.old), do=once(applicants.forget_old))


def _kept_ids(session: Session, limit: datetime) -> int:
    horizon = gradings.all_final_before(session, now=limit)
    return int(numbers.is_anything_kept(session, before=horizon))


def _release_ids(platform: Platform, _limit: datetime) -> int:
    return ballots_jobs.release_person_ids(platform)


PERSON_IDS = Work(count=counted(_kept_ids), do=_release_ids)


def _boxes_to_forget(session: Session, _limit: datetime) -> int:
    return len(publishing.to_forget(session))


def _forget_boxes(platform: Platform, _limit: datetime) -> int:
    return results_jobs.forget_due(platform)


BOX_SECRETS = Work(count=counted(_boxes_to_forget), do=_forget_boxes)


def _overdue_uploads(platform: Platform, _limit: datetime) -> int:
    return programme_jobs.overdue(platform)


def _sweep_uploads(platform: Platform, _limit: datetime) -> int:
    return programme_jobs.sweep(platform)


LEFTOVERS = Work(count=_overdue_uploads, do=_sweep_uploads)


def _unsent(session: Session, limit: datetime) -> int:
    rows = select(func.count()).where(Letter.state.in_(_UNSENT), Letter.since <= limit)
    return session.scalar(rows) or 0


def _drop_unsent(session: Session, limit: datetime) -> int:
    done = session.execute(
        update(Letter)
        .where(Letter.state.in_(_UNSENT), Letter.since <= limit)
        .values(state=LetterState.DROPPED, resident_id=None, staff_id=None, ended_on=clock.today())
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it


UNSENT_LETTERS = Work(count=counted(_unsent), do=once(_drop_unsent))


def _ended(session: Session, limit: datetime) -> int:
    rows = select(func.count()).where(Letter.ended_on <= clock.local(limit).date())
    return session.scalar(rows) or 0


def _remove_ended(platform: Platform, limit: datetime) -> int:
    day = clock.local(limit).date()

    def piece(session: Session) -> int:
        ids = session.scalars(select(Letter.id).where(Letter.ended_on <= day).limit(AT_ONCE)).all()
        session.execute(delete(Notice).where(Notice.letter_id.in_(ids)))
        session.execute(delete(Letter).where(Letter.id.in_(ids)))
        return len(ids)

    return in_pieces(platform, piece)


ENDED_LETTERS = Work(count=counted(_ended), do=_remove_ended)


def _old_files(platform: Platform, limit: datetime) -> int:
    if not isinstance(platform.sms, OutboxGateway):
        return 0
    return len(platform.sms.older_than(limit))


def _remove_files(platform: Platform, limit: datetime) -> int:
    if not isinstance(platform.sms, OutboxGateway):
        return 0
    old = platform.sms.older_than(limit)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


OUTBOX = Work(count=_old_files, do=_remove_files)
