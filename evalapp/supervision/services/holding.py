"""A matter held for an act: whoever comes second is refused."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_, Words
from evalapp.core.permissions import Actor, ActorKind
from evalapp.core.transaction import locked
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import Act, MatterKind
from evalapp.supervision.services import escalating

# Written by the clock and the calendar: nobody's page is out of date for it.
_QUIET = (Act.REMINDED, Act.NOTICE_ISSUED, Act.RECOUNTED)


def held(
    session: Session,
    matter_id: uuid.UUID,
    act: Act,
    *,
    unit_id: uuid.UUID | None = None,
    seen_version: int | None = None,
) -> Matter:
    """Return the matter, locked until the end of the transaction, if `act` is possible now.

    What fell due until now is written first, as if the worker had never slept.

    With a `unit_id` only as that unit's. Raises `NotFound` for another unit's and for one that was withdrawn, and
    `Conflict` when somebody else was first.
    """
    escalating.catch_up(session)
    matter = locked(session, Matter, matter_id)
    if unit_id is not None and matter.unit_id != unit_id:
        raise NotFound(N_("没有找到这件事项。"))
    if matter.withdrawn_at is not None:
        raise NotFound(N_("没有找到这件事项。"))
    if seen_version is not None and _acted_since(session, matter, seen_version):
        raise Conflict(N_("这件事项刚刚有人办过，请看看现在的情况。"))
    if not states.may(act, matter.phase):
        raise Conflict(
            N_("这件事项现在是“%(state)s”，这一步办不了。请看看现在的情况。"),
            state=Words(states.STATE_WORDS[states.MatterState(matter.phase.value)]),
        )
    escalating.settle(session, matter)
    return matter


def refuse_one_person(matter: Matter, actor: Actor) -> None:
    """Refuse to end, or to hold, alone what the office decides by two people: a result would be final for it, a card stand.

    What the monitor found falls away with the card that two people lift or the quarter that is reckoned again: then the
    application itself calls it off.
    """
    if matter.kind in states.RULED:
        raise Conflict(N_("这件事项由评议办两人复核答复。"))
    if matter.kind is MatterKind.MONITORING and actor.kind is not ActorKind.SYSTEM:
        raise Conflict(
            N_(
                "电子监察的事项和督办单不由一个人办结、撤下或暂停计时：两人撤销了牌，或者季度更正了，才随着撤。"
            )
        )


def _acted_since(session: Session, matter: Matter, seen_version: int) -> bool:
    if seen_version == matter.version:
        return False
    somebodys = select(MatterEvent.id).where(
        MatterEvent.matter_id == matter.id,
        MatterEvent.number > seen_version,
        MatterEvent.kind.not_in(_QUIET),
    )
    return session.scalar(somebodys.limit(1)) is not None
