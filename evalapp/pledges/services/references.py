"""Gives out references: PL-2026-0042. A number that was rolled back is given again; none is given twice."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.pledges.models import ReferenceCounter


def next_reference(session: Session, prefix: str) -> str:
    """Return the next reference of this year. The counter's row is held until the end of the transaction."""
    year = clock.today().year
    number = _raised(session, prefix, year)
    if number is None:
        _begin_year(session, prefix, year)
        number = _raised(session, prefix, year)
    return f"{prefix}-{year}-{number:04}"


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
