"""Gives out references: MT-2026-0042, DBD-2026-001. A number that was rolled back is given again; none is given twice."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.supervision.models import ReferenceCounter

MATTERS, NOTICES = "MT", "DBD"
_DIGITS = {MATTERS: 4, NOTICES: 3}


def next_reference(session: Session, prefix: str, year: int) -> str:
    """Return the next reference of a year. The counter's row is held until the end of the transaction."""
    number = _raised(session, prefix, year)
    if number is None:
        _begin_year(session, prefix, year)
        number = _raised(session, prefix, year)
    return f"{prefix}-{year}-{number:0{_DIGITS[prefix]}}"


def _raised(session: Session, prefix: str, year: int) -> int | None:
    return session.scalar(
        update(ReferenceCounter)
        .where(ReferenceCounter.prefix == prefix, ReferenceCounter.year == year)
        .values(last=ReferenceCounter.last + 1)
        .returning(ReferenceCounter.last)
        .execution_options(synchronize_session=False)
    )


def _begin_year(session: Session, prefix: str, year: int) -> None:
    try:
        with session.begin_nested():
            session.add(ReferenceCounter(prefix=prefix, year=year, last=0))
    except IntegrityError:
        return  # somebody else was first
