"""A mail server for tests: SMTP on asyncio with STARTTLS and AUTH, which keeps what it took and fails as servers fail."""

import asyncio
import base64
import enum
import ssl
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Fault(enum.StrEnum):
    """How the server behaves towards the next letters."""

    NONE = "none"
    SAYS_NOTHING = "says nothing"  # takes the connection and is silent
    REFUSES_READER = "refuses the reader"  # 550 to RCPT
    BUSY = "busy"  # 451 to DATA
    REFUSES_LETTER = "refuses the letter"  # 554 after it
    LOSES_LINE = "loses the line"  # takes the letter and hangs up before it says so


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""

    file: Path

    @classmethod
    def make(cls, folder: Path) -> Self:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / "mail.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return cls(file)


@dataclass
class Taken:
    """A letter that the server took."""

    sender: str
    reader: str
    content: bytes
    was_encrypted: bool
    signed_in_as: str

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpServer:
    """Listens on a port of loopback in a thread of its own until `close`."""

    certificate: Certificate | None = None
    implicit_tls: bool = False
    login: tuple[str, str] | None = None
    fault: Fault = Fault.NONE
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    def __post_init__(self) -> None:
        self._writers: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    @property
    def url(self) -> str:
        scheme = "smtps" if self.implicit_tls else "smtp"
        user = f"{self.login[0]}:{self.login[1]}@" if self.login else ""
        return f"{scheme}://{user}127.0.0.1:{self.port}"

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0.05)  # transports close at the loop's next turns

    async def _listen(self) -> asyncio.Server:
        context = self._context() if self.implicit_tls else None
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def _context(self) -> ssl.SSLContext:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.file)
        return context

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        if self.fault is Fault.SAYS_NOTHING:
            await asyncio.sleep(60)
            return
        await _Talk(self, reader, writer).run()


class _Talk:
    """One connection."""

    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.encrypted, self.user = server.implicit_tls, ""
        self.sender = self.to = ""

    async def run(self) -> None:
        self._say("220 test ESMTP")
        try:
            while line := (await self.reader.readline()).decode().strip():
                verb, _, rest = line.partition(" ")
                if not await self._answer(verb.upper(), rest):
                    break
        except (ConnectionError, ssl.SSLError):
            return
        finally:
            self.writer.close()

    async def _answer(self, verb: str, rest: str) -> bool:
        fault = self.server.fault
        if verb == "EHLO":
            offers = ["250-test"]
            if self.server.certificate and not self.encrypted:
                offers.append("250-STARTTLS")
            if self.server.login and self.encrypted:
                offers.append("250-AUTH PLAIN")
            self._say("\r\n".join([*offers, "250 8BITMIME"]))
        elif verb == "STARTTLS":
            self._say("220 go ahead")
            await self.writer.start_tls(self.server._context())
            self.encrypted = True
        elif verb == "AUTH":
            _, name, password = base64.b64decode(rest.split()[1]).decode().split("\0")
            self.user = name if (name, password) == self.server.login else ""
            self._say("235 welcome" if self.user else "535 who are you")
        elif verb == "MAIL":
            self.sender = rest
            self._say("530 sign in first" if self.server.login and not self.user else "250 ok")
        elif verb == "RCPT":
            self.to = rest
            self._say("550 no such mailbox" if fault is Fault.REFUSES_READER else "250 ok")
        elif verb == "DATA":
            return await self._data(fault)
        else:
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            return verb != "QUIT"
        return True

    async def _data(self, fault: Fault) -> bool:
        if fault is Fault.BUSY:
            self._say("451 later")
            return True
        self._say("354 go on")
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if fault is Fault.REFUSES_LETTER:
            self._say("554 not this one")
            return True
        self.server.taken.append(
            Taken(_address(self.sender), _address(self.to), b"".join(lines), self.encrypted, self.user)
        )
        if fault is Fault.LOSES_LINE:
            return False
        self._say("250 taken")
        return True

    def _say(self, answer: str) -> None:
        self.writer.write(answer.encode() + b"\r\n")


def _address(said: str) -> str:
    return said.partition("<")[2].partition(">")[0]
