"""A card is contested by its unit, or looked at again by the office; two people decide, and what they lift is public."""

import uuid

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from evalapp.accounts import vault_applicants
from evalapp.approvals.models import CardContest, Case, CaseCard
from evalapp.approvals.queries import profiles
from evalapp.approvals.queries.cards import contested_until
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.approvals.rules.kinds import COLOUR_WORDS, TRIGGER_WORDS, is_public
from evalapp.approvals.rules.naming import called
from evalapp.approvals.rules.quarters import YearQuarter
from evalapp.approvals.services import due, folded, journal, quarters
from evalapp.audit import services as audit
from evalapp.core import clock, masking
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.powers.models import ServiceItem
from evalapp.supervision import services as supervision
from evalapp.supervision.events import MatterRuled
from evalapp.supervision.models import Deadline, Matter, Ruling
from evalapp.supervision.rules.profile import Term
from evalapp.supervision.rules.states import Act, MatterKind, Stage
from evalapp.supervision.services import timeline

TEXT_LIMIT = 1_000


def contest(
    session: Session, keys: Keys, *, card_id: uuid.UUID, unit_id: uuid.UUID, text: str, actor: Actor
) -> CardContest:
    """Say for the unit that a card is wrong, within the term of the profile; the office's clock begins.

    Raises `NotFound` for another unit's, `Conflict` after the term, for a second time and of a card that no longer stands.
    """
    return _ask(session, keys, card_id, text=text, actor=actor, unit_id=unit_id)


def review(session: Session, keys: Keys, *, card_id: uuid.UUID, reason: str, actor: Actor) -> CardContest:
    """Propose for the office to lift a card that nobody contests; another person confirms it, as with any other.

    Raises `Conflict` while one waits and of a card that no longer stands, `NotAllowed`.
    """
    made = _ask(session, keys, card_id, text=reason, actor=actor, unit_id=None)
    supervision.propose_ruling(
        session, matter_id=made.matter_id, is_upheld=True, reason=made.text, actor=actor
    )
    return made


def on_matter_ruled(session: Session, event: MatterRuled) -> None:
    """React to the decision of two people: a card that was found wrong is lifted, and its case counted without it."""
    if event.kind is not MatterKind.CARD:
        return
    made = session.scalar(select(CardContest).where(CardContest.matter_id == event.matter_id))
    if made is None:
        return
    ruling = session.scalars(
        select(Ruling)
        .where(Ruling.matter_id == event.matter_id, Ruling.confirmed_at.is_not(None))
        .order_by(Ruling.confirmed_at.desc())
        .limit(1)
    ).one()
    now = clock.now()
    made.ended_at, made.has_lifted = now, event.is_upheld
    unit_id, case_id = session.execute(
        select(CaseCard.unit_id, CaseCard.case_id).where(CaseCard.id == made.card_id)
    ).one()
    folded.hold_unit(session, unit_id)
    card = locked(session, CaseCard, made.card_id)
    posts = [ruling.proposed_post, ruling.confirmed_post]
    case, item = _case(session, case_id)
    if event.is_upheld and card.lifted_at is None:
        card.lifted_at, card.lifted_reason, card.lifted_by = now, ruling.reason, "、".join(posts)
        session.flush()
        due.refold(session, unit_id, {case.id: case.basis_id}, now=now)
        audit.record(session, actor=SYSTEM, action="card.lifted", subject=case.reference)
    about = f"{COLOUR_WORDS[card.colour]}：{TRIGGER_WORDS[card.trigger]}"
    if is_public(card.trigger):
        about += f"，{item.name}"
    journal.note(
        session,
        MonitorAct.LIFTED if event.is_upheld else MonitorAct.UPHELD,
        unit_id=unit_id,
        subject=case.reference,
        path=f"/matters/{event.reference}",
        about=about,
        reason=ruling.reason,
        posts=posts,
    )
    _note_delay(session, event, unit_id=unit_id, about=about, posts=posts)
    if event.is_upheld:
        quarters.correct(
            session, unit_id=unit_id, one=YearQuarter.of(card.at), reason=ruling.reason, posts=posts
        )


