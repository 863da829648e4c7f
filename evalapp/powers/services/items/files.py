"""Adding forms and filled samples to an item, and taking back what no guide names."""

import secrets
import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.powers.models import ItemDraft, ItemFile, ItemVersion
from evalapp.powers.services.items.drafting import standing
from evalapp.supervision.evidence import PreparedFile, cleaned_file_name

MOST_FILES = 80


def new_token() -> str:
    """The address of a file, made before it is stored; without the signs that part the cells of a table."""
    return secrets.token_hex(12)


def stored_name_of(token: str) -> str:
    """Where the file with this address is stored."""
    return f"guides/{token}"


def add_file(
    session: Session, *, item_id: uuid.UUID, token: str, file: PreparedFile, file_name: str, actor: Actor
) -> ItemFile:
    """Add a stored file to an item; papers may name it from now on. Refuses too many."""
    item = standing(session, item_id)
    counted = select(func.count()).select_from(ItemFile).where(ItemFile.item_id == item.id)
    if session.scalars(counted).one() >= MOST_FILES:
        raise Conflict(N_("一个事项最多 %(most)s 个文件，请先删掉不用的。"), most=MOST_FILES)
    added = ItemFile(
        id=uuid.uuid4(),
        item_id=item.id,
        token=token,
        file_name=cleaned_file_name(file_name),
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        added_at=clock.now(),
        added_by=actor.name,
    )
    known = Conflict(N_("已经有一个叫这个名字的文件，请改个名字再传。"), field="file")
    with refusing(session, {"uq_service_item_files_item_id_file_name": known}):
        session.add(added)
    audit.record(
        session,
        actor=actor,
        action="service_item.file_added",
        subject=item.code,
        detail={"sha256": file.sha256},
    )
    return added


def remove_file(session: Session, *, item_id: uuid.UUID, token: str, actor: Actor) -> None:
    """Take a file back that neither the draft nor any version names; versions are kept whole, with their files."""
    item = standing(session, item_id)
    found = session.scalar(select(ItemFile).where(ItemFile.item_id == item.id, ItemFile.token == token))
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    draft = session.get(ItemDraft, item.id)
    said = [draft.text] if draft else []
    said += [each.text for each in session.scalars(select(ItemVersion).where(ItemVersion.item_id == item.id))]
    if any(token in text.files for text in said):
        raise Conflict(N_("还有材料用着这个文件，不能删。"))
    session.delete(found)
    session.flush()
    audit.record(session, actor=actor, action="service_item.file_removed", subject=item.code)
