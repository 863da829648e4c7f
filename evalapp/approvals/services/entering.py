"""Entering at a window what happened: a new case, then one act after the other, each one event.

A desk speaks to a person: an event that would have no effect is refused and nothing of it is kept. A form names its event;
handed in twice, it is one event.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.accounts import vault_applicants
from evalapp.approvals.models import Case, CaseEventRow
from evalapp.approvals.queries.files import CaseFile, case_file
from evalapp.approvals.rules.intake import plain_number
from evalapp.approvals.rules.kinds import Channel, EventKind
from evalapp.approvals.services.folded import hold_unit
from evalapp.approvals.services.taking import take_events
from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.permissions import Actor
from evalapp.powers.models import ServiceItem

_FIELDS = {
    "future": "occurred_at",
    "bad-time": "occurred_at",
    "bad-number": "phone",
    "unknown-item": "item",
}
_AT_A_DESK = {"future": N_("填的时间还没有到，请改成已经发生的时间。")}  # a person has no clock to set
_AGAIN = N_("这张表已经交过，办件 %(reference)s。要再记一件，请再按一次。")


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What a window writes down of somebody who applies. `token` names the form; without a number the case gets one of it."""

    token: str
    item: str  # its code
    number: str = ""
    name: str
    phone: str
    came_by: str = ""
    window: str = ""
    occurred_at: datetime | None = None  # now


@dataclass(frozen=True, kw_only=True)
class Act:
    """What a window does with a case. `detail` as the intake takes it: reason, ground, step, post."""

    token: str
    kind: EventKind
    occurred_at: datetime | None = None  # now
    detail: dict[str, Any] = field(default_factory=dict)


def enter_case(session: Session, keys: Keys, *, unit_id: uuid.UUID, new: NewCase, actor: Actor) -> str:
    """Write down a new case of a unit and return its reference; the same form again returns the same.

    Refuses a number that the unit has given before, and a form that was handed in for somebody else.
    """
    hold_unit(session, unit_id)
    known = _kept(session, unit_id, new.token)
    if known is not None:
        return _same_case(session, keys, known, new)
    now = clock.now()
    number = new.number or f"{clock.local(now):%Y%m%d}-{new.token[:6].upper()}"
    if _reference_of(session, unit_id, number):
        raise Conflict(N_("这个办件号已经用过，请核对。"), field="number")
    said: dict[str, Any] = {"applicant": {"name": new.name, "phone": new.phone}}
    for name in ("came_by", "window"):
        if text := getattr(new, name):
            said[name] = text
    _take(
        session,
        keys,
        unit_id=unit_id,
        said={
            "id": _source_id(new.token),
            "case": number,
            "item": new.item,
            "kind": EventKind.SUBMITTED.value,
            "occurred_at": (new.occurred_at or now).isoformat(),
            **said,
        },
        now=now,
    )
    reference = _reference_of(session, unit_id, number)
    audit.record(session, actor=actor, action="case.entered", subject=reference)
    return reference


def enter_act(
    session: Session, keys: Keys, *, unit_id: uuid.UUID, reference: str, act: Act, actor: Actor
) -> CaseFile:
    """Write down what was done with a case and return its file; the same form again changes nothing.

    Refuses what would have no effect: a colleague was faster, or the case is elsewhere by now.
    """
    hold_unit(session, unit_id)
    file = case_file(session, reference, unit_id=unit_id)
    known = _kept(session, unit_id, act.token)
    if known is not None:
        if (known.case_id, known.kind, known.detail) == (file.facts.id, act.kind, act.detail):
            return file
        raise Conflict(_AGAIN, reference=known.reference)
    now = clock.now()
    said = {
        "id": _source_id(act.token),
        "case": file.facts.number,
        "item": file.facts.item_code,
        "kind": act.kind.value,
        "occurred_at": (act.occurred_at or now).isoformat(),
        **act.detail,
    }
    _take(session, keys, unit_id=unit_id, said=said, now=now)
    file = case_file(session, reference, unit_id=unit_id)
    for misfit in file.course.misfits:
        if misfit.key == said["id"]:
            raise _no_effect(misfit.code, file)
    audit.record(
        session,
        actor=actor,
        action="case.event_entered",
        subject=file.facts.reference,
        detail={"event": act.kind.value},
    )
    return file


