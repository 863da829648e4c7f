"""Publishing and withdrawing guides: every version that was shown is kept whole."""

import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.powers.events import ItemShown, ItemWithdrawn
from evalapp.powers.models import ItemDraft, ItemFile, ItemLabel, ItemVersion, Power, ServiceItem
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.items import text as texts
from evalapp.powers.rules.items.profile import Axis
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerState
from evalapp.powers.services.items.drafting import shown_version, standing
from evalapp.powers.services.publishing import REASON_LIMIT
from evalapp.units import services as units


def publish_item(
    session: Session, *, item_id: uuid.UUID, reason: str, actor: Actor, seen_revision: int | None = None
) -> ItemVersion:
    """Show the draft from now on; the version before is kept with its time. The same content changes nothing.

    Refuses without a draft, without a reason from the second version on, a draft that was not seen, a guide that people
    could not use, and one whose power is not published.
    """
    item = standing(session, item_id)
    draft = session.get(ItemDraft, item.id, populate_existing=True)
    if draft is None:
        raise Conflict(N_("没有新的草稿可以公布。"))
    if seen_revision is not None and seen_revision != draft.revision:
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    said = draft.text
    texts.check_publishable(said)
    power = session.get_one(Power, item.power_id)
    if power.state is not PowerState.PUBLISHED:
        raise Conflict(N_("所属的权力 %(code)s 还没有公布，或者已经撤回。"), code=power.code)
    version = show(session, item, said, before=shown_version(session, item.id), reason=reason, actor=actor)
    session.delete(draft)
    session.flush()
    return version


def show(
    session: Session,
    item: ServiceItem,
    text: ItemText,
    *,
    before: ItemVersion | None,
    reason: str,
    actor: Actor,
) -> ItemVersion:
    """Make the next version of a guide, or return the shown one when it says the same."""
    mark = texts.fingerprint(text)
    if before is not None and before.fingerprint == mark:
        return before
    why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=before is not None)
    now = clock.now()
    if before is not None:
        before.shown_until = now
        session.flush()
    version = ItemVersion(
        id=uuid.uuid4(),
        item_id=item.id,
        number=before.number + 1 if before else 1,
        document=text.document(),
        fingerprint=mark,
        shown_from=now,
        written_by=actor.name,
        reason=why,
    )
    session.add(version)
    item.state, item.name = PowerState.PUBLISHED, text.name
    item.folded = folded(text.name, item.code)
    _label(session, item, text, is_new=before is None)
    if text.files:
        session.execute(
            update(ItemFile)
            .where(ItemFile.item_id == item.id, ItemFile.token.in_(text.files), ItemFile.shown_at.is_(None))
            .values(shown_at=now)
        )
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="service_item.published",
        subject=item.code,
        detail={"version": version.number},
    )
    events.emit(session, ItemShown(item_id=item.id))
    return version


def withdraw_item(session: Session, *, item_id: uuid.UUID, reason: str, actor: Actor) -> ServiceItem:
    """Withdraw a published item: it stays readable with the reason. A second time changes nothing.

    Refuses without a reason, and a draft.
    """
    item = locked(session, ServiceItem, item_id)
    if item.state is PowerState.WITHDRAWN:
        return item
    units.open_unit(session, item.unit_id)
    if item.state is PowerState.DRAFT:
        raise Conflict(N_("这一项还没有公布，不用撤回：放弃草稿就行。"))
    item.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    item.withdrawn_at, item.withdrawn_by = clock.now(), actor.name
    item.state = PowerState.WITHDRAWN
    session.execute(delete(ItemLabel).where(ItemLabel.item_id == item.id))
    draft = session.scalar(select(ItemDraft).where(ItemDraft.item_id == item.id))
    if draft is not None:
        session.delete(draft)
    session.flush()
    audit.record(session, actor=actor, action="service_item.withdrawn", subject=item.code)
    events.emit(session, ItemWithdrawn(item_id=item.id))
    return item


def _label(session: Session, item: ServiceItem, text: ItemText, *, is_new: bool) -> None:
    if not is_new:
        session.execute(
            delete(ItemLabel).where(ItemLabel.item_id == item.id).execution_options(synchronize_session=False)
        )
    for axis, labels in ((Axis.SUBJECT, text.subjects), (Axis.EVENT, text.events)):
        session.add_all(ItemLabel(item_id=item.id, axis=axis, label=label) for label in labels)
