"""Letting go of who applied: with the account of the person, and when a case is long over."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session

from evalapp.accounts import vault_applicants
from evalapp.accounts.events import ResidentErased, ResidentStartedAnew
from evalapp.accounts.models import Applicant, Resident
from evalapp.approvals.models import Case, CaseComplaint, CaseQuiet

_NOBODY = {"person_id": "", "applicant_shown": ""}


def on_resident_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """Let go of the name and number of whoever erased the account, or had the number before; the cases stay, of nobody."""
    _forget_words(session, Case.person_id == event.person_id)
    session.execute(delete(CaseQuiet).where(CaseQuiet.person_id == event.person_id))
    vault_applicants.forget_person(session, event.person_id)
    session.execute(
        update(Case)
        .where(Case.person_id == event.person_id)
        .values(_NOBODY)
        .execution_options(synchronize_session=False)
    )


def forget_old(session: Session, limit: datetime) -> int:
    """Let go of applicants kept before `limit`; return of how many.

    Whoever wanted no messages before then and has neither a case nor an account any more is let go of as well.
    """
    gone = select(Applicant.id).where(vault_applicants.is_old(limit))
    _forget_words(session, Case.applicant_id.in_(gone))
    session.execute(
        update(Case)
        .where(Case.applicant_id.in_(gone))
        .values(_NOBODY)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(CaseQuiet)
        .where(
            CaseQuiet.since < limit,
            ~exists().where(Case.person_id == CaseQuiet.person_id),
            ~exists().where(Resident.person_id == CaseQuiet.person_id),
        )
        .execution_options(synchronize_session=False)
    )
    return vault_applicants.forget_old(session, limit)


def _forget_words(session: Session, which: ColumnElement[bool]) -> None:
    """What they complained of in words goes with them; that they did, and what was answered, stays."""
    session.execute(
        update(CaseComplaint)
        .where(CaseComplaint.case_id.in_(select(Case.id).where(which)), CaseComplaint.words != "")
        .values(words="")
        .execution_options(synchronize_session=False)
    )
