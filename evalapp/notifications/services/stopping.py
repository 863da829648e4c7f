"""Stopping letters by the address that stands in each of them, without signing in."""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts import vault, vault_mail
from evalapp.accounts.services import residents
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.notifications.rules import stopping


@dataclass(frozen=True, kw_only=True)
class Stoppable:
    """Whose letters an address stops: a resident's, or those to one mailbox of a member of staff."""

    resident_id: uuid.UUID | None = None
    address_id: uuid.UUID | None = None
    is_stopped: bool


def stoppable(session: Session, keys: Keys, token: str) -> Stoppable:
    """What the address in a letter stands for. Raises `NotFound` for one that is not ours or whose reader is gone."""
    code = stopping.opened(keys.service(stopping.SERVICE_KEY), token)
    if code is None:
        raise _gone()
    with suppress(ValueError):
        address_id = uuid.UUID(hex=code)
        return Stoppable(address_id=address_id, is_stopped=not vault_mail.is_used(session, address_id))
    person = vault.person_with(session, code)
    resident_id = accounts.resident_of(session, person) if person else None
    if resident_id is None:
        raise _gone()
    return Stoppable(resident_id=resident_id, is_stopped=not accounts.wants_letters(session, resident_id))


def stop(session: Session, found: Stoppable) -> None:
    """Send nothing more; stopping twice changes nothing."""
    if found.resident_id is not None:
        residents.stop_letters(session, found.resident_id)
    if found.address_id is not None:
        vault_mail.forget_by_id(session, found.address_id)


def _gone() -> NotFound:
    return NotFound(N_("这个地址已经失效。如果还收到通知，请打开最新一封里的地址。"))
