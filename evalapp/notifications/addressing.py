"""Puts a letter together for its reader, and hands it to the gateway of its channel."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from evalapp.accounts import vault, vault_mail
from evalapp.accounts.vault_mail import Owner
from evalapp.core import gateways
from evalapp.core.platform import Platform
from evalapp.notifications.models import Channel, Letter, LetterState
from evalapp.notifications.queries import letters as queries
from evalapp.notifications.rules import stopping, wording


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """A letter with its words, for one reader on one channel."""

    channel: Channel
    kind: str
    words: vault_mail.Words
    owner: Owner
    person_id: str  # of a resident, for a short message
    deduplicates: bool


def addressed(session: Session, platform: Platform, letter: Letter) -> Addressed | None:
    """Return what to hand over; None when there is nobody to tell. A letter that is being handed over keeps its channel."""
    if letter.staff_id is not None:
        return _to_staff(session, platform, letter)
    if letter.resident_id is not None:
        return _to_resident(session, platform, letter)
    return None


def may_be_repeated(platform: Platform, letter: Letter) -> bool:
    """Whether the gateway that was being called tells the same letter twice."""
    gateway = platform.mail if letter.channel is Channel.MAIL else platform.sms
    return gateways.deduplicates(gateway)


def send(platform: Platform, addressed: Addressed, letter_id: uuid.UUID) -> bool:
    """Hand a letter over, outside a transaction; return whether there was somewhere to send it."""
    if addressed.channel is Channel.MAIL:
        return vault_mail.send(
            platform, addressed.owner, addressed.words, message_id=str(letter_id), kind=addressed.kind
        )
    return vault.send(
        platform,
        addressed.person_id,
        message_id=str(letter_id),
        kind=addressed.kind,
        text=addressed.words.text,
    )


def stop_link(platform: Platform, code: str) -> str:
    """Return the address that ends the letters of one reader, without signing in."""
    token = stopping.signed(platform.keys.service(stopping.SERVICE_KEY), code)
    return f"{platform.settings.public_url}/stop/letters/{token}"


def _to_resident(session: Session, platform: Platform, letter: Letter) -> Addressed | None:
    assert letter.resident_id is not None
    reader = queries.addressee(session, letter.resident_id)
    if reader is None:
        return None
    count = queries.notices_in(session, letter.id, agreed=reader.agreed)
    if not count:
        return None
    owner = Owner(resident_id=reader.resident_id)
    has_mailbox = vault_mail.confirmed(session, owner) is not None
    channel = Channel.MAIL if has_mailbox else Channel.SMS
    if letter.state is LetterState.SENDING and letter.channel is not None:
        channel = letter.channel
    stop = stop_link(platform, vault.stop_code(session, reader.person_id))
    words = wording.to_resident(
        lang=reader.lang,
        site_name=platform.settings.site_name,
        address=platform.settings.public_url,
        count=count,
        stop=stop,
        by_word=channel is Channel.SMS and gateways.receives(platform.sms),
    )
    return Addressed(
        channel=channel,
        kind=wording.KIND,
        words=vault_mail.Words(subject=words.subject, text=words.text, lang=reader.lang, stop=stop),
        owner=owner,
        person_id=reader.person_id,
        deduplicates=gateways.deduplicates(platform.mail if channel is Channel.MAIL else platform.sms),
    )


def _to_staff(session: Session, platform: Platform, letter: Letter) -> Addressed | None:
    owner = Owner(staff_id=letter.staff_id)
    mailbox = vault_mail.confirmed(session, owner)
    if mailbox is None:
        return None
    stop = stop_link(platform, mailbox.id.hex)
    words = wording.to_staff(
        lang=mailbox.lang,
        site_name=platform.settings.site_name,
        address=platform.settings.public_url,
        count=queries.notices_in(session, letter.id),
        stop=stop,
    )
    return Addressed(
        channel=Channel.MAIL,
        kind=wording.STAFF_KIND,
        words=vault_mail.Words(subject=words.subject, text=words.text, lang=mailbox.lang, stop=stop),
        owner=owner,
        person_id="",
        deduplicates=gateways.deduplicates(platform.mail),
    )
