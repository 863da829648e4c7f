"""Mail really leaves: over SMTP with TLS, to confirmed addresses only, and at most once when the line breaks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.accounts import vault_mail
from evalapp.accounts.models import MailAddress
from evalapp.accounts.services import residents
from evalapp.accounts.vault_mail import Owner
from evalapp.core import clock
from evalapp.core.errors import NotFound, TooMany
from evalapp.core.mail import Mail, NotTaken, SmtpMail, Unsure
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.notifications.models import LetterState
from tests.integration.comments.test_notices import dump
from tests.support.accounts import Outbox, People
from tests.support.letters import Letters, Reading
from tests.support.smtp_server import Certificate, Fault, SmtpServer

ADDRESS = "reader@example.org"
LETTER = Mail(
    id="letter-1",
    to=ADDRESS,
    kind="notice",
    subject="【大家看 大家评】您有 1 条新消息",
    text=".第一行从点开始\n请登录",
    lang="zh",
    stop="https://example.org/stop/letters/x.y",
)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Certificate.make(tmp_path)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    opened = SmtpServer()
    yield opened
    opened.close()


def door(server: SmtpServer, *, timeout: float = 5) -> SmtpMail:
    return SmtpMail(server.url, sender="noreply@example.org", name="大家看 大家评", timeout=timeout)


@pytest.mark.parametrize("implicit_tls", [False, True])
def test_a_letter_arrives_encrypted_signed_in_and_whole(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, *, implicit_tls: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))
    server = SmtpServer(certificate=certificate, implicit_tls=implicit_tls, login=("me", "pass word"))
    try:
        url = server.url.replace("pass word", "pass%20word")
        SmtpMail(url, sender="noreply@example.org", name="大家看 大家评").send(LETTER)
    finally:
        server.close()
    [taken] = server.taken
    assert taken.content.isascii()
    assert (taken.was_encrypted, taken.signed_in_as, taken.reader) == (True, "me", ADDRESS)
    message = taken.message
    assert message["Subject"] == LETTER.subject
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.text
    assert message["Message-ID"] == "<letter-1@example.org>"
    assert message["List-Unsubscribe"] == f"<{LETTER.stop}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (message["Auto-Submitted"], message["Content-Language"]) == ("auto-generated", "zh")


def test_a_server_with_a_certificate_that_nobody_vouches_for_gets_nothing(certificate: Certificate) -> None:
    server = SmtpServer(certificate=certificate)
    try:
        with pytest.raises(NotTaken, match="CERTIFICATE_VERIFY_FAILED"):
            door(server).send(LETTER)
    finally:
        server.close()
    assert server.taken == []


def test_a_server_elsewhere_without_tls_gets_nothing(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalapp.core.mail._LOOPBACK", set())
    with pytest.raises(NotTaken, match="STARTTLS"):
        door(server).send(LETTER)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault.SAYS_NOTHING, NotTaken),
        (Fault.REFUSES_READER, NotTaken),
        (Fault.BUSY, NotTaken),
        (Fault.REFUSES_LETTER, NotTaken),
        (Fault.LOSES_LINE, Unsure),
    ],
)
def test_what_was_certainly_not_taken_is_told_from_what_nobody_knows(
    server: SmtpServer, fault: Fault, outcome: type[Exception]
) -> None:
    server.fault = fault
    with pytest.raises(outcome):
        door(server, timeout=0.5).send(LETTER)
    assert len(server.taken) == (outcome is Unsure)


def test_nobody_listening_is_certainly_not_taken(server: SmtpServer) -> None:
    gone = door(server)
    gone.port = 1
    with pytest.raises(NotTaken):
        gone.send(LETTER)


def with_mail(letters: Letters, server: SmtpServer, *, timeout: float = 5) -> Letters:
    return Letters(replace(letters.platform, mail=door(server, timeout=timeout)))


def ask(letters: Letters, reader: Reading, address: str = ADDRESS) -> str:
    """Ask for an address; return the token of the letter's link."""
    with letters.platform.transaction() as session:
        address_id = vault_mail.ask(
            session, letters.platform.keys, owner=Owner(resident_id=reader.id), address=address, lang="zh"
        )
    return vault_mail.token_of(letters.platform.keys, address_id)


def confirm(letters: Letters, token: str) -> None:
    with letters.platform.transaction() as session:
        vault_mail.confirm(session, letters.platform.keys, token)


def test_an_address_is_used_once_its_holder_opened_the_letter_and_not_before(
    letters: Letters, server: SmtpServer
) -> None:
    mailed, reader = with_mail(letters, server), letters.reader()
    token = ask(mailed, reader)
    letters.notify(reader)
    mailed.work()
    assert [taken.reader for taken in server.taken] == [ADDRESS]
    assert f"/mail/confirm/{token}" in server.taken[0].message.get_content()
    assert [one["to"] for one in letters.sent()] == [reader.phone]
    confirm(mailed, token)
    letters.notify(reader)
    mailed.work()
    assert len(letters.sent()) == 1, "no short message any more"
    words = server.taken[1].message
    assert "1 条新消息" in words["Subject"]
    assert "/stop/letters/" in words["List-Unsubscribe"]


