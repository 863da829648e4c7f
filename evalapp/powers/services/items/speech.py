"""Speech of guides: asked for when one is published or withdrawn, kept as rows that name files by their mark."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.accounts.events import KioskRegistered
from evalapp.core import jobs
from evalapp.core.transaction import locked
from evalapp.powers.events import ItemShown, ItemWithdrawn
from evalapp.powers.models import ItemVersion, Recorded, ServiceItem
from evalapp.powers.rules.items.spoken import PAGES, Spoken, spoken
from evalapp.powers.rules.kinds import PowerState

RECORD = "powers.record_speech"
_AFTER_OTHERS = -10  # nobody waits for it


def file_name(mark: str) -> str:
    """The name of a recording in the storage."""
    return f"speech/{mark}.wav"


def on_item(session: Session, event: ItemShown | ItemWithdrawn) -> None:
    """A guide says something new, or nothing any more."""
    jobs.enqueue(session, RECORD, {"item_id": str(event.item_id)}, priority=_AFTER_OTHERS)


def on_kiosk_registered(session: Session, _event: KioskRegistered) -> None:
    """The pages of a kiosk are read aloud too."""
    jobs.enqueue(session, RECORD, {}, priority=_AFTER_OTHERS)


def wanted(session: Session, item_id: uuid.UUID | None) -> Sequence[Spoken]:
    """What is to be recorded of a guide as it is shown now (none of a withdrawn one), or of the pages."""
    if item_id is None:
        return PAGES
    version = session.scalar(
        select(ItemVersion)
        .join(ServiceItem, ServiceItem.id == ItemVersion.item_id)
        .where(
            ItemVersion.item_id == item_id,
            ItemVersion.shown_until.is_(None),
            ServiceItem.state == PowerState.PUBLISHED,
        )
    )
    return spoken(version.text) if version is not None else ()


def keep(session: Session, item_id: uuid.UUID | None, made: Mapping[str, int]) -> Sequence[str]:
    """Let a guide have just these recordings, in order (mark to milliseconds), if they are still what it says.

    Returns the marks that nothing needs any more; their files may go once this is committed.
    """
    if item_id is not None:
        locked(session, ServiceItem, item_id)
    if [piece.mark for piece in wanted(session, item_id)] != list(made):
        return ()  # it was changed meanwhile, and another job was asked for
    of_it = Recorded.item_id.is_(None) if item_id is None else Recorded.item_id == item_id
    before = set(session.scalars(select(Recorded.mark).where(of_it)))
    session.execute(delete(Recorded).where(of_it).execution_options(synchronize_session=False))
    session.add_all(
        Recorded(item_id=item_id, place=place, mark=mark, milliseconds=milliseconds)
        for place, (mark, milliseconds) in enumerate(made.items())
    )
    session.flush()
    gone = before - made.keys()
    needed = set(session.scalars(select(Recorded.mark).where(Recorded.mark.in_(gone))))
    return sorted(gone - needed)


def ask_for_all(session: Session) -> int:
    """Ask for the speech of every published guide and of the pages: after an upgrade. Returns how many were asked for."""
    shown = session.scalars(select(ServiceItem.id).where(ServiceItem.state == PowerState.PUBLISHED)).all()
    for item_id in [None, *shown]:
        payload = {} if item_id is None else {"item_id": str(item_id)}
        jobs.enqueue(session, RECORD, payload, priority=_AFTER_OTHERS)
    return len(shown) + 1
