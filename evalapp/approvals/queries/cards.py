"""Yellow and red cards: lists for the desks, and one with what it is based on."""

import enum
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import CardContest, Case, CaseCard, CaseEventRow
from evalapp.approvals.queries import files
from evalapp.approvals.queries.shown import ShownClock
from evalapp.approvals.rules.kinds import COLOUR_WORDS, TRIGGER_WORDS
from evalapp.approvals.rules.profile import Profile
from evalapp.core import calendar, clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.powers.models import ServiceItem
from evalapp.supervision.models import Matter, Ruling
from evalapp.units.models import Unit

PAGE = 20


class Which(enum.StrEnum):
    """Which cards a list shows."""

    STANDING = "standing"
    CONTESTED = "contested"
    LIFTED = "lifted"
    ALL = "all"


class Stands(enum.StrEnum):
    """What became of a card."""

    STANDS = "stands"
    CONTESTED = "contested"
    LIFTED = "lifted"
    GONE = "gone"


STANDS_WORDS: dict[Stands, str] = {
    Stands.STANDS: N_("有效"),
    Stands.CONTESTED: N_("复核中"),
    Stands.LIFTED: N_("已撤销"),
    Stands.GONE: N_("后到的事件表明没有这回事"),
}


@dataclass(frozen=True, kw_only=True)
class ListedCard:
    """A card with its case, the item and the unit. Nothing of an applicant."""

    card: CaseCard
    case: Case
    item: ServiceItem
    unit: Unit
    is_contested: bool

    @property
    def colour_words(self) -> str:
        return COLOUR_WORDS[self.card.colour]

    @property
    def trigger_words(self) -> str:
        return TRIGGER_WORDS[self.card.trigger]

    @property
    def stands(self) -> Stands:
        if self.card.lifted_at is not None:
            return Stands.LIFTED
        if self.card.gone_at is not None:
            return Stands.GONE
        return Stands.CONTESTED if self.is_contested else Stands.STANDS

    @property
    def stands_words(self) -> str:
        return STANDS_WORDS[self.stands]


@dataclass(frozen=True, kw_only=True)
class CardList:
    items: Sequence[ListedCard]
    page: int
    has_more: bool


@dataclass(frozen=True, kw_only=True)
class ShownContest:
    """What was said against a card, with the matter that decides it, and the decision."""

    contest: CardContest
    matter: Matter
    ruling: Ruling | None


@dataclass(frozen=True, kw_only=True)
class CardPage:
    """A card with what it is based on: its clock day by day, or the rule for a breach; and what was said against it."""

    shown: ListedCard
    profile: Profile
    clock: ShownClock | None
    source: str
    is_ours: bool
    contested_until: datetime
    contests: Sequence[ShownContest]
    notice: Matter | None
    now: datetime

    @property
    def may_contest(self) -> bool:
        """Whether the unit may say that it is wrong, now."""
        is_open = self.shown.stands is Stands.STANDS and self.now < self.contested_until
        return is_open and all(one.contest.is_own for one in self.contests)

    @property
    def may_review(self) -> bool:
        """Whether the office may propose to lift it, now."""
        return self.shown.stands is Stands.STANDS


_WAITS = exists().where(CardContest.card_id == CaseCard.id, CardContest.ended_at.is_(None))
_CONDITIONS: dict[Which, Sequence[ColumnElement[bool]]] = {
    Which.STANDING: (CaseCard.gone_at.is_(None), CaseCard.lifted_at.is_(None)),
    Which.CONTESTED: (CaseCard.id.in_(select(CardContest.card_id).where(CardContest.ended_at.is_(None))),),
    Which.LIFTED: (CaseCard.lifted_at.is_not(None),),
    Which.ALL: (),
}


def card_list(session: Session, *, which: Which, page: int, unit_id: uuid.UUID | None = None) -> CardList:
    """Return a piece of the cards, newest first; of one unit or of all."""
    page = max(1, page)
    wanted = _shown().where(*_CONDITIONS[which])
    if unit_id is not None:
        wanted = wanted.where(CaseCard.unit_id == unit_id)
    rows = session.execute(
        wanted.order_by(CaseCard.at.desc(), CaseCard.id.desc()).offset((page - 1) * PAGE).limit(PAGE + 1)
    ).all()
    items = [_card(*row) for row in rows]
    return CardList(items=items[:PAGE], page=page, has_more=len(items) > PAGE)


def card_page(session: Session, card_id: uuid.UUID, *, unit_id: uuid.UUID | None = None) -> CardPage:
    """Return one card with what it is based on; as a unit's, another's does not exist. Raises `NotFound`."""
    row = session.execute(_shown().where(CaseCard.id == card_id)).one_or_none()
    if row is None or (unit_id is not None and row[0].unit_id != unit_id):
        raise NotFound(N_("没有找到这张牌。"))
    shown, now = _card(*row), clock.now()
    card, file = shown.card, files.case_file(session, shown.case.reference, now=now)
    lights = file.known.profile.lights
    rule = lights.clocks.get(card.trigger.value) or lights.breaches[card.trigger.value]
    return CardPage(
        shown=shown,
        profile=file.known.profile,
        clock=next(
            (one for one in file.clocks if (one.clock.trigger, one.clock.part) == (card.trigger, card.part)),
            None,
        ),
        source=rule.source,
        is_ours=rule.ours,
        contested_until=contested_until(session, card, file.known.profile),
        contests=_contests(session, card.id),
        notice=session.get(Matter, card.matter_id) if card.matter_id else None,
        now=now,
    )


def contested_until(session: Session, card: CaseCard, profile: Profile) -> datetime:
    """Until when the unit may contest a card: so many working days after it was written, by the profile of its case."""
    return calendar.term_ends_at(session, received_at=card.made_at, working_days=profile.own.contest.days)


def of_matter(session: Session, matter_id: uuid.UUID) -> uuid.UUID | None:
    """The card that a notice or a contest is about; none for a matter about something else."""
    found = session.scalar(select(CaseCard.id).where(CaseCard.matter_id == matter_id).limit(1))
    return found or session.scalar(select(CardContest.card_id).where(CardContest.matter_id == matter_id))


def known_since(session: Session, matter_id: uuid.UUID) -> datetime | None:
    """Since when anybody could know of the card that a notice is about: since the last event came of those that made it."""
    return session.scalar(
        select(func.max(CaseEventRow.received_at))
        .join(CaseCard, CaseCard.case_id == CaseEventRow.case_id)
        .where(CaseCard.matter_id == matter_id, CaseEventRow.counted_at <= CaseCard.at)
    )


def _shown() -> Select[CaseCard, Case, ServiceItem, Unit, bool]:
    return (
        select(CaseCard, Case, ServiceItem, Unit, _WAITS)
        .join(Case, Case.id == CaseCard.case_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .join(Unit, Unit.id == CaseCard.unit_id)
    )


def _card(card: CaseCard, case: Case, item: ServiceItem, unit: Unit, is_contested: object) -> ListedCard:
    return ListedCard(card=card, case=case, item=item, unit=unit, is_contested=bool(is_contested))


def _contests(session: Session, card_id: uuid.UUID) -> Sequence[ShownContest]:
    rows = session.execute(
        select(CardContest, Matter, Ruling)
        .join(Matter, Matter.id == CardContest.matter_id)
        .outerjoin(Ruling, (Ruling.matter_id == Matter.id) & Ruling.confirmed_at.is_not(None))
        .where(CardContest.card_id == card_id)
        .order_by(CardContest.made_at, CardContest.id)
    )
    return [ShownContest(contest=made, matter=matter, ruling=ruling) for made, matter, ruling in rows]
