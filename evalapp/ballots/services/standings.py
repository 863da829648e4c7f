"""Who stands for what: panel members by number, clients by printed code, a unit's own staff."""

import os
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from evalapp.accounts.events import ResidentErased, ResidentStartedAnew
from evalapp.audit import services as audit
from evalapp.ballots.models import ClientCode, PanelInvitation, StaffListEntry
from evalapp.ballots.rules.receipts import CODE_BYTES, CodeRefused, shown_code, typed_code
from evalapp.ballots.rules.standing import PANEL
from evalapp.ballots.rules.voters import client_code_hash
from evalapp.core import clock
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.programme.models import Episode
from evalapp.units.models import Unit

MOST_CODES = 10_000


@dataclass(frozen=True, kw_only=True)
class PrintedCode:
    """A client code as it is handed out; it is shown this once and kept as a keyed hash."""

    number: int
    text: str


def invite(
    session: Session, episode: Episode, *, person_ids: Iterable[str], actor: Actor, group: str = PANEL
) -> int:
    """Invite people, known by the keyed hashes of their numbers, to grade an episode in a group; return how many are new."""
    known = set(
        session.scalars(select(PanelInvitation.person_id).where(PanelInvitation.episode_id == episode.id))
    )
    new = sorted(set(person_ids) - known)
    session.add_all(
        PanelInvitation(episode_id=episode.id, group=group, person_id=person_id, invited_at=clock.now())
        for person_id in new
    )
    if new:
        audit.record(
            session,
            actor=actor,
            action="panel.invited",
            subject=episode.reference,
            detail={"number": len(new), "group": group},
        )
    return len(new)


def print_client_codes(
    session: Session, unit: Unit, *, number: int, secret: bytes, actor: Actor
) -> list[PrintedCode]:
    """Make numbered codes for a unit to hand out. Raises `Invalid` outside 1 to 10,000."""
    if not 1 <= number <= MOST_CODES:
        raise Invalid(N_("一次可以打印 1 到 %(most)s 张。"), field="number", most=MOST_CODES)
    printed_before = (ClientCode.unit_id == unit.id) & (ClientCode.number > 0)
    last = session.scalar(select(func.max(ClientCode.number)).where(printed_before)) or 0
    printed = [
        PrintedCode(number=last + place, text=shown_code(os.urandom(CODE_BYTES)))
        for place in range(1, number + 1)
    ]
    session.add_all(
        ClientCode(
            unit_id=unit.id,
            number=code.number,
            code_hash=client_code_hash(secret, code.text),
            made_at=clock.now(),
        )
        for code in printed
    )
    audit.record(
        session,
        actor=actor,
        action="client-codes.printed",
        subject=unit.slug,
        detail={"from": last + 1, "to": last + number},
    )
    return printed


def claim_code(session: Session, typed: str, *, resident_id: uuid.UUID, secret: bytes) -> Unit:
    """Make the resident a client of the code's unit, until the first ballot uses the code up.

    Raises `Invalid`, in the same words, for a code that is unknown, used, or somebody else's.
    """
    refusal = Invalid(N_("这个编号不对，或者已经有人用过。请看清卡片上的 16 位字符再输一次。"), field="code")
    try:
        text = shown_code(typed_code(typed))
    except CodeRefused:
        raise refusal from None
    unit_id = session.scalar(
        update(ClientCode)
        .where(
            ClientCode.code_hash == client_code_hash(secret, text),
            ClientCode.used_mark.is_(None),
            func.coalesce(ClientCode.resident_id, resident_id) == resident_id,
        )
        .values(resident_id=resident_id)
        .returning(ClientCode.unit_id)
        .execution_options(synchronize_session=False)
    )
    if unit_id is None:
        raise refusal
    return session.get_one(Unit, unit_id)


def on_resident_gone(session: Session, event: ResidentErased | ResidentStartedAnew) -> None:
    """Let go of whose the codes were: a used one keeps its mark alone, another one can be entered again.

    Standing by a case that was not used goes: the case may serve again whoever proves it.
    """
    session.execute(
        delete(ClientCode)
        .where(
            ClientCode.resident_id == event.resident_id,
            ClientCode.case_mark.is_not(None),
            ClientCode.used_mark.is_(None),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(ClientCode)
        .where(ClientCode.resident_id == event.resident_id)
        .values(resident_id=None)
        .execution_options(synchronize_session=False)
    )


def keep_staff_list(session: Session, unit: Unit, *, person_ids: Iterable[str], actor: Actor) -> int:
    """Replace the list of a unit's own staff, by the keyed hashes of their numbers; return its length."""
    session.query(StaffListEntry).filter(StaffListEntry.unit_id == unit.id).delete()
    listed = sorted(set(person_ids))
    session.add_all(StaffListEntry(unit_id=unit.id, person_id=person_id) for person_id in listed)
    audit.record(
        session, actor=actor, action="staff-list.kept", subject=unit.slug, detail={"number": len(listed)}
    )
    return len(listed)
