"""What every plan goes through: its shape, what speaks against it, and the reason that accepts that."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning as episodes
from evalapp.programme.queries import planning_schedule as queries
from evalapp.programme.rules import MENDED_BY_TIME, Booking, Clash, Span
from evalapp.programme.services.planning_history import NOTHING, Accepted


class PlanRefused(Conflict):
    """Something speaks against a plan; holds what, and the next free time where another time would mend it."""

    code = "plan-refused"
    title = N_("安排有冲突。")

    def __init__(self, found: Sequence[Clash], free: Span | None) -> None:
        super().__init__(N_("这样安排有冲突，还没有保存。"))
        self.clashes = tuple(found)
        self.free = free

    @property
    def may_be_overridden(self) -> bool:
        return not any(clash.is_refused for clash in self.clashes)


def plannable(session: Session, episode_id: uuid.UUID, span: Span) -> Episode:
    """Return the episode, locked; refuses a withdrawn one and a span that no plan can have."""
    episode = locked(session, Episode, episode_id)
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下，不能再安排。"))
    fits(span)
    return episode


def fits(span: Span) -> None:
    """Refuse a span that ends before it begins, lasts longer than half a day, or is not on five minutes."""
    if not span.is_sensible:
        raise Invalid(N_("结束要晚于开始，一次最长 12 小时。"), field="minutes")
    if not span.is_on_ticks:
        raise Invalid(N_("时间请取 5 分钟的整数倍。"), field="starts_at")


def accepted_clashes(session: Session, booking: Booking, override_reason: str) -> Accepted:
    """Return what speaks against `booking` and is accepted by the reason.

    Raises `PlanRefused` with the next free time when there is no reason, or when no reason can accept it.
    """
    row = episodes.episode_with_state_by_id(session, booking.episode_id)
    found = queries.clashes_of(session, booking, row)
    is_refused = any(clash.is_refused for clash in found)
    if found and (is_refused or not override_reason.strip()):
        another_time_mends = any(clash.kind in MENDED_BY_TIME for clash in found)
        raise PlanRefused(found, queries.free_time(session, booking) if another_time_mends else None)
    return Accepted(clashes=found, reason=override_reason.strip()) if found else NOTHING


def told(span: Span) -> dict[str, str]:
    """Return a span as the history keeps it."""
    return {"starts_at": span.starts_at.isoformat(), "ends_at": span.ends_at.isoformat()}


def just_taken() -> Conflict:
    """Return the refusal for the planner who came second."""
    return Conflict(N_("这个时段刚刚被别人订走了，请换一个时间。"), field="starts_at")
