"""Near-duplicates and floods are one row of the queue and one key, and each comment keeps a decision of its own."""

import threading
import uuid

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.comments import queries, services
from evalapp.comments.models import Comment, CommentBand, CommentDecision, Thread
from evalapp.comments.queries import QueueFilter
from evalapp.comments.queries.groups import WaitingGroup
from evalapp.comments.rules.moderation import CommentState, GroupKind, RefusalReason, Verdict
from evalapp.comments.services import SeenGroup
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.platform import Platform
from tests.support.comments import Comments
from tests.support.statements import statements

SAID = "楼道灯坏了三个月，报修一直没有人来，请问什么时候能修好？"
ALIKE = [
    SAID,
    SAID.replace("，", ", "),
    f"请问！{SAID}",
    SAID.replace("灯", "燈").replace("修", "修 "),
    f"{SAID}1",
]


def groups(comments: Comments) -> list[WaitingGroup]:
    with comments.platform.session() as session:
        return queries.waiting_groups(session)


def seen(group: WaitingGroup) -> SeenGroup:
    return SeenGroup(group_id=group.id, count=group.count, upto=group.upto)


def decide(
    comments: Comments, group: WaitingGroup, verdict: Verdict = Verdict.REFUSED, **how: object
) -> None:
    officer = comments.moderator()
    how.setdefault("reason", RefusalReason.ADVERTISING if verdict is Verdict.REFUSED else None)
    with comments.platform.transaction() as session:
        services.decide_group(session, seen(group), verdict=verdict, actor=officer, keys=comments.keys, **how)


def test_what_is_alike_is_one_row_whoever_wrote_it_and_wherever(comments: Comments, session: Session) -> None:
    written = [comments.written(text=text) for text in ALIKE]
    alone = comments.written(text="加装电梯要几户同意？")
    (group,) = groups(comments)
    assert (group.kind, group.count, group.upto) == (GroupKind.ALIKE, 5, 5)
    assert (group.first, group.newest) == (written[0].text, written[-1].text)
    page = queries.queue(session, only=QueueFilter.HELD, keys=comments.keys)
    assert [one.reference for one in page.items] == [alone.reference]
    inside = queries.queue(session, only=QueueFilter.HELD, keys=comments.keys, group_id=group.id)
    assert {one.reference for one in inside.items} == {one.reference for one in written}


def test_many_of_one_author_in_one_thread_are_one_row(comments: Comments) -> None:
    thread, author = comments.thread(), comments.resident()
    texts = ["加装电梯要几户？", "公交为什么改线？", "窗口几点开门？", "公园的树谁来修？", "路灯太暗了。"]
    for text in texts[:3]:
        comments.written(thread, author=author, text=text)
    assert groups(comments) == []
    for text in texts[3:]:
        comments.written(thread, author=author, text=text)
    (group,) = groups(comments)
    assert (group.kind, group.count) == (GroupKind.FLOOD, 5)


def test_one_key_decides_them_and_each_has_its_own_decision(comments: Comments, session: Session) -> None:
    written = [comments.written(text=text) for text in ALIKE]
    decide(comments, groups(comments)[0], note="请不要重复发")
    assert groups(comments) == []
    rows = session.scalars(select(CommentDecision).order_by(CommentDecision.comment_id)).all()
    assert {row.comment_id for row in rows} == {one.id for one in written}
    assert {(row.number, row.verdict, row.reason, row.note) for row in rows} == {
        (1, Verdict.REFUSED, RefusalReason.ADVERTISING, "请不要重复发")
    }
    for one in written:
        thread = session.get_one(Thread, one.thread_id)
        assert (thread.refused, thread.shown) == (1, 0)


def test_the_last_of_a_group_waits_as_one_comment(comments: Comments) -> None:
    author = comments.resident()
    first, second, third = [comments.written(text=text, author=author) for text in ALIKE[:3]]
    comments.approved(first)
    assert [group.count for group in groups(comments)] == [2]
    with comments.platform.transaction() as session:
        services.withdraw_comment(session, reference=second.reference, author=author, keys=comments.keys)
    assert groups(comments) == []
    with comments.platform.session() as session:
        page = queries.queue(session, only=QueueFilter.HELD, keys=comments.keys)
    assert [one.reference for one in page.items] == [third.reference]


