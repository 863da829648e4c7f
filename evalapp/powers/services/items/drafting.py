"""Drafts of guides: a new item begins as one, a published one is changed through one. Nobody outside sees them."""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.powers.models import ItemDraft, ItemFile, ItemVersion, Power, ServiceItem
from evalapp.powers.rules.finding import folded
from evalapp.powers.rules.items import text as texts
from evalapp.powers.rules.items.profile import items_profile
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import PowerState
from evalapp.units import services as units

KNOWN_CODE = N_("这个编码已经有一个事项在用。")


def draft_item(
    session: Session, *, unit_id: uuid.UUID, code: str, text: ItemText, actor: Actor
) -> ServiceItem:
    """Begin an item of the unit under the power that its code names. Refuses a closed unit and a code in use."""
    unit = units.open_unit(session, unit_id)
    said = texts.cleaned(text)
    wanted, above = items_profile().parted_code(code)
    power = session.scalar(select(Power).where(Power.code == above, Power.unit_id == unit.id))
    if power is None or power.state is PowerState.WITHDRAWN:
        raise Invalid(N_("本单位没有编码是 %(code)s 的权力。"), field="code", code=above[:40])
    item = ServiceItem(
        id=uuid.uuid4(),
        code=wanted,
        power_id=power.id,
        unit_id=unit.id,
        state=PowerState.DRAFT,
        name=said.name,
        folded=folded(said.name, wanted),
        created_at=clock.now(),
    )
    with refusing(session, {"uq_service_items_code": Conflict(KNOWN_CODE, field="code")}):
        session.add(item)
    _begin(session, item, texts.with_files(said, {}), actor)
    audit.record(session, actor=actor, action="service_item.drafted", subject=item.code)
    return item


def save_draft(
    session: Session, *, item_id: uuid.UUID, text: ItemText, actor: Actor, seen_revision: int | None = None
) -> ItemDraft:
    """Keep what the guide is to say next, begun from the shown version where there is no draft.

    Refuses a withdrawn item, a state that was not seen, and papers whose files belong to another item.
    """
    item = standing(session, item_id)
    said = texts.with_files(texts.cleaned(text), files_of(session, item.id))
    draft = session.get(ItemDraft, item.id, populate_existing=True)
    if draft is None:
        if seen_revision:
            raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
        draft = _begin(session, item, said, actor)
    else:
        if seen_revision is not None and seen_revision != draft.revision:
            raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
        draft.document = said.document()
        draft.revision += 1
        draft.changed_at, draft.changed_by = clock.now(), actor.name
    if item.state is PowerState.DRAFT:
        item.name, item.folded = said.name, folded(said.name, item.code)
    session.flush()
    audit.record(session, actor=actor, action="service_item.draft_saved", subject=item.code)
    return draft


def discard_draft(session: Session, *, item_id: uuid.UUID, actor: Actor) -> list[str]:
    """Let go of a draft; an item that was never published goes with it, but for the record of it.

    Returns the tokens of the files that nothing names any more, for whoever removes them from storage.
    """
    item = locked(session, ServiceItem, item_id)
    draft = session.get(ItemDraft, item.id)
    if draft is None:
        raise NotFound(N_("没有草稿可以放弃。"))
    session.delete(draft)
    session.flush()
    gone: list[str] = []
    if item.state is PowerState.DRAFT:
        gone = list(session.scalars(select(ItemFile.token).where(ItemFile.item_id == item.id)))
        session.execute(delete(ItemFile).where(ItemFile.item_id == item.id))
        session.delete(item)
        session.flush()
    audit.record(session, actor=actor, action="service_item.draft_discarded", subject=item.code)
    return gone


def standing(session: Session, item_id: uuid.UUID) -> ServiceItem:
    """Return an item that may be changed, held until the end of the transaction. Raises `Conflict`."""
    item = locked(session, ServiceItem, item_id)
    if item.state is PowerState.WITHDRAWN:
        raise Conflict(N_("这个事项已经撤回，不能再改。"))
    units.open_unit(session, item.unit_id)
    return item


def files_of(session: Session, item_id: uuid.UUID) -> dict[str, str]:
    """The tokens of an item's forms and samples, by their name and by themselves."""
    rows = session.execute(select(ItemFile.token, ItemFile.file_name).where(ItemFile.item_id == item_id))
    return {name: token for token, file_name in rows for name in (token, file_name)}


def shown_version(session: Session, item_id: uuid.UUID) -> ItemVersion | None:
    """Return the version that is shown, held until the end of the transaction."""
    return session.scalars(
        select(ItemVersion)
        .where(ItemVersion.item_id == item_id, ItemVersion.shown_until.is_(None))
        .with_for_update()
    ).one_or_none()


def _begin(session: Session, item: ServiceItem, text: ItemText, actor: Actor) -> ItemDraft:
    draft = ItemDraft(
        item_id=item.id,
        document=text.document(),
        revision=1,
        changed_at=clock.now(),
        changed_by=actor.name,
    )
    session.add(draft)
    session.flush()
    return draft
