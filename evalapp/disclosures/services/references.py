"""Gives out references: GK-2026-0001. A number that was rolled back is given again; none is given twice."""

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.disclosures.models import ReferenceCounter

_PREFIX = "GK"


def next_reference(session: Session) -> str:
    """Return the next reference of this year. The counter's row is held until the end of the transaction."""
    year = clock.today().year
    number = _raised(session, year)
    if number is None:
        _begin_year(session, year)
        number = _raised(session, year)
    return f"{_PREFIX}-{year}-{number:04}"


def _raised(session: Session, year: int) -> int | None:
    return session.scalar(
        update(ReferenceCounter)
        .where(ReferenceCounter.year == year)
        .values(last=ReferenceCounter.last + 1)
        .returning(ReferenceCounter.last)
        .execution_options(synchronize_session=False)
    )


def _begin_year(session: Session, year: int) -> None:
    try:
        with session.begin_nested():
            session.add(ReferenceCounter(year=year, last=0))
    except IntegrityError:
        return  # somebody else was first
