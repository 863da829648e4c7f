"""The journal counts what was done when it is done, and counts right."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.comments import queries, services
from evalapp.comments.models import (
    Comment,
    CommentDecision,
    ModerationMonth,
    ModerationPerson,
    ModerationUnit,
)
from evalapp.comments.rules.journal import JournalAct, month_of
from evalapp.comments.rules.moderation import AppealOutcome, RefusalReason, Verdict
from evalapp.core import clock
from evalapp.core.platform import Platform
from tests.support.comments import Comments
from tests.support.statements import statements
from tests.support.strict_client import StrictClient

LAST_MONTH = datetime(2026, 10, 10, 4, tzinfo=UTC)


def different(number: int) -> str:
    return "".join(chr(0x4E00 + (number * 97 + at * 31) % 5000) for at in range(24))


def acts(session: Session) -> dict[JournalAct, int]:
    (line,) = queries.moderation_journal(session).months
    return {act: times for act, times in line.times.items() if times}


def test_every_act_is_counted_once(comments: Comments, session: Session) -> None:
    officer, author = comments.moderator(), comments.resident()
    with comments.platform.transaction() as inside:
        services.write_list(inside, lines=["加微信"], why="广告", seen_number=0, actor=officer)
    comments.shown(text=different(1))
    comments.refused(comments.shown(text=different(2)))
    comments.moved(comments.written(text="加微信"))
    refused = comments.refused(comments.written(author=author, text=different(3)))
    made, other = comments.appealed(refused, author), comments.moderator()
    with comments.platform.transaction() as inside:
        services.decide_appeal(
            inside,
            appeal_id=made.id,
            seen_version=0,
            actor=other,
            keys=comments.keys,
            outcome=AppealOutcome.RESTORED,
        )
    assert acts(session) == {
        JournalAct.HELD: 4,
        JournalAct.CAUGHT: 1,
        JournalAct.SHOWN: 2,
        JournalAct.REFUSED: 1,
        JournalAct.HIDDEN: 1,
        JournalAct.MOVED: 1,
        JournalAct.APPEALED: 1,
        JournalAct.RESTORED: 1,
    }
    decided = session.scalar(select(func.count()).select_from(CommentDecision))
    assert decided == 2 + 1 + 1 + 1 + 1


def test_a_unit_shows_no_sign_of_what_was_moved(comments: Comments, session: Session) -> None:
    unit = comments.unit()
    comments.moved(comments.written(comments.thread(unit)))
    comments.moved(comments.shown(comments.thread(unit), text=different(5)))
    rows = session.execute(
        select(ModerationUnit.act, ModerationUnit.times).where(ModerationUnit.unit_id == unit.id)
    )
    found = {row.act: row.times for row in rows}
    assert found == {JournalAct.HELD: 2, JournalAct.SHOWN: 1, JournalAct.REFUSED: 1, JournalAct.HIDDEN: 1}


def lived(
    comments: Comments, monkeypatch: pytest.MonkeyPatch, *, refused_of: dict[RefusalReason, int]
) -> None:
    """A month that is over: so many people refused for each reason, each waiting two days."""
    number = 0
    for reason, people in refused_of.items():
        for _ in range(people):
            with clock.at(LAST_MONTH):
                written = comments.written(text=different(number))
            with clock.at(LAST_MONTH + timedelta(days=2)):
                comments.refused(written, reason=reason)
            number += 1


def test_a_month_that_is_over_is_broken_down_and_small_figures_are_not(
    comments: Comments, session: Session, monkeypatch: pytest.MonkeyPatch, browser: StrictClient
) -> None:
    lived(
        comments,
        monkeypatch,
        refused_of={RefusalReason.INSULT: 12, RefusalReason.OFF_TOPIC: 11, RefusalReason.PRIVACY: 3},
    )
    found = queries.moderation_journal(session)
    assert found.months[0].median_days == 2
    assert found.detail is not None
    reasons = found.detail.reasons[JournalAct.REFUSED]
    assert reasons.shown == {RefusalReason.INSULT: 12}
    assert reasons.together == {RefusalReason.OFF_TOPIC, RefusalReason.PRIVACY}
    assert reasons.together_times == 14
    page = browser.get("/moderation?month=2026-10").text
    assert "有辱骂或人身攻击" in page
    assert "写了别人的姓名" not in page


def test_the_month_that_runs_is_not_broken_down(comments: Comments, session: Session) -> None:
    for number in range(12):
        comments.refused(comments.written(text=different(number)))
    assert queries.moderation_journal(session).detail is None


def test_people_are_counted_and_not_their_comments(comments: Comments, session: Session) -> None:
    thread, author = comments.thread(), comments.resident()
    for number in range(12):
        comments.refused(comments.written(thread, author=author, text=different(number)))
    row = session.scalars(select(ModerationUnit).where(ModerationUnit.act == JournalAct.REFUSED)).one()
    assert (row.times, row.people) == (12, 1)


def test_who_was_counted_is_told_by_no_two_figures_alike(comments: Comments, session: Session) -> None:
    author = comments.resident()
    comments.refused(comments.written(author=author))
    keys = session.scalars(select(ModerationPerson.key)).all()
    assert len(keys) == len(set(keys)) == 3  # held by unit, refused by unit, refused by reason
    assert session.scalars(select(Comment.pseudonym)).one() not in keys


def test_the_journal_is_empty_at_first_and_takes_what_nobody_has(browser: StrictClient) -> None:
    for query in ("", "?month=2020-01", "?month=x", "?month=9999-99"):
        page = browser.get(f"/moderation{query}")
        assert page.status_code == 200
        assert "还没有审核过留言" in page.text


def test_the_journal_takes_six_statements_at_most(
    comments: Comments, platform: Platform, browser: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(comments, monkeypatch, refused_of={RefusalReason.INSULT: 2})
    browser.get("/moderation")
    with statements(platform) as sent:
        browser.get("/moderation")
    assert len(sent) <= 6


def test_an_act_that_is_not_counted_is_noticed(
    comments: Comments, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: refusals that stand in no figure."""
    monkeypatch.delitem(services.moderation.decide.__globals__["_ACTS"], Verdict.REFUSED)
    comments.refused(comments.written())
    month = month_of(clock.today())
    counted = session.scalar(
        select(ModerationMonth.times).where(
            ModerationMonth.month == month, ModerationMonth.act == JournalAct.REFUSED
        )
    )
    decided = session.scalar(select(func.count()).select_from(CommentDecision))
    assert (counted or 0) != decided
