"""Adding evidence to a plan, and taking it back."""

import secrets
import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.supervision.evidence import PreparedFile, cleaned_file_name
from evalapp.supervision.models import FileKind, RectificationFile
from evalapp.supervision.rules.states import Act
from evalapp.supervision.services import timeline
from evalapp.supervision.services.holding import held
from evalapp.supervision.services.mending import newest_plan

MOST_FILES = 30
CAPTION_LIMIT = 80


def new_token() -> str:
    """The address of a file, made before it is stored: whoever was not told it does not find it."""
    return secrets.token_urlsafe(18)


def add_file(
    session: Session,
    *,
    matter_id: uuid.UUID,
    token: str,
    kind: FileKind,
    file: PreparedFile,
    file_name: str,
    actor: Actor,
    caption: str = "",
    unit_id: uuid.UUID | None = None,
) -> RectificationFile:
    """Add a stored file to the plan that holds. Refuses too many, and one for a matter that is no longer being mended."""
    matter = held(session, matter_id, Act.FILE_ADDED, unit_id=unit_id)
    made = newest_plan(session, matter)
    counted = select(func.count()).where(
        RectificationFile.rectification_id == made.id, RectificationFile.withdrawn_at.is_(None)
    )
    if session.scalars(counted).one() >= MOST_FILES:
        raise Conflict(N_("一份方案最多 %(most)s 个文件，请先撤下几个。"), most=MOST_FILES)
    added = RectificationFile(
        id=uuid.uuid4(),
        rectification_id=made.id,
        kind=kind,
        token=token,
        file_name=cleaned_file_name(file_name),
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        caption=cleaned_text(caption, field="caption", limit=CAPTION_LIMIT),
        added_at=clock.now(),
        added_by=actor.name,
    )
    session.add(added)
    detail = {"kind": kind.value, "sha256": file.sha256}
    timeline.record(session, matter, Act.FILE_ADDED, actor=actor, note=added.file_name, detail=detail)
    return added


def withdraw_file(
    session: Session,
    *,
    matter_id: uuid.UUID,
    file_id: uuid.UUID,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
) -> RectificationFile:
    """Take a file off the pages; that it was there stays in the timeline. Refuses one that is gone."""
    matter = held(session, matter_id, Act.FILE_WITHDRAWN, unit_id=unit_id)
    made = newest_plan(session, matter)
    found = session.scalar(
        select(RectificationFile)
        .where(RectificationFile.id == file_id, RectificationFile.rectification_id == made.id)
        .with_for_update()
    )
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    if found.withdrawn_at is not None:
        raise Conflict(N_("这个文件已经撤下。"))
    found.withdrawn_at, found.withdrawn_by = clock.now(), actor.name
    timeline.record(session, matter, Act.FILE_WITHDRAWN, actor=actor, note=found.file_name)
    return found
