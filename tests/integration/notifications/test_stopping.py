"""Letters are stopped without signing in: by the address in them, by a mail program, or by one word sent back."""

import json
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from evalapp.accounts import queries as accounts
from evalapp.accounts import vault, vault_mail
from evalapp.accounts.models import Role
from evalapp.accounts.vault_mail import Owner
from evalapp.core.platform import Platform
from evalapp.notifications import addressing
from evalapp.notifications.models import LetterState
from tests.support.accounts import People
from tests.support.letters import CountingGateway, Letters, Reading
from tests.support.strict_client import StrictClient


def stop_path(letters: Letters, reader: Reading) -> str:
    """The address in the newest letter to a reader."""
    letters.notify(reader)
    letters.work()
    text = [one for one in letters.sent() if one["to"] == reader.phone][-1]["text"]
    return "/stop/letters/" + text.split("/stop/letters/", 1)[1].split("，", 1)[0]


def wants(session: Session, reader: Reading) -> bool:
    session.rollback()
    return accounts.wants_letters(session, reader.id)


def test_opening_the_address_shows_and_the_button_stops(
    letters: Letters, browser: StrictClient, session: Session
) -> None:
    reader = letters.reader()
    path = stop_path(letters, reader)
    letters.notify(reader)
    assert "停止通知" in browser.get(path).text
    assert wants(session, reader), "programs that look at links in letters change nothing"
    assert browser.post(path).status_code == 303
    assert not wants(session, reader)
    assert "已经停止" in browser.get(path).text
    letters.work()
    assert letters.states() == [LetterState.DROPPED, LetterState.SENT]
    assert browser.post(path).status_code == 303, "stopping twice is stopping"


def test_a_mail_program_stops_with_one_click_without_having_seen_a_page(
    letters: Letters, app: Flask, session: Session
) -> None:
    reader = letters.reader()
    path = stop_path(letters, reader)
    answer = app.test_client().post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 204
    assert not wants(session, reader)


def test_another_sites_page_stops_nothing(letters: Letters, app: Flask, session: Session) -> None:
    reader = letters.reader()
    path = stop_path(letters, reader)
    answer = app.test_client().post(path, headers={"Origin": "https://elsewhere.invalid"})
    assert answer.status_code == 403
    assert wants(session, reader)


def test_an_address_that_is_not_ours_stops_nothing_and_tells_nothing(
    letters: Letters, browser: StrictClient, platform: Platform, session: Session
) -> None:
    reader = letters.reader()
    path = stop_path(letters, reader)
    with platform.session() as inside:
        code = vault.stop_code(inside, reader.person_id)
    for wrong in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        f"/stop/letters/{code}",
        "/stop/letters/é.é",
    ):
        assert browser.get(wrong).status_code == 404
        assert browser.client.post(wrong).status_code == 404
    assert wants(session, reader)


def send_in(platform: Platform, sender: str, text: str, *, name: str = "1.json") -> None:
    inbox = platform.settings.data_dir / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / name).write_text(json.dumps({"from": sender, "text": text}))


@pytest.mark.parametrize("spelling", ["{0}", "86{1}", "{1}"])
def test_one_word_sent_back_stops_the_letters(
    letters: Letters, platform: Platform, session: Session, spelling: str
) -> None:
    reader = letters.reader()
    letters.notify(reader)
    send_in(platform, spelling.format(reader.phone, reader.phone.removeprefix("+86")), " td ")
    letters.work()
    assert not wants(session, reader)
    assert letters.sent() == []
    assert list((platform.settings.data_dir / "inbox").iterdir()) == []


def test_other_words_change_nothing(letters: Letters, platform: Platform, session: Session) -> None:
    reader = letters.reader()
    send_in(platform, reader.phone, "什么时候修好？")
    letters.work()
    assert wants(session, reader)
    assert list((platform.settings.data_dir / "inbox").iterdir()) == []


def test_unknown_senders_change_nothing_and_learn_nothing(
    letters: Letters, platform: Platform, session: Session
) -> None:
    reader = letters.reader()
    known_only_by_a_code = "+8612" + "9" * 9
    with platform.transaction() as inside:
        vault.keep(inside, platform.keys, known_only_by_a_code)
    senders = (known_only_by_a_code, "+8612" + "8" * 9, "10086", "not a number", "")
    for number, sender in enumerate(senders):
        send_in(platform, sender, "TD", name=f"{number}.json")
    letters.work()
    assert wants(session, reader)
    assert letters.sent() == [], "nobody is answered, known or not"
    assert list((platform.settings.data_dir / "inbox").iterdir()) == []


def test_what_is_no_message_is_put_aside_and_keeps_nothing_else_waiting(
    letters: Letters, platform: Platform, session: Session
) -> None:
    reader = letters.reader()
    inbox = platform.settings.data_dir / "inbox"
    inbox.mkdir()
    for name, content in (
        ("a.json", "{"),
        ("b.json", "[1]"),
        ("c.json", '{"from": 1, "text": "TD"}'),
        ("d.json", '"' + "x" * 20_000 + '"'),
        ("e.json", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
    ):
        (inbox / name).write_text(content)
    (inbox / "f.json").symlink_to(platform.settings.keys_dir / "service" / "vault")
    send_in(platform, reader.phone, "TD", name="z.json")
    letters.work()
    assert not wants(session, reader)
    assert sorted(path.name for path in inbox.iterdir()) == [f"{letter}.refused" for letter in "abcdef"]
    assert (platform.settings.keys_dir / "service" / "vault").exists()


def test_a_letter_names_the_word_only_where_somebody_reads_it(letters: Letters) -> None:
    gateway = CountingGateway()
    letters.notify(letters.reader())
    letters.through(gateway).work()
    assert "TD" not in gateway.handed[0].text
    letters.notify(letters.reader())
    letters.work()
    assert "TD" in letters.sent()[0]["text"]


def test_staff_stop_the_mails_to_their_mailbox(
    people: People, letters: Letters, browser: StrictClient, platform: Platform, session: Session
) -> None:
    staff = people.staff(Role.STATION).staff
    owner = Owner(staff_id=staff.id)
    with platform.transaction() as inside:
        address_id = vault_mail.ask(inside, platform.keys, owner=owner, address="desk@example.org", lang="zh")
    with platform.transaction() as inside:
        vault_mail.confirm(inside, platform.keys, vault_mail.token_of(platform.keys, address_id))
    link = addressing.stop_link(platform, address_id.hex)
    path = link.removeprefix(platform.settings.public_url)
    assert "停止通知" in browser.get(path).text
    assert browser.post(path).status_code == 303
    assert vault_mail.confirmed(session, owner) is None


def test_a_gateway_without_an_inbox_is_not_asked(letters: Letters) -> None:
    bare = type("Bare", (), {"send": lambda *_: None})()
    Letters(replace(letters.platform, sms=bare)).work()
