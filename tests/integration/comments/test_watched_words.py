"""Watched words hold, never drop; every wording of the list stays, and a comment knows which one held it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit.models import AuditEntry
from evalapp.comments import queries, services
from evalapp.comments.models import CommentCatch, WatchedList
from evalapp.comments.queries import QueueFilter
from evalapp.comments.rules.moderation import CommentState
from evalapp.core.errors import Conflict, Invalid
from tests.support.comments import AFTER, BEFORE, Comments


def written_list(comments: Comments, *words: str, seen: int = 0, why: str = "专项整治") -> WatchedList:
    officer = comments.moderator()
    with comments.platform.transaction() as session:
        return services.write_list(session, lines=words, why=why, seen_number=seen, actor=officer)


def test_a_watched_word_holds_a_comment_that_would_have_been_shown(comments: Comments) -> None:
    written_list(comments, "加微信")
    assert comments.written(text="加 微 信领红包", policy=AFTER).state is CommentState.HELD
    assert comments.written(text="楼道灯什么时候修好？", policy=AFTER).state is CommentState.SHOWN


def test_the_moderator_sees_which_words_of_which_list_and_the_words_are_kept(
    comments: Comments, session: Session
) -> None:
    written_list(comments, "加微信", "红包")
    written_list(comments, "红包", "刷单", seen=1)
    comments.written(text="領紅包，加微信")
    (item,) = queries.queue(session, only=QueueFilter.HELD, keys=comments.keys).items
    assert (item.caught, item.caught_by) == (("红包",), 2)
    assert item.text == "領紅包，加微信"


def test_numbers_are_looked_at_before_they_are_masked(comments: Comments, session: Session) -> None:
    number = "12" + "0" * 8 + "7"
    written_list(comments, number)
    written = comments.written(text=f"打 {number[:4]} {number[4:]}", policy=AFTER)
    assert written.state is CommentState.HELD
    assert number not in written.text
    assert session.scalars(select(CommentCatch.words)).one() == [number]


def test_every_wording_of_the_list_stays(comments: Comments, session: Session) -> None:
    written_list(comments, "加微信")
    written_list(comments, "加微信", "红包", seen=1, why="有人发红包广告")
    first, second = session.scalars(select(WatchedList).order_by(WatchedList.number)).all()
    assert (first.words, second.words) == (["加微信"], ["加微信", "红包"])
    assert (second.added, second.removed, second.why) == (["红包"], [], "有人发红包广告")
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "watched-words.written")).all()
    assert [entry.subject for entry in entries] == ["watched-words-1", "watched-words-2"]


def test_a_list_written_over_a_colleagues_is_refused(comments: Comments) -> None:
    written_list(comments, "加微信")
    with pytest.raises(Conflict):
        written_list(comments, "红包", seen=0)


def test_a_change_says_why_and_changes_something(comments: Comments) -> None:
    written_list(comments, "加微信")
    with pytest.raises(Invalid, match="为什么"):
        written_list(comments, "红包", seen=1, why=" ")
    with pytest.raises(Invalid, match="没有改动"):
        written_list(comments, "加微信", seen=1)


def test_an_emptied_list_holds_nothing(comments: Comments) -> None:
    written_list(comments, "加微信")
    written_list(comments, seen=1)
    assert comments.written(text="加微信", policy=AFTER).state is CommentState.SHOWN


def test_a_hit_that_drops_is_noticed(comments: Comments, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: a comment with a watched word is refused by itself."""
    written_list(comments, "加微信")
    kept = comments.written(text="加微信", policy=BEFORE)
    monkeypatch.setattr(
        "evalapp.comments.services.authorship.watched_words",
        lambda *_: (_ for _ in ()).throw(Invalid("退回")),
    )
    with pytest.raises(Invalid):
        comments.written(text="加微信一", policy=BEFORE)
    assert comments.now(kept).state is CommentState.HELD
