"""Gives out references that people read: PL-2026-0042. A number that was rolled back is given again; none is given twice."""

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

DIGITS = 4


class CountsReferences:
    """The columns of a domain's table of counters: the last number given to a kind of reference in a year."""

    prefix: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


def next_reference(
    session: Session, counter: type[CountsReferences], prefix: str, *, year: int, digits: int = DIGITS
) -> str:
    """Return the next reference of a year. The counter's row is held until the end of the transaction."""
    return f"{prefix}-{year}-{next_numbers(session, counter, prefix, year=year):0{digits}}"


def next_numbers(
    session: Session, counter: type[CountsReferences], prefix: str, *, year: int, count: int = 1
) -> int:
    """Take so many numbers of a year in a row, and return the last of them."""
    number = _raised(session, counter, prefix, year, count)
    if number is None:
        _begin_year(session, counter, prefix, year)
        number = _raised(session, counter, prefix, year, count)
    assert number is not None  # the year has begun
    return number


def _raised(
    session: Session, counter: type[CountsReferences], prefix: str, year: int, count: int
) -> int | None:
    return session.scalar(
        update(counter)
        .where(counter.prefix == prefix, counter.year == year)
        .values(last=counter.last + count)
        .returning(counter.last)
        .execution_options(synchronize_session=False)
    )


def _begin_year(session: Session, counter: type[CountsReferences], prefix: str, year: int) -> None:
    try:
        with session.begin_nested():
            session.execute(insert(counter).values(prefix=prefix, year=year, last=0))
    except IntegrityError:
        return  # somebody else was first