def test_what_is_like_a_decided_one_waits_alone(comments: Comments) -> None:
    comments.shown(text=SAID)
    comments.written(text=ALIKE[1])
    assert groups(comments) == []
    comments.written(text=ALIKE[2])
    assert [group.count for group in groups(comments)] == [2]


def test_a_group_is_shown_together(comments: Comments) -> None:
    thread = comments.thread()
    written = [comments.written(thread, text=text) for text in ALIKE]
    decide(comments, groups(comments)[0], Verdict.APPROVED)
    assert {comments.now(one).state for one in written} == {CommentState.SHOWN}
    assert comments.thread_of(written[0]).shown == 5


def test_what_came_after_the_moderator_looked_is_not_decided_with_it(comments: Comments) -> None:
    for text in ALIKE[:3]:
        comments.written(text=text)
    (looked_at,) = groups(comments)
    late = comments.written(text=ALIKE[3])
    decide(comments, looked_at)
    assert comments.now(late).state is CommentState.HELD
    (left,) = groups(comments)
    assert (left.count, left.upto) == (1, 4)


def test_who_decides_a_group_that_somebody_touched_is_told(comments: Comments) -> None:
    first, *_ = [comments.written(text=text) for text in ALIKE[:3]]
    (looked_at,) = groups(comments)
    comments.approved(first)
    with pytest.raises(Conflict):
        decide(comments, looked_at)
    decide(comments, groups(comments)[0])


def test_of_two_who_decide_a_group_at_once_one_wins(comments: Comments, session: Session) -> None:
    for text in ALIKE:
        comments.written(text=text)
    (group,) = groups(comments)
    outcomes: list[str] = []

    def run(verdict: Verdict) -> None:
        try:
            decide(comments, group, verdict)
            outcomes.append("done")
        except Conflict:
            outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(v,)) for v in (Verdict.APPROVED, Verdict.REFUSED)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["done", "refused"]
    assert session.scalar(select(func.count()).select_from(CommentDecision)) == len(ALIKE)


def test_another_reason_must_be_said_for_a_group_too(comments: Comments) -> None:
    for text in ALIKE[:2]:
        comments.written(text=text)
    with pytest.raises(Invalid):
        decide(comments, groups(comments)[0], reason=RefusalReason.OTHER)


def test_more_than_a_page_of_a_flood_is_decided_piece_by_piece(
    comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalapp.comments.queries.groups.AT_ONCE", 3)
    for number in range(5):
        comments.written(text=f"{SAID}{number}")
    (group,) = groups(comments)
    assert (group.count, group.has_more) == (3, True)
    decide(comments, group)
    (group,) = groups(comments)
    assert (group.count, group.has_more) == (2, False)


def test_groups_take_one_statement_however_many(comments: Comments, platform: Platform) -> None:
    for start in ("楼道灯坏了三个月没有人来修", "加装电梯的事到底谁说了算", "公交改线为什么不通知居民"):
        for number in range(4):
            comments.written(text=f"{start}{number}")
    with statements(platform) as sent:
        assert [group.count for group in groups(comments)] == [4, 4, 4]
    assert len(sent) == 1


def test_words_that_are_gone_are_compared_with_nothing(comments: Comments, session: Session) -> None:
    author = comments.resident()
    comments.written(text=SAID, author=author)
    with comments.platform.transaction() as inside:
        services.erase_author(inside, resident_id=author.id, keys=comments.keys)
    assert session.scalar(select(func.count()).select_from(CommentBand)) == 0


def test_a_decision_that_ignores_what_was_seen_is_noticed(
    comments: Comments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: whatever waits in the group now is decided."""
    for text in ALIKE[:3]:
        comments.written(text=text)
    (looked_at,) = groups(comments)
    late = comments.written(text=ALIKE[3])
    careless = WaitingGroup(**{**looked_at.__dict__, "count": 4, "upto": 4})
    decide(comments, careless)
    assert comments.now(late).state is not CommentState.HELD


def test_a_place_belongs_to_a_group(comments: Comments, session: Session) -> None:
    written = comments.written()
    row = session.get_one(Comment, written.id)
    row.place = 1
    with pytest.raises(Exception, match="ck_comments_place_in_a_group"):
        session.flush()
    session.rollback()
    assert uuid.UUID(str(written.id))
