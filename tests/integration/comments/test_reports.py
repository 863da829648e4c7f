"""转检举控告: words leave at once, lie sealed, are read by whoever may, and every opening is on record."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.accounts.models import Role
from evalapp.audit.models import AuditEntry
from evalapp.comments import queries, services
from evalapp.comments.events import CommentMoved
from evalapp.comments.models import CommentCatch, MetToo, MisconductReport
from evalapp.comments.queries import QueueFilter
from evalapp.comments.rules.moderation import CommentState, RefusalReason
from evalapp.comments.services.reports import ReportContent
from evalapp.core import events
from evalapp.core.errors import Conflict, NotFound
from evalapp.notifications.models import StaffNotice
from tests.support.comments import Comments

WORDS = "科长收了红包才给办，我有录音。"


def opened(comments: Comments, report: MisconductReport) -> ReportContent:
    keeper = comments.reports_keeper()
    with comments.platform.transaction() as session:
        return services.open_report(session, reference=report.reference, actor=keeper, keys=comments.keys)


def test_nothing_of_the_words_or_the_name_is_left_in_the_thread(comments: Comments, session: Session) -> None:
    shown = comments.shown(text=WORDS, at_seconds=60)
    comments.replied(shown)
    report = comments.moved(shown)
    now = comments.now(shown)
    assert (now.state, now.text, now.original, now.at_seconds) == (CommentState.MOVED, "", None, None)
    assert now.reference != shown.reference
    page = queries.thread_page(session, shown.thread_id, moments=100)
    (mark,) = page.comments
    assert (mark.state, mark.text, mark.reply) == (CommentState.REFUSED, "", None)
    assert (page.shown, page.answered, page.refused, page.moments) == (0, 0, 1, ())
    assert WORDS.encode() not in session.get_one(MisconductReport, report.id).sealed


def test_a_held_comment_that_is_moved_leaves_no_mark_at_all(comments: Comments, session: Session) -> None:
    written = comments.written(text=WORDS)
    comments.moved(written)
    page = queries.thread_page(session, written.thread_id)
    assert (page.comments, page.refused) == ((), 1)


def test_the_channel_reads_what_was_typed_and_who_opened_it_is_on_record(
    comments: Comments, session: Session
) -> None:
    number = "12" + "0" * 8 + "4"
    written = comments.written(text=f"{WORDS}打 {number}", at_seconds=75)
    content = opened(comments, comments.moved(written))
    assert content.typed == f"{WORDS}打 {number}"
    assert (content.comment, content.at_seconds, content.day) == (written.reference, 75, written.written_on)
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "report.opened")).all()
    assert (entry.actor_name, entry.subject.startswith("JB-")) == ("案件监督室主任", True)


def test_no_entry_of_the_move_names_the_comment(comments: Comments, session: Session) -> None:
    written = comments.written(text=WORDS)
    report = comments.moved(written)
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "comment.moved")).all()
    assert [entry.subject for entry in entries] == [report.reference]


def test_the_desk_of_the_channel_is_told_and_the_author_too(comments: Comments, session: Session) -> None:
    author = comments.resident()
    report = comments.moved(comments.written(author=author, text=WORDS))
    (notice,) = session.scalars(select(StaffNotice)).all()
    assert (notice.role, notice.reference, notice.kind) == (Role.REPORTS, report.reference, "report.moved")
    (own,) = queries.comments_of(session, resident_id=author.id, keys=comments.keys)
    assert (own.state, own.text, own.may_be_withdrawn) == (CommentState.MOVED, "", False)


def test_it_leaves_queue_group_catch_and_counts(comments: Comments, session: Session) -> None:
    officer = comments.moderator()
    with comments.platform.transaction() as inside:
        services.write_list(inside, lines=["红包"], why="专项", seen_number=0, actor=officer)
    first, second = comments.written(text=WORDS), comments.written(text=f"{WORDS}！")
    comments.moved(second)
    assert [group.count for group in queries.waiting_groups(session)] == [1]
    catches = session.scalars(select(CommentCatch.comment_id)).all()
    assert catches == [first.id]
    shown, resident = comments.shown(text="请问窗口几点开门"), comments.resident()
    with comments.platform.transaction() as inside:
        services.say_met(inside, reference=shown.reference, resident=resident, keys=comments.keys)
    comments.moved(shown)
    assert session.scalars(select(MetToo)).all() == []


def test_others_may_hide_what_they_show_of_it(comments: Comments, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[CommentMoved] = []
    monkeypatch.setitem(events._handlers, CommentMoved, [lambda _session, event: told.append(event)])
    written = comments.written(text=WORDS)
    comments.moved(written)
    assert told == [CommentMoved(comment_id=written.id, reference=written.reference)]


def test_a_report_is_taken_over_once_and_then_stays(comments: Comments) -> None:
    report, keeper = comments.moved(comments.written(text=WORDS)), comments.reports_keeper()
    with comments.platform.transaction() as session:
        services.take(session, reference=report.reference, actor=keeper)
    with comments.platform.transaction() as session, pytest.raises(Conflict):
        services.take(session, reference=report.reference, actor=keeper)
    with comments.platform.transaction() as session, pytest.raises(Conflict):
        services.hand_back(session, reference=report.reference, actor=keeper, keys=comments.keys)


def test_what_is_no_report_waits_in_the_queue_again(comments: Comments, session: Session) -> None:
    number = "12" + "0" * 8 + "4"
    written, keeper = comments.written(text=f"灯坏了，打 {number}", at_seconds=9), comments.reports_keeper()
    report = comments.moved(written)
    with comments.platform.transaction() as inside:
        services.hand_back(inside, reference=report.reference, actor=keeper, keys=comments.keys)
    (item,) = queries.queue(session, only=QueueFilter.HELD, keys=comments.keys).items
    assert (item.text, item.original, item.at_seconds) == (
        "灯坏了，打 ［电话已隐去］",
        f"灯坏了，打 {number}",
        9,
    )
    with pytest.raises(NotFound):
        opened(comments, report)
    comments.approved(comments.now(written))


def test_two_who_decide_it_at_once(comments: Comments) -> None:
    written = comments.written(text=WORDS)
    comments.moved(written)
    with pytest.raises(NotFound):
        comments.moved(written)
    with pytest.raises(NotFound):
        comments.approved(written)


def test_a_refused_one_with_an_appeal_waits_for_it(comments: Comments) -> None:
    author = comments.resident()
    refused = comments.refused(comments.written(author=author, text=WORDS), reason=RefusalReason.INSULT)
    comments.appealed(refused, author)
    with pytest.raises(Conflict, match="申诉"):
        comments.moved(refused)


def test_erasing_the_author_cuts_the_tie_and_leaves_the_report(comments: Comments) -> None:
    author = comments.resident()
    report = comments.moved(comments.written(author=author, text=WORDS))
    with comments.platform.transaction() as session:
        assert services.erase_author(session, resident_id=author.id, keys=comments.keys) == 1
    assert opened(comments, report).typed == WORDS


def test_a_moved_comment_that_kept_its_words_cannot_be_stored(comments: Comments, session: Session) -> None:
    """What catches a service that forgets to take the words away."""
    written = comments.written(text=WORDS)
    with pytest.raises(IntegrityError, match="moved_is_empty"):
        session.execute(
            text("UPDATE comments SET state = 'moved' WHERE reference = :r"), {"r": written.reference}
        )
    session.rollback()


def test_a_copy_of_the_database_without_its_keys_opens_no_report(comments: Comments) -> None:
    report = comments.moved(comments.written(text=WORDS))
    comments.keys = type(comments.keys)(
        pseudonyms=comments.keys.pseudonyms,
        authors=comments.keys.authors,
        originals=comments.keys.originals,
        reports=comments.keys.originals,
    )
    with pytest.raises(ValueError, match="another key"):
        opened(comments, report)
