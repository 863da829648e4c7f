"""Evidence by the address that the public knows it by."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.supervision.models import FileKind, Matter, Rectification, RectificationFile
from evalapp.supervision.queries.matters import is_public


def picture_in_public(session: Session, token: str) -> str:
    """Return where a picture is stored that anybody may see; raises `NotFound`."""
    found = _in_public(session, token)
    if found.kind is FileKind.DOCUMENT:
        raise NotFound(N_("没有这个文件。"))
    return stored_name(found)


def document_in_public(session: Session, token: str) -> RectificationFile:
    """Return a document that anybody may save; raises `NotFound`."""
    found = _in_public(session, token)
    if found.kind is not FileKind.DOCUMENT:
        raise NotFound(N_("没有这个文件。"))
    return found


def stored_name(file: RectificationFile) -> str:
    """Where a file is stored."""
    return stored_name_of(file.token)


def stored_name_of(token: str) -> str:
    """Where the file with this address is stored."""
    return f"evidence/{token}"


def _in_public(session: Session, token: str) -> RectificationFile:
    found = session.scalar(
        select(RectificationFile)
        .join(Rectification, Rectification.id == RectificationFile.rectification_id)
        .join(Matter, Matter.id == Rectification.matter_id)
        .where(RectificationFile.token == token, RectificationFile.withdrawn_at.is_(None), is_public())
    )
    if found is None:
        raise NotFound(N_("没有这个文件。"))
    return found
