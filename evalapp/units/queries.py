"""Reading units."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.units.models import Membership, Unit


def unit(session: Session, slug: str) -> Unit:
    """Return the unit at that address; raises `NotFound`."""
    found = session.scalar(select(Unit).where(Unit.slug == slug))
    if found is None:
        raise NotFound(N_("没有找到这个单位。"))
    return found


def unit_of(session: Session, actor: Actor) -> Unit:
    """Return the unit that this member of staff works for; raises `NotFound`."""
    found = session.scalar(
        select(Unit).join(Membership, Membership.unit_id == Unit.id).where(Membership.staff_id == actor.id)
    )
    if found is None:
        raise NotFound(N_("您的账号还没有分配单位，请联系管理员。"))
    return found
