"""Drafts of powers: a new power begins as one, a published one is changed through one. Nobody outside sees them."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.powers.models import Power, PowerDraft, PowerVersion
from evalapp.powers.rules import text as texts
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.flow import graph
from evalapp.powers.rules.flow.graph import Flowchart
from evalapp.powers.rules.kinds import Level, PowerKind, PowerState
from evalapp.powers.rules.profile import profile
from evalapp.powers.rules.text import PowerText
from evalapp.powers.services import flowcharts
from evalapp.units import services as units

KNOWN_CODE = N_("这个编码已经有一项权力在用。")


def draft_power(
    session: Session, *, unit_id: uuid.UUID, code: str, text: PowerText, parent: str = "", actor: Actor
) -> Power:
    """Begin a power of the unit below the one whose code is `parent`. Refuses a closed unit and a code in use."""
    unit = units.open_unit(session, unit_id)
    said = texts.cleaned(text)
    wanted = profile().checked_code(code, said.kind)
    above = parent_of(session, parent, unit_id=unit.id, kind=said.kind)
    power = Power(
        id=uuid.uuid4(),
        code=wanted,
        unit_id=unit.id,
        parent_id=above.id if above else None,
        parent_level=above.level if above else None,
        level=above.level + 1 if above else Level.MAIN,
        state=PowerState.DRAFT,
        name=said.name,
        kind=said.kind,
        folded=folded(said.name, wanted),
        created_at=clock.now(),
    )
    with refusing(session, {"uq_powers_code": Conflict(KNOWN_CODE, field="code")}):
        session.add(power)
    _begin(session, power, said, None, actor)
    audit.record(session, actor=actor, action="power.drafted", subject=power.code)
    return power


def parent_of(session: Session, code: str, *, unit_id: uuid.UUID, kind: PowerKind) -> Power | None:
    """Return the power above: of the same unit and kind, and not already the lowest. Raises `Invalid`."""
    if not code.strip():
        return None
    found = session.scalar(select(Power).where(Power.code == code.strip().upper()))
    if found is None or found.unit_id != unit_id:
        raise Invalid(N_("本单位没有编码是 %(code)s 的上级事项。"), field="parent", code=code.strip()[:40])
    if found.level >= Level.ITEM:
        raise Invalid(N_("办理项下面不能再有事项。"), field="parent")
    if found.kind is not kind:
        raise Invalid(N_("子项和办理项的类别要和主项一样。"), field="parent")
    return found


def save_draft(
    session: Session,
    *,
    power_id: uuid.UUID,
    text: PowerText | None = None,
    flowchart: Flowchart | None = None,
    actor: Actor,
    seen_revision: int | None = None,
) -> PowerDraft:
    """Keep what the power is to say next, and its flowchart where one is given; the other stays as it is.

    Begins a draft from the shown version where there is none. Refuses a withdrawn power and a state that was not seen.
    """
    power = standing(session, power_id)
    draft = draft_of(session, power, actor=actor)
    if seen_revision is not None and seen_revision != draft.revision:
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    before = draft.flowchart_id
    if text is not None:
        said = texts.cleaned(text)
        if said.kind is not power.kind:
            raise Invalid(N_("类别写在编码里，不能改。请撤回这一项，另立一项。"), field="kind")
        draft.document = said.document()
        if power.state is PowerState.DRAFT:
            power.name, power.folded = said.name, folded(said.name, power.code)
    if flowchart is not None:
        draft.flowchart_id = flowcharts.keep(session, graph.cleaned(flowchart)).id
    draft.revision += 1
    draft.changed_at, draft.changed_by = clock.now(), actor.name
    session.flush()
    if before != draft.flowchart_id:
        flowcharts.let_go(session, before)
    audit.record(session, actor=actor, action="power.draft_saved", subject=power.code)
    return draft


def discard_draft(session: Session, *, power_id: uuid.UUID, actor: Actor) -> None:
    """Let go of a draft; a power that was never published goes with it, but for the record of it."""
    power = locked(session, Power, power_id)
    draft = session.get(PowerDraft, power.id)
    if draft is None:
        raise NotFound(N_("没有草稿可以放弃。"))
    if power.state is PowerState.DRAFT and session.scalar(
        select(Power.id).where(Power.parent_id == power.id).limit(1)
    ):
        raise Conflict(N_("这一项下面还有子项，不能放弃。"))
    chart = draft.flowchart_id
    session.delete(draft)
    session.flush()
    if power.state is PowerState.DRAFT:
        session.delete(power)
        session.flush()
    flowcharts.let_go(session, chart)
    audit.record(session, actor=actor, action="power.draft_discarded", subject=power.code)


def standing(session: Session, power_id: uuid.UUID) -> Power:
    """Return a power that may be changed, held until the end of the transaction. Raises `Conflict`."""
    power = locked(session, Power, power_id)
    if power.state is PowerState.WITHDRAWN:
        raise Conflict(N_("这项权力已经撤回，不能再改。"))
    units.open_unit(session, power.unit_id)
    return power


def draft_of(session: Session, power: Power, *, actor: Actor) -> PowerDraft:
    """Return the draft of a power, begun from the shown version where there is none."""
    found = session.get(PowerDraft, power.id, populate_existing=True)
    if found is not None:
        return found
    shown = session.scalars(
        select(PowerVersion).where(PowerVersion.power_id == power.id, PowerVersion.shown_until.is_(None))
    ).one()
    return _begin(session, power, shown.text, shown.flowchart_id, actor)


def _begin(
    session: Session, power: Power, text: PowerText, flowchart_id: uuid.UUID | None, actor: Actor
) -> PowerDraft:
    draft = PowerDraft(
        power_id=power.id,
        document=text.document(),
        flowchart_id=flowchart_id,
        revision=1,
        changed_at=clock.now(),
        changed_by=actor.name,
    )
    session.add(draft)
    session.flush()
    return draft
