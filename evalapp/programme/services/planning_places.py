"""Changing what plans are made with: studios, channels, and the days on which speakers cannot come."""

import re
import uuid
from datetime import date

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Channel, SpeakerLeave, Studio

_CODE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")  # what the guide's validator asks of a channel's id


def add_studio(session: Session, *, name: str, actor: Actor) -> Studio:
    """Add a studio; refuses a name that is taken."""
    studio = Studio(id=uuid.uuid4(), name=_named(name), created_at=clock.now())
    taken = Conflict(N_("已经有叫这个名字的演播室。"), field="name")
    with refusing(session, {"uq_studios_name": taken}):
        session.add(studio)
    audit.record(session, actor=actor, action="studio.add", subject=studio.name)
    return studio


def add_channel(session: Session, *, code: str, name: str, actor: Actor) -> Channel:
    """Add a channel; `code` (like general.example) names it in the programme guide's data and never changes."""
    channel = Channel(id=uuid.uuid4(), code=code.strip().lower(), name=_named(name), created_at=clock.now())
    if not _CODE.fullmatch(channel.code):
        raise Invalid(
            N_("频道代号用小写字母、数字和连字符，中间至少有一个点，如 news.qingchuan。"), field="code"
        )
    taken = Conflict(N_("已经有这个频道。"), field="name")
    with refusing(session, {"uq_channels_name": taken, "uq_channels_code": taken}):
        session.add(channel)
    audit.record(session, actor=actor, action="channel.add", subject=channel.code)
    return channel


def add_leave(
    session: Session,
    *,
    unit_id: uuid.UUID,
    starts_on: date,
    ends_on: date,
    actor: Actor,
    post: str = "",
    note: str = "",
) -> SpeakerLeave:
    """Write down the days on which a unit's speaker cannot come; an empty `post` means everybody of the unit."""
    if ends_on < starts_on:
        raise Invalid(N_("最后一天不能早于第一天。"), field="ends_on")
    leave = SpeakerLeave(
        id=uuid.uuid4(),
        unit_id=unit_id,
        post=post.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        note=note.strip(),
        created_at=clock.now(),
    )
    session.add(leave)
    _audit_leave(session, leave, actor, "leave.add")
    return leave


def end_leave(session: Session, *, leave_id: uuid.UUID, actor: Actor) -> None:
    """Take a leave back; it stays in the record."""
    leave = locked(session, SpeakerLeave, leave_id)
    if leave.ended_at is None:
        leave.ended_at = clock.now()
        _audit_leave(session, leave, actor, "leave.end")


def _audit_leave(session: Session, leave: SpeakerLeave, actor: Actor, action: str) -> None:
    days = f"{leave.starts_on.isoformat()}/{leave.ends_on.isoformat()}"
    audit.record(session, actor=actor, action=action, subject=days, detail={"unit_id": str(leave.unit_id)})


def _named(name: str) -> str:
    text = name.strip()
    if not text:
        raise Invalid(N_("请填写名称。"), field="name")
    return text
