"""The author is told: once, by a text that tells a stranger nothing, only with consent; a failing gateway is listed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from evalapp import schema
from evalapp.accounts import vault
from evalapp.accounts.models import Purpose, Resident
from evalapp.accounts.services import residents
from evalapp.comments import queries
from evalapp.comments.models import Comment
from evalapp.comments.rules.moderation import CommentState, RefusalReason
from evalapp.core import clock
from evalapp.core.gateways import Message
from evalapp.core.jobs import Job, JobState
from evalapp.core.jobs.queue import MOST_ATTEMPTS
from evalapp.core.platform import Platform
from evalapp.notifications.models import Letter, LetterState, Notice
from evalapp.notifications.queries import letters as notices
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.letters import work
from tests.support.strict_client import StrictClient

PHONE = "+8612" + "0" * 8 + "8"
WORDS = "三单元的楼道灯"


def outbox(platform: Platform) -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in platform.settings.outbox_dir.glob("*.json")]


def states(session: Session) -> list[LetterState]:
    session.rollback()
    return list(session.scalars(select(Letter.state).order_by(Letter.id)))


@pytest.fixture
def author(comments: Comments):
    return comments.resident(phone=PHONE)


def test_decisions_and_replies_are_told_by_one_message_that_says_nothing(
    comments: Comments, platform: Platform, author, session: Session
) -> None:
    shown = comments.shown(author=author, text=WORDS)
    comments.replied(shown, text="灯已经换好")
    comments.refused(shown, reason=RefusalReason.INSULT, note="请改一改")
    work(platform)
    sent = outbox(platform)
    assert [(one["to"], one["kind"]) for one in sent] == [(PHONE, "notice")]
    assert "3 条新消息" in sent[0]["text"]
    for secret in (WORDS, "灯", "留言", "评", "退回", "回复", shown.reference, "请改一改"):
        assert secret not in sent[0]["text"].removeprefix("【大家看 大家评】")
    assert states(session) == [LetterState.SENT]
    assert len(session.scalars(select(Notice.id)).all()) == 3


def test_who_was_told_is_forgotten(comments: Comments, platform: Platform, author, session: Session) -> None:
    comments.shown(author=author)
    work(platform)
    assert session.scalars(select(Letter.resident_id)).all() == [None]


@pytest.mark.parametrize("change", ["consent", "erased", "idle", "anew"])
def test_nobody_is_told_who_does_not_want_it_or_may_be_somebody_else(
    comments: Comments, platform: Platform, author, session: Session, change: str
) -> None:
    held = comments.written(author=author)
    if change == "anew":  # the number came back to life in other hands before the decision
        with platform.transaction() as inside:
            inside.execute(update(Resident).values(known_since=clock.now() + timedelta(seconds=1)))
    comments.approved(held)
    with platform.transaction() as inside:
        if change == "consent":
            residents.withdraw_consent(inside, author.id, Purpose.REPLY_NOTICES)
        elif change == "erased":
            residents.erase(inside, author.id)
    later = timedelta(days=181) if change == "idle" else timedelta(0)
    with time_machine.travel(clock.now() + later):
        work(platform)
    assert outbox(platform) == []
    assert LetterState.WAITING not in states(session)


def test_a_worker_killed_after_sending_sends_the_same_message_again_and_not_another(
    comments: Comments, platform: Platform, author, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments.shown(author=author)

    def die(*_args: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr("evalapp.notifications.services.letters.end", die)
        work(platform, once=True)
    first = outbox(platform)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        work(platform)
    again = outbox(platform)
    assert len(first) == len(again) == 1
    assert first[0]["id"] == again[0]["id"]


class DeadGateway:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def send(self, message: Message) -> None:
        self.ids.append(message.id)
        raise OSError("no line")


def test_a_dead_gateway_is_tried_again_then_listed_on_the_desk_and_retried_by_hand(
    comments: Comments,
    platform: Platform,
    author,
    browser: StrictClient,
    visitors: Visitors,
) -> None:
    comments.shown(author=author)
    gateway = DeadGateway()
    dead, moment = replace(platform, sms=gateway), clock.now()
    for _ in range(MOST_ATTEMPTS):
        with time_machine.travel(moment):
            work(dead, once=True)
        moment += timedelta(hours=1)
    assert len(gateway.ids) == MOST_ATTEMPTS
    assert len(set(gateway.ids)) == 1
    visitors.are(staff=comments.moderator())
    page = browser.get("/desk/office/notices").text
    assert "OSError" in page
    assert PHONE not in page
    assert "1 条通知没有送到" in browser.get("/desk/office/comments").text
    with platform.session() as session:
        job_id = notices.undelivered(session)[0].job_id
    retried = browser.post(f"/desk/office/notices/{job_id}/retry", page="/desk/office/notices")
    assert retried.status_code == 303
    assert (
        browser.post(f"/desk/office/notices/{job_id}/retry", page="/desk/office/notices").status_code == 409
    )
    work(platform)
    assert [one["id"] for one in outbox(platform)] == gateway.ids[:1]
    assert "通知都送到了" in browser.get("/desk/office/notices").text


def test_other_failed_work_is_not_retried_as_a_notice(
    comments: Comments, platform: Platform, browser: StrictClient, visitors: Visitors
) -> None:
    with platform.transaction() as session:
        job = Job(kind="other.work", state=JobState.FAILED, run_at=clock.now(), created_at=clock.now())
        session.add(job)
    visitors.are(staff=comments.moderator())
    answer = browser.post(f"/desk/office/notices/{job.id}/retry", page="/desk/office/notices")
    assert answer.status_code == 404


def test_erasing_an_account_erases_its_words_and_spares_what_comes_after(
    comments: Comments, platform: Platform, author, session: Session
) -> None:
    before = comments.shown(author=author, text=WORDS)
    with platform.transaction() as inside:
        residents.erase(inside, author.id)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        with platform.transaction() as inside:
            inside.execute(update(Resident).values(erased_at=None, known_since=clock.now()))
        after = comments.written(comments.thread_of(before), author=author, text="回来再说一句")
        work(platform)
        kept = {row.id: row.state for row in session.scalars(select(Comment))}
        assert kept == {before.id: CommentState.ERASED, after.id: CommentState.HELD}
        own = queries.comments_of(session, resident_id=author.id, keys=comments.keys)
        assert [one.reference for one in own] == [after.reference]


def test_a_later_holder_of_the_number_sees_and_takes_back_nothing_of_before(
    comments: Comments, platform: Platform, author, session: Session
) -> None:
    shown = comments.shown(author=author)
    with platform.transaction() as inside:
        inside.execute(update(Resident).values(known_since=clock.now() + timedelta(seconds=1)))
    assert queries.comments_of(session, resident_id=author.id, keys=comments.keys) == []
    assert queries.own_in_thread(session, shown.thread_id, resident_id=author.id, keys=comments.keys) == []


def dump(platform: Platform) -> str:
    """Every cell of every table, as text and as hex."""
    cells = []
    with platform.session() as session:
        for table in schema.METADATA.sorted_tables:
            for row in session.execute(select(table)):
                cells += [cell.hex() if isinstance(cell, bytes) else str(cell) for cell in row]
    return "\n".join(cells)


def spellings(number: str) -> list[str]:
    national = number.removeprefix("+86")
    return [
        number,
        national,
        f"{national[:3]} {national[3:7]} {national[7:]}",
        national.encode().hex(),
        national.encode("utf-16-le").hex(),
    ]


def check_no_number(platform: Platform, number: str) -> None:
    """J1: no table holds a number in the clear, neither the account's nor one typed into a comment."""
    everything = dump(platform)
    for spelling in spellings(number):
        assert spelling not in everything


