"""Publishing and withdrawing powers: every version that was shown is kept whole."""

import uuid
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.powers.events import PowerShown, PowerWithdrawn
from evalapp.powers.models import KeptFlowchart, Power, PowerDraft, PowerVersion
from evalapp.powers.rules import text as texts
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.flow import checks
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.rules.text import PowerText
from evalapp.powers.services.drafting import standing
from evalapp.units import services as units

REASON_LIMIT = 200


def publish_power(
    session: Session, *, power_id: uuid.UUID, reason: str, actor: Actor, seen_revision: int | None = None
) -> PowerVersion:
    """Show the draft from now on; the version before is kept with its time. The same content changes nothing.

    Refuses without a draft, without a reason from the second version on, a draft that was not seen, one without legal
    basis or responsible post, and one whose flowchart has faults.
    """
    power = standing(session, power_id)
    draft = session.get(PowerDraft, power.id, populate_existing=True)
    if draft is None:
        raise Conflict(N_("没有新的草稿可以公布。"))
    if seen_revision is not None and seen_revision != draft.revision:
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    said = draft.text
    texts.check_publishable(said)
    chart = session.get(KeptFlowchart, draft.flowchart_id) if draft.flowchart_id else None
    check_chart(chart, said)
    _check_parent(session, power)
    shown = shown_version(session, power.id)
    version = show(session, power, said, chart, before=shown, reason=reason, actor=actor)
    session.delete(draft)
    session.flush()
    return version


def check_chart(chart: KeptFlowchart | None, text: PowerText) -> None:
    """Raise `Invalid` naming what is wrong with the flowchart."""
    found = checks.faults(chart.chart, term=text.term) if chart else []
    if found:
        raise Invalid(
            N_("流程图还有 %(count)s 处问题：%(said)s。"),
            field="flowchart",
            count=len(found),
            said=checks.told(found),
        )


def show(
    session: Session,
    power: Power,
    text: PowerText,
    chart: KeptFlowchart | None,
    *,
    before: PowerVersion | None,
    reason: str,
    actor: Actor,
) -> PowerVersion:
    """Make the next version of a power, or return the shown one when it says the same."""
    version = next_version(power, text, chart, before=before, reason=reason, actor=actor)
    if version is None:
        assert before is not None  # what says the same says what another said
        return before
    session.flush()  # the one before is over: only one is shown at a time
    session.add(version)
    session.flush()
    tell_shown(session, power, version, actor=actor)
    return version


def next_version(
    power: Power,
    text: PowerText,
    chart: KeptFlowchart | None,
    *,
    before: PowerVersion | None,
    reason: str,
    actor: Actor,
) -> PowerVersion | None:
    """Return the version that comes after `before`, which is over from now on; None when it would say the same."""
    mark = texts.fingerprint(text, chart.fingerprint if chart else "")
    if before is not None and before.fingerprint == mark:
        return None
    why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=before is not None)
    now = clock.now()
    if before is not None:
        before.shown_until = now
    if power.name != text.name:
        power.name, power.folded = text.name, folded(text.name, power.code)
    power.state, power.kind, power.basis_ends_on = PowerState.PUBLISHED, text.kind, first_end(text)
    return PowerVersion(
        id=uuid.uuid4(),
        power_id=power.id,
        number=before.number + 1 if before else 1,
        document=text.document(),
        flowchart_id=chart.id if chart else None,
        fingerprint=mark,
        shown_from=now,
        written_by=actor.name,
        reason=why,
    )


def tell_shown(session: Session, power: Power, version: PowerVersion, *, actor: Actor) -> None:
    """Write the record of a version and let others react."""
    audit.record(
        session,
        actor=actor,
        action="power.published",
        subject=power.code,
        detail={"version": version.number},
    )
    events.emit(session, PowerShown(power_id=power.id))


def withdraw_power(session: Session, *, power_id: uuid.UUID, reason: str, actor: Actor) -> Power:
    """Withdraw a published power: it stays readable with the reason. A second time changes nothing.

    Refuses without a reason, a draft, and a power with published ones below it.
    """
    power = locked(session, Power, power_id)
    if power.state is PowerState.WITHDRAWN:
        return power
    units.open_unit(session, power.unit_id)
    if power.state is PowerState.DRAFT:
        raise Conflict(N_("这一项还没有公布，不用撤回：放弃草稿就行。"))
    below = select(Power.code).where(Power.parent_id == power.id, Power.state == PowerState.PUBLISHED)
    if code := session.scalar(below.order_by(Power.code).limit(1)):
        raise Conflict(N_("下面的 %(code)s 还公布着，请先撤回它。"), code=code)
    power.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    power.withdrawn_at, power.withdrawn_by = clock.now(), actor.name
    power.state = PowerState.WITHDRAWN
    draft = session.get(PowerDraft, power.id)
    if draft is not None:
        session.delete(draft)
    session.flush()
    audit.record(session, actor=actor, action="power.withdrawn", subject=power.code)
    events.emit(session, PowerWithdrawn(power_id=power.id))
    return power


def shown_version(session: Session, power_id: uuid.UUID) -> PowerVersion | None:
    """Return the version that is shown, held until the end of the transaction."""
    return session.scalars(
        select(PowerVersion)
        .where(PowerVersion.power_id == power_id, PowerVersion.shown_until.is_(None))
        .with_for_update()
    ).one_or_none()


def first_end(text: PowerText) -> date | None:
    """The day on which the first of the legal bases ends."""
    return min((basis.until_on for basis in text.bases if basis.until_on), default=None)


def _check_parent(session: Session, power: Power) -> None:
    if power.parent_id is None:
        return
    above = session.get_one(Power, power.parent_id)
    if above.state is not PowerState.PUBLISHED:
        raise Conflict(N_("上级事项 %(code)s 还没有公布，请先公布它。"), code=above.code)
