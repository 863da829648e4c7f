"""Counts what is done with comments, in the transaction in which it is done, for the public journal of moderation."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalapp.comments.models import (
    ModerationMonth,
    ModerationPerson,
    ModerationReason,
    ModerationUnit,
    ModerationWait,
)
from evalapp.comments.rules import sealing
from evalapp.comments.rules.journal import MOST_DAYS, WITH_REASONS, JournalAct, month_of, of_unit
from evalapp.comments.rules.moderation import RefusalReason
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import clock
from evalapp.core.base import Base


def note(
    session: Session,
    act: JournalAct,
    *,
    unit_id: uuid.UUID,
    author_id: uuid.UUID | None,
    keys: CommentKeys,
    reason: RefusalReason | None = None,
    waited_since: date | None = None,
    was_shown: bool = False,
) -> None:
    """Count an act of today: by month, by reason, by unit; with `waited_since`, also how long the comment waited.

    Authors who erased their account are counted as nobody.
    """
    today = clock.today()
    month = month_of(today)
    _add(session, ModerationMonth, {"month": month, "act": act})
    if reason is not None and act in WITH_REASONS:
        row = {"month": month, "act": act, "reason": reason}
        _add(session, ModerationReason, row, people=_is_new(session, row, author_id, keys=keys))
    row = {"month": month, "act": of_unit(act, was_shown=was_shown), "unit_id": unit_id}
    _add(session, ModerationUnit, row, people=_is_new(session, row, author_id, keys=keys))
    if waited_since is not None:
        days = min(max((today - waited_since).days, 0), MOST_DAYS)
        _add(session, ModerationWait, {"month": month, "days": days})


def _is_new(
    session: Session, row: Mapping[str, Any], author_id: uuid.UUID | None, *, keys: CommentKeys
) -> int:
    """1 when this author was not yet counted in the row, else 0."""
    if author_id is None:
        return 0
    key = sealing.counted_once(keys, cell=" ".join(str(part) for part in row.values()), resident_id=author_id)
    added = session.execute(
        _insert(session, ModerationPerson)
        .values(key=key, month=row["month"])
        .on_conflict_do_nothing()
        .returning(ModerationPerson.key)
    )
    return len(added.all())


def _add(session: Session, table: type[Base], row: Mapping[str, Any], **people: int) -> None:
    statement = _insert(session, table).values(**row, times=1, **people)
    counted = {"times": table.__table__.c.times + 1} | {
        name: table.__table__.c[name] + number for name, number in people.items()
    }
    session.execute(statement.on_conflict_do_update(index_elements=list(row), set_=counted))


def _insert(session: Session, table: type[Base]) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