def test_no_table_holds_a_number_in_the_clear(comments: Comments, platform: Platform, author) -> None:
    typed = "12" + "3" * 9
    shown = comments.shown(author=author, text=f"打 {typed} 找我，或 {typed[:3]} {typed[3:7]} {typed[7:]}")
    comments.replied(shown)
    work(platform)
    for number in (PHONE, typed):
        check_no_number(platform, number)


def test_a_number_left_in_a_table_is_noticed(comments: Comments, platform: Platform) -> None:
    """The planted defect: masking forgot one comment."""
    typed = "12" + "4" * 9
    written = comments.written()
    with platform.transaction() as session:
        session.get_one(Comment, written.id).text = typed
    with pytest.raises(AssertionError):
        check_no_number(platform, typed)


def linked(platform: Platform) -> set[str]:
    """What a reader of a copy of the database can join a resident to: any table but the accounts' own that names one."""
    found = set()
    with platform.session() as session:
        ids = {str(one) for one in session.scalars(select(Resident.id))}
        ids |= {one.replace("-", "") for one in ids} | set(session.scalars(select(Resident.person_id)))
        for table in schema.METADATA.sorted_tables:
            if table.name in {
                "residents",
                "consents",
                "sessions",
                "vault",
                "code_requests",
                "mail_addresses",
            }:
                continue
            for row in session.execute(select(table)):
                text = " ".join(cell.hex() if isinstance(cell, bytes) else str(cell) for cell in row)
                if any(one in text for one in ids):
                    found.add(table.name)
    return found


def test_a_copy_of_the_database_joins_no_words_to_a_person(
    comments: Comments, platform: Platform, author
) -> None:
    first = comments.shown(author=author)
    second = comments.shown(author=author)
    comments.replied(first)
    work(platform)
    assert linked(platform) == set()
    assert first.pseudonym != second.pseudonym


def test_a_table_that_names_the_author_is_noticed(comments: Comments, platform: Platform, author) -> None:
    """The planted defect: a pseudonym that is the person."""
    written = comments.written(author=author)
    with platform.transaction() as session:
        session.get_one(Comment, written.id).pseudonym = str(author.id)
    assert linked(platform) == {"comments"}


def test_a_number_that_is_gone_drops_the_notice(
    comments: Comments, platform: Platform, author, session: Session
) -> None:
    comments.shown(author=author)
    with platform.transaction() as inside:
        inside.execute(delete(vault.VaultEntry))
    work(platform)
    assert states(session) == [LetterState.DROPPED]
