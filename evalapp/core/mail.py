"""The door to people's mailboxes: SMTP with time limits and TLS, and the outbox folder of development."""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

from evalapp.core import clock
from evalapp.core.gateways import Outbox
from evalapp.core.settings import Settings

SECONDS = 20.0  # for each answer of the server
_DOT = re.compile(rb"^\.", re.MULTILINE)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A letter for a mailbox. `id` stays the same however often it is tried; `stop` is the address that ends such letters."""

    id: str
    to: str
    kind: str
    subject: str
    text: str
    lang: str
    stop: str


class NotTaken(OSError):  # noqa: N818  the word of the gateways
    """The server certainly did not take the letter; carries what it said."""


class Unsure(Exception):  # noqa: N818  the word of the desk: such a letter is doubtful
    """The connection was lost while the server may have taken the letter: nobody knows."""


class MailGateway(Protocol):
    """What a mail server must do for us."""

    deduplicates: bool

    def send(self, mail: Mail) -> None:
        """Hand the letter over; raises `OSError` when it was certainly not taken, anything else when nobody knows."""


class OutboxMail:
    """Writes each letter into the outbox; for development."""

    deduplicates = True

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox

    def send(self, mail: Mail) -> None:
        self.outbox.write(
            mail.id,
            {
                "id": mail.id,
                "to": mail.to,
                "kind": mail.kind,
                "subject": mail.subject,
                "text": mail.text,
                "headers": stop_headers(mail),
            },
        )


class SmtpMail:
    """One connection a letter. SMTP takes the same letter twice, so that it is handed over at most once."""

    deduplicates = False

    def __init__(self, url: str, *, sender: str, name: str, timeout: float = SECONDS) -> None:
        parts = urlsplit(url)
        self.host, self.is_tls = parts.hostname or "", parts.scheme == "smtps"
        self.port = parts.port or (465 if self.is_tls else 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.sender, self.name, self.timeout = sender, name, timeout

    def send(self, mail: Mail) -> None:
        try:
            server = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(_said(error)) from error
        try:
            self._introduce(server, mail)
            self._hand_over(server, mail)
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        if self.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)

    def _secure(self, server: smtplib.SMTP) -> None:
        if self.is_tls:
            return
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        elif self.host not in _LOOPBACK:
            raise NotTaken("the mail server offers no STARTTLS")

    def _introduce(self, server: smtplib.SMTP, mail: Mail) -> None:
        """Everything before the letter itself: whatever goes wrong here, nothing was taken."""
        try:
            self._secure(server)
            if self.user:
                server.login(self.user, self.password)
            server.ehlo_or_helo_if_needed()
            for code, answer in (server.mail(self.sender), server.rcpt(mail.to)):
                if code not in {250, 251}:
                    raise NotTaken(f"{code} {answer.decode(errors='replace')[:200]}")
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(_said(error)) from error

    def _hand_over(self, server: smtplib.SMTP, mail: Mail) -> None:
        """A clear refusal is one; a connection that is lost before the last answer leaves open what became of the letter."""
        content = _DOT.sub(b"..", self._written(mail).as_bytes(policy=SMTP))
        try:
            code, answer = server.docmd("DATA")
        except (smtplib.SMTPException, OSError) as error:
            raise NotTaken(_said(error)) from error
        if code != 354:
            raise NotTaken(f"{code} {answer.decode(errors='replace')[:200]}")
        try:
            server.send(content + b".\r\n")
            code, answer = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(_said(error)) from error
        if code != 250:
            raise NotTaken(f"{code} {answer.decode(errors='replace')[:200]}")
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()

    def _written(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message.set_content(mail.text, cte="quoted-printable")
        message["From"] = formataddr((self.name, self.sender))
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(clock.now().timestamp())
        message["Message-ID"] = f"<{mail.id}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = mail.lang
        for name, value in stop_headers(mail).items():
            message[name] = value
        return message


def stop_headers(mail: Mail) -> dict[str, str]:
    """Return what lets a mail program offer one click to stop (RFC 8058)."""
    if not mail.stop:
        return {}
    return {"List-Unsubscribe": f"<{mail.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def open_mail(settings: Settings) -> MailGateway:
    """Return the door that the settings name."""
    url = settings.mail_url.get_secret_value()
    if url == "outbox":
        return OutboxMail(Outbox(settings.outbox_dir))
    host = urlsplit(settings.public_url).hostname or "localhost"
    return SmtpMail(url, sender=settings.mail_from or f"noreply@{host}", name=settings.site_name)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