def _ask(
    session: Session, keys: Keys, card_id: uuid.UUID, *, text: str, actor: Actor, unit_id: uuid.UUID | None
) -> CardContest:
    field = "text" if unit_id else "reason"
    words = masking.masked(cleaned_text(text, field=field, limit=TEXT_LIMIT, required=True)).text
    card = session.get(CaseCard, card_id, populate_existing=True)
    if card is None or (unit_id is not None and card.unit_id != unit_id):
        raise NotFound(N_("没有找到这张牌。"))
    if card.lifted_at is not None or card.gone_at is not None:
        raise Conflict(N_("这张牌已经不在了，不用再提。"))
    waits = Conflict(N_("这张牌正在复核，请等结论。"))
    if session.scalar(select(exists().where(CardContest.card_id == card.id, CardContest.ended_at.is_(None)))):
        raise waits  # before the database answers: of two constraints that it breaks, either may come first
    case, item = _case(session, card.case_id)
    words = _without_name(session, keys, case, words)
    profile = profiles.basis_of(session, case.basis_id).profile
    rule = profile.own.contest
    if unit_id is not None and clock.now() >= contested_until(session, card, profile):
        raise Conflict(N_("申诉期已满，不能再提。"))
    colour, trigger = COLOUR_WORDS[card.colour], TRIGGER_WORDS[card.trigger]
    matter = supervision.open_matter(
        session,
        kind=MatterKind.CARD,
        title=f"复核{colour}：{trigger}，{called(item.name, case.reference)}",
        path=f"/services/{item.code}",
        about=case.reference,
        unit_id=card.unit_id,
        is_public=is_public(card.trigger),
        term=Term(days=rule.review_days, source=rule.source),
        actor=actor,
    )
    made = CardContest(
        id=uuid.uuid4(),
        card_id=card.id,
        matter_id=matter.id,
        is_own=unit_id is None,
        text=words,
        made_at=clock.now(),
        made_by=actor.name,
    )
    with refusing(
        session,
        {
            "uq_card_contests_waiting": waits,
            "uq_card_contests_of_unit": Conflict(N_("这张牌申诉过了，只能申诉一次。")),
        },
    ):
        session.add(made)
    timeline.record(session, matter, Act.CONTESTED, actor=actor, note=words)
    return made


def _without_name(session: Session, keys: Keys, case: Case, words: str) -> str:
    """What is said of a case in public, without the name of who applied: whoever handles it has it at hand."""
    if case.applicant_id is None:
        return words
    name = vault_applicants.known(session, keys, case.applicant_id).name
    return masking.mask_words(words, [name]) if len(name) > 1 and name in words else words


def _case(session: Session, case_id: uuid.UUID) -> tuple[Case, ServiceItem]:
    case, item = session.execute(
        select(Case, ServiceItem).join(ServiceItem, ServiceItem.id == Case.item_id).where(Case.id == case_id)
    ).one()
    return case, item


def _note_delay(
    session: Session, event: MatterRuled, *, unit_id: uuid.UUID, about: str, posts: list[str]
) -> None:
    """Write down a decision that came after the office's own term."""
    clock_of = session.scalars(
        select(Deadline)
        .where(Deadline.matter_id == event.matter_id, Deadline.stage == Stage.RULE)
        .order_by(Deadline.number.desc())
        .limit(1)
    ).one()
    if clock_of.due_on is None or clock_of.due_at is None or clock.now() < clock_of.due_at:
        return
    matter = session.get_one(Matter, event.matter_id)
    journal.note(
        session,
        MonitorAct.REVIEWED_LATE,
        unit_id=unit_id,
        subject=matter.reference,
        path=f"/matters/{matter.reference}",
        about=f"{about}；{clock_of.due_on.isoformat()} → {clock.today().isoformat()}",
        posts=posts,
    )
