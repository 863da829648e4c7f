"""Making, rewording and withdrawing pledges: every wording that was shown is kept."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events, terms
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.references import next_reference
from evalapp.core.terms import Term
from evalapp.core.transaction import locked
from evalapp.pledges.events import PledgeShown, PledgeWithdrawn
from evalapp.pledges.models import Pledge, PledgeVersion, PledgeVersionItem, ReferenceCounter
from evalapp.pledges.queries import measuring_items
from evalapp.powers.models import ServiceItem
from evalapp.powers.rules.kinds import PowerState
from evalapp.units import services as units
from evalapp.units.models import Unit

TITLE_LIMIT = 40
TEXT_LIMIT = 300
MEASURED_LIMIT = 60
SOURCE_LIMIT = 80
REASON_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class PledgeWording:
    """What a pledge says: in words, and where it has a measure what is measured and how long it may take."""

    title: str
    text: str
    measured: str = ""
    term: Term | None = None
    statutory: Term | None = None
    statutory_source: str = ""
    items: tuple[str, ...] = ()  # codes of the service items by whose cases it is measured


def make_pledge(session: Session, *, unit_id: uuid.UUID, wording: PledgeWording, actor: Actor) -> Pledge:
    """Make a pledge of the unit and show it from now on. Refuses a closed unit."""
    unit = units.open_unit(session, unit_id)
    said = _cleaned(session, wording, unit_id=unit.id)
    pledge = Pledge(
        id=uuid.uuid4(),
        reference=next_reference(session, ReferenceCounter, "PL", year=clock.today().year),
        unit_id=unit.id,
        created_at=clock.now(),
    )
    session.add(pledge)
    session.flush()
    _show(session, pledge, said, number=1, reason="", actor=actor)
    audit.record(session, actor=actor, action="pledge.made", subject=pledge.reference)
    return pledge


def reword_pledge(
    session: Session,
    *,
    pledge_id: uuid.UUID,
    wording: PledgeWording,
    reason: str,
    actor: Actor,
    seen_version: int | None = None,
) -> Pledge:
    """Show another wording from now on; the one before is kept with its time. The same wording changes nothing.

    Refuses without a reason, a withdrawn pledge, and a wording written over one that was not seen.
    """
    pledge = _standing(session, pledge_id)
    shown = session.scalars(
        select(PledgeVersion)
        .where(PledgeVersion.pledge_id == pledge.id, PledgeVersion.shown_until.is_(None))
        .with_for_update()
    ).one()
    if seen_version is not None and seen_version != shown.number:
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    said = _cleaned(session, wording, unit_id=pledge.unit_id)
    if said == _said(session, shown):
        return pledge
    why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    shown.shown_until = clock.now()
    session.flush()
    _show(session, pledge, said, number=shown.number + 1, reason=why, actor=actor)
    audit.record(
        session,
        actor=actor,
        action="pledge.reworded",
        subject=pledge.reference,
        detail={"version": shown.number + 1},
    )
    return pledge


def withdraw_pledge(session: Session, *, pledge_id: uuid.UUID, reason: str, actor: Actor) -> Pledge:
    """Withdraw a pledge: it stays readable with the reason. Refuses without one; a second time changes nothing."""
    pledge = locked(session, Pledge, pledge_id)
    if pledge.withdrawn_at is not None:
        return pledge
    units.open_unit(session, pledge.unit_id)
    pledge.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    pledge.withdrawn_at, pledge.withdrawn_by = clock.now(), actor.name
    session.flush()
    audit.record(session, actor=actor, action="pledge.withdrawn", subject=pledge.reference)
    events.emit(session, PledgeWithdrawn(pledge_id=pledge.id))
    return pledge


def _standing(session: Session, pledge_id: uuid.UUID) -> Pledge:
    pledge = locked(session, Pledge, pledge_id)
    if pledge.withdrawn_at is not None:
        raise Conflict(N_("这项承诺已经撤回，不能再改。"))
    units.open_unit(session, pledge.unit_id)
    return pledge


def _show(
    session: Session, pledge: Pledge, said: PledgeWording, *, number: int, reason: str, actor: Actor
) -> None:
    term, statutory = said.term, said.statutory
    version = PledgeVersion(
        id=uuid.uuid4(),
        pledge_id=pledge.id,
        number=number,
        title=said.title,
        text=said.text,
        measured=said.measured,
        amount=term and term.amount,
        time_unit=term and term.unit,
        basis=term and term.basis,
        statutory_amount=statutory and statutory.amount,
        statutory_unit=statutory and statutory.unit,
        statutory_basis=statutory and statutory.basis,
        statutory_source=said.statutory_source,
        shown_from=clock.now(),
        written_by=actor.name,
        reason=reason,
    )
    session.add(version)
    session.flush()
    for item_id in _item_ids(session, said.items, unit_id=pledge.unit_id).values():
        session.add(PledgeVersionItem(version_id=version.id, item_id=item_id))
    session.flush()
    events.emit(session, PledgeShown(pledge_id=pledge.id))


def _cleaned(session: Session, wording: PledgeWording, *, unit_id: uuid.UUID) -> PledgeWording:
    term = terms.checked(wording.term, field="amount")
    statutory = terms.checked(wording.statutory, field="statutory_amount")
    if term and statutory and terms.is_longer(term, statutory):
        raise Invalid(N_("承诺的期限比法定期限还长。"), field="amount")
    if wording.items and term is None:
        raise Invalid(N_("没有时限的承诺，不能用办件来检验。"), field="items")
    codes = sorted({code.upper() for code in wording.items})
    known = _item_ids(session, codes, unit_id=unit_id)
    if unknown := [code for code in codes if code not in known]:
        raise Invalid(N_("本单位没有公布 %(codes)s 这个事项。"), field="items", codes="、".join(unknown))
    return PledgeWording(
        title=cleaned_text(wording.title, field="title", limit=TITLE_LIMIT, required=True).replace("\n", " "),
        text=cleaned_text(wording.text, field="text", limit=TEXT_LIMIT, required=True),
        measured=cleaned_text(
            wording.measured, field="measured", limit=MEASURED_LIMIT, required=term is not None
        ),
        term=term,
        statutory=statutory,
        statutory_source=cleaned_text(wording.statutory_source, field="statutory_source", limit=SOURCE_LIMIT),
        items=tuple(codes),
    )


def _item_ids(session: Session, codes: Sequence[str], *, unit_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """The published items of a unit or its sections that have these codes."""
    if not codes:
        return {}
    rows = session.execute(
        select(ServiceItem.code, ServiceItem.id)
        .join(Unit, Unit.id == ServiceItem.unit_id)
        .where(
            ServiceItem.code.in_(codes),
            ServiceItem.state == PowerState.PUBLISHED,
            (Unit.id == unit_id) | (Unit.parent_id == unit_id),
        )
    )
    return {row.code: row.id for row in rows}


def _said(session: Session, version: PledgeVersion) -> PledgeWording:
    return PledgeWording(
        title=version.title,
        text=version.text,
        measured=version.measured,
        term=version.term,
        statutory=version.statutory,
        statutory_source=version.statutory_source,
        items=tuple(code for code, _name in measuring_items(session, version.id)),
    )