def open_applicant(
    session: Session, keys: Keys, *, unit_id: uuid.UUID, reference: str, actor: Actor
) -> vault_applicants.Known:
    """Open the name and number of who applied, for whoever handles the case; that it was opened is recorded."""
    facts = case_file(session, reference, unit_id=unit_id).facts
    if facts.applicant_id is None:
        return vault_applicants.Known(name="", number="")
    audit.record(session, actor=actor, action="case.applicant_opened", subject=facts.reference)
    return vault_applicants.known(session, keys, facts.applicant_id)


def note_receipt(session: Session, *, unit_id: uuid.UUID, reference: str, actor: Actor) -> None:
    """Record that the receipt of a case, with its code, is shown again."""
    facts = case_file(session, reference, unit_id=unit_id).facts
    audit.record(session, actor=actor, action="case.receipt_printed", subject=facts.reference)


def is_late(file: CaseFile, token: str) -> bool:
    """Whether what a form wrote down came too late to count as of when it happened."""
    return any(one.event.is_late for one in file.events if one.event.key == _source_id(token))


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An event that a form made before."""

    case_id: uuid.UUID
    reference: str
    item_code: str
    kind: EventKind
    detail: dict[str, Any]
    applicant_id: uuid.UUID | None


def _source_id(token: str) -> str:
    return f"desk:{token}"


def _take(session: Session, keys: Keys, *, unit_id: uuid.UUID, said: dict[str, Any], now: datetime) -> None:
    """Take one event. Raises `Invalid` at the field that is wrong."""
    taken = take_events(session, keys, unit_id=unit_id, items=[said], channel=Channel.DESK, received_at=now)
    for refusal in taken.refused:
        raise Invalid(_AT_A_DESK.get(refusal.code, refusal.detail), field=_FIELDS.get(refusal.code))


def _no_effect(code: str, file: CaseFile) -> Conflict:
    if code == "too-long":
        extension = file.known.profile.own.extension
        most = extension.joint_days if file.course.is_joint else extension.days
        return Conflict(N_("最多延长 %(most)s 日。"), field="days", most=most)
    return Conflict(N_("现在不能这样办：同事可能刚刚办过，请看办件的现状。"))


def _kept(session: Session, unit_id: uuid.UUID, token: str) -> _Kept | None:
    row = session.execute(
        select(
            CaseEventRow.case_id,
            Case.reference,
            ServiceItem.code.label("item_code"),
            CaseEventRow.kind,
            CaseEventRow.detail,
            Case.applicant_id,
        )
        .join(Case, Case.id == CaseEventRow.case_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .where(CaseEventRow.unit_id == unit_id, CaseEventRow.source_id == _source_id(token))
    ).one_or_none()
    return _Kept(**row._asdict()) if row is not None else None


def _same_case(session: Session, keys: Keys, known: _Kept, new: NewCase) -> str:
    """The case that this form made, if it said the same: names are not in what is kept of an event, so the vault is asked."""
    who = vault_applicants.Known(name="", number="")
    if known.applicant_id is not None:
        who = vault_applicants.known(session, keys, known.applicant_id)
    if (known.item_code, who.name, who.number) == (
        new.item,
        new.name,
        plain_number(new.phone),
    ):
        return known.reference
    raise Conflict(_AGAIN, reference=known.reference)


def _reference_of(session: Session, unit_id: uuid.UUID, number: str) -> str:
    """The reference of a case by the unit's own number; empty without one."""
    found = session.scalar(select(Case.reference).where(Case.unit_id == unit_id, Case.number == number))
    return found or ""
