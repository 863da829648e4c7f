"""Reading what was removed: sums of a month, and the newest days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.retention.models import Removal

MONTH = timedelta(days=30)
_NEWEST = 60


@dataclass(frozen=True, kw_only=True)
class Removed:
    """How much one rule removed in the last thirty days, and when last."""

    amount: int
    last_on: date


def of_the_month(session: Session) -> dict[str, Removed]:
    """What each rule removed in the last thirty days, by rule; those that removed nothing are missing."""
    rows = session.execute(
        select(Removal.rule, func.sum(Removal.amount), func.max(Removal.removed_on))
        .where(Removal.removed_on > clock.today() - MONTH)
        .group_by(Removal.rule)
    )
    return {rule: Removed(amount=int(amount), last_on=last_on) for rule, amount, last_on in rows}


def newest(session: Session) -> Sequence[Removal]:
    """The newest removals, by day."""
    return session.scalars(
        select(Removal).order_by(Removal.removed_on.desc(), Removal.rule).limit(_NEWEST)
    ).all()
