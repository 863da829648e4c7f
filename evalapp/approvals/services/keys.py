"""Keys of units: a unit signs with the secret half, which is shown once; here only the public half is kept."""

import base64
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import IntakeKey
from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.units.models import Unit

OVERLAP = timedelta(days=7)  # an old key serves so long beside the new one


@dataclass(frozen=True, kw_only=True)
class MadeKey:
    """A new key. `secret` is base64 of 32 bytes, told once and kept nowhere."""

    name: str
    secret: str


def make_key(session: Session, *, unit: Unit, actor: Actor) -> MadeKey:
    """Make a key for a unit; those that it has serve for a week more, so that it can rotate without a gap."""
    private = Ed25519PrivateKey.generate()
    now = clock.now()
    for before in standing(session, unit.id):
        before.until = min(before.until or now + OVERLAP, now + OVERLAP)
    key = IntakeKey(
        id=uuid.uuid4(),
        name=f"{unit.slug}-{secrets.token_hex(4)}",
        unit_id=unit.id,
        public_key=private.public_key().public_bytes_raw(),
        made_at=now,
        made_by=actor.name,
    )
    session.add(key)
    session.flush()
    audit.record(session, actor=actor, action="intake.key_made", subject=key.name)
    return MadeKey(name=key.name, secret=base64.b64encode(private.private_bytes_raw()).decode())


def revoke_key(session: Session, *, name: str, actor: Actor) -> IntakeKey:
    """Have a key serve no longer, from this moment on. Refuses one that was revoked already."""
    key = session.scalar(select(IntakeKey).where(IntakeKey.name == name).with_for_update())
    if key is None:
        raise NotFound(N_("没有这把钥匙。"))
    if key.revoked_at is not None:
        raise Conflict(N_("这把钥匙已经停用。"))
    key.revoked_at, key.revoked_by = clock.now(), actor.name
    session.flush()
    audit.record(session, actor=actor, action="intake.key_revoked", subject=key.name)
    return key


def standing(session: Session, unit_id: uuid.UUID) -> list[IntakeKey]:
    """The keys of a unit that serve now, newest first."""
    now = clock.now()
    return list(
        session.scalars(
            select(IntakeKey)
            .where(
                IntakeKey.unit_id == unit_id,
                IntakeKey.revoked_at.is_(None),
                IntakeKey.until.is_(None) | (IntakeKey.until > now),
            )
            .order_by(IntakeKey.made_at.desc(), IntakeKey.name)
        )
    )