def test_a_letter_that_asks_goes_once_however_often_the_job_runs(
    letters: Letters, server: SmtpServer
) -> None:
    mailed = with_mail(letters, server)
    ask(mailed, letters.reader())
    server.fault = Fault.LOSES_LINE
    for hour in range(3):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            mailed.work()
    assert len(server.taken) == 1


def test_a_broken_line_leaves_the_letter_doubtful_and_it_goes_no_second_time(
    letters: Letters, server: SmtpServer
) -> None:
    mailed, reader = with_mail(letters, server), letters.reader()
    confirm(mailed, ask(mailed, reader))
    server.fault = Fault.LOSES_LINE
    letters.notify(reader)
    for hour in range(3):
        with time_machine.travel(clock.now() + timedelta(hours=hour)):
            mailed.work()
    notices = [taken for taken in server.taken if "新消息" in taken.message["Subject"]]
    assert len(notices) == 1
    assert letters.states() == [LetterState.DOUBTFUL]


def test_a_busy_server_gets_the_same_letter_again(letters: Letters, server: SmtpServer) -> None:
    mailed, reader = with_mail(letters, server), letters.reader()
    confirm(mailed, ask(mailed, reader))
    mailed.work()
    server.fault = Fault.BUSY
    letters.notify(reader)
    mailed.work()
    assert letters.states() == [LetterState.READY]
    server.fault = Fault.NONE
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        mailed.work()
    assert letters.states() == [LetterState.SENT]


def test_addresses_live_sealed_in_the_vault_alone(letters: Letters, platform: Platform) -> None:
    reader = letters.reader()
    confirm(letters, ask(letters, reader))
    letters.notify(reader)
    letters.work()
    everything = dump(platform)
    for spelling in (ADDRESS, ADDRESS.encode().hex(), "reader@"):
        assert spelling not in everything


def test_an_address_in_the_clear_is_noticed(letters: Letters, platform: Platform) -> None:
    """The planted defect: an address that is not sealed."""
    ask(letters, letters.reader())
    with platform.transaction() as session:
        session.scalars(select(MailAddress)).one().address_key = ADDRESS
    assert ADDRESS in dump(platform)


def test_nobody_is_flooded_with_letters_that_ask(letters: Letters) -> None:
    reader = letters.reader()
    for number in range(3):
        ask(letters, reader, f"r{number}@example.org")
    with pytest.raises(TooMany):
        ask(letters, reader, "r9@example.org")
    for other in letters.readers(2):
        ask(letters, other, "victim@example.org")
    ask(letters, letters.reader(), "VICTIM@example.org")
    with pytest.raises(TooMany):
        ask(letters, letters.reader(), "victim@example.org")


def test_a_link_is_good_for_a_day_and_for_its_own_address(letters: Letters) -> None:
    reader = letters.reader()
    token = ask(letters, reader)
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    for wrong in (forged, "x", "é" * 40, f"{token}x"):
        with pytest.raises(NotFound):
            confirm(letters, wrong)
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)), pytest.raises(NotFound):
        confirm(letters, token)


def test_erasing_an_account_takes_the_address_along(
    letters: Letters, platform: Platform, session: Session
) -> None:
    reader = letters.reader()
    confirm(letters, ask(letters, reader))
    with platform.transaction() as inside:
        residents.erase(inside, reader.id)
    assert session.scalars(select(func.count()).select_from(MailAddress)).one() == 0


def test_a_resident_gives_confirms_and_takes_back_an_address_on_the_pages(
    people: People, outbox: Outbox, platform: Platform
) -> None:
    resident = people.resident()
    refused = resident.browser.post("/me/mail", {"address": "no address"})
    assert refused.status_code == 422
    assert "name@example.com" in refused.text
    assert resident.browser.post("/me/mail", {"address": ADDRESS}).status_code == 303
    outbox.deliver()
    [sent] = outbox.messages(ADDRESS)
    path = sent["text"].split("http://127.0.0.1:8000", 1)[1].split(" ", 1)[0]
    stranger = people.client()
    assert "r***@example.org" in stranger.get(path).text
    assert "等你确认" in resident.browser.get("/me/mail").text, "opening the link confirms nothing"
    assert stranger.post(path).status_code == 303
    assert "已经确认" in stranger.get(path).text
    assert "r***@example.org" in resident.browser.get("/me").text
    assert resident.browser.get("/me/data.json").json["account"]["mail"] == ADDRESS
    assert resident.browser.post("/me/mail/remove", page="/me/mail").status_code == 303
    assert "r***" not in resident.browser.get("/me").text


def test_the_settings_know_a_mail_server_when_they_see_one() -> None:
    assert Settings(mail_url="smtps://u:p@mail.example.org").mail_url.get_secret_value().startswith("smtps")
    for wrong in ("mail.example.org", "http://mail.example.org", "smtp://", "smtp://h/path"):
        with pytest.raises(ValueError, match="EVALAPP_MAIL_URL"):
            Settings(mail_url=wrong)
