"""A red card leads to a supervision notice, dated by the card; that of a card which is there no more is called off."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, CaseCard
from evalapp.approvals.models.cards import UNTOLD
from evalapp.approvals.rules.kinds import TRIGGER_WORDS, Trigger, is_public
from evalapp.approvals.rules.naming import called
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.powers.models import ServiceItem
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules import states
from evalapp.supervision.rules.states import MatterKind

_AT_ONCE = 200


class _Card(NamedTuple):
    trigger: Trigger
    unit_id: uuid.UUID
    at: datetime
    gone_at: datetime | None
    lifted_at: datetime | None
    noticed_at: datetime | None
    matter_id: uuid.UUID | None
    reference: str
    code: str
    name: str


def untold(session: Session) -> Sequence[uuid.UUID]:
    """The red cards of which a notice is to be written or called off, those that fell due first in front."""
    return session.scalars(
        select(CaseCard.id).where(UNTOLD).order_by(CaseCard.at, CaseCard.id).limit(_AT_ONCE)
    ).all()


def tell(session: Session, *, card_id: uuid.UUID) -> None:
    """Write the notice of a red card, or call it off. Told a second time it changes nothing."""
    row = session.execute(
        select(
            CaseCard.trigger,
            CaseCard.unit_id,
            CaseCard.at,
            CaseCard.gone_at,
            CaseCard.lifted_at,
            CaseCard.noticed_at,
            CaseCard.matter_id,
            Case.reference,
            ServiceItem.code,
            ServiceItem.name,
        )
        .join(Case, Case.id == CaseCard.case_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .where(CaseCard.id == card_id, UNTOLD)
    ).one_or_none()
    if row is None:
        return
    card = _Card._make(row)
    if card.noticed_at is None:
        _write(session, card_id, card)
    else:
        _call_off(session, card_id, card)


def _write(session: Session, card_id: uuid.UUID, card: _Card) -> None:
    words = TRIGGER_WORDS[card.trigger]
    matter = supervision.open_matter(
        session,
        kind=MatterKind.MONITORING,
        key=f"card:{card_id}:{card.at.isoformat()}",
        title=f"{words}：{called(card.name, card.reference)}",
        path=f"/services/{card.code}",
        about=card.reference,
        unit_id=card.unit_id,
        is_public=is_public(card.trigger),
        opened_at=card.at,
    )
    session.execute(
        update(CaseCard).where(CaseCard.id == card_id).values(matter_id=matter.id, noticed_at=clock.now())
    )
    supervision.begin_with_notice(session, matter, reason=f"办件 {card.reference} {words}，亮了红牌。")


def _call_off(session: Session, card_id: uuid.UUID, card: _Card) -> None:
    matter = session.get(Matter, card.matter_id) if card.matter_id else None
    if matter is not None and matter.phase not in states.OVER and matter.withdrawn_at is None:
        reason = "复核后撤销了这张红牌。" if card.lifted_at else "后到的事件表明没有这回事，红牌不再成立。"
        supervision.close_matter(session, matter_id=matter.id, reason=reason, actor=SYSTEM)
    session.execute(update(CaseCard).where(CaseCard.id == card_id).values(noticed_at=None))
