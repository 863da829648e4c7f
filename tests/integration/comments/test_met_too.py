"""我也遇到 counts a person once, and tells nobody who it was."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.comments import queries, services
from evalapp.comments.models import Comment, MetToo
from evalapp.comments.rules import sealing
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.permissions import Actor
from tests.support.comments import Comments


def say(comments: Comments, comment: Comment, resident: Actor, *, back: bool = False) -> int:
    change = services.take_back if back else services.say_met
    with comments.platform.transaction() as session:
        return change(session, reference=comment.reference, resident=resident, keys=comments.keys)


def test_a_person_is_counted_once_and_can_take_it_back(comments: Comments, session: Session) -> None:
    shown, resident, other = comments.shown(), comments.resident(), comments.resident()
    assert [say(comments, shown, resident) for _ in range(3)] == [1, 1, 1]
    assert say(comments, shown, other) == 2
    (listed,) = queries.thread_page(session, shown.thread_id).comments
    assert listed.met == 2
    assert [say(comments, shown, resident, back=True) for _ in range(2)] == [1, 1]


def test_twenty_at_once_of_ten_people_are_ten(comments: Comments, session: Session) -> None:
    shown, people = comments.shown(), [comments.resident() for _ in range(10)]
    threads = [threading.Thread(target=say, args=(comments, shown, one)) for one in people * 2]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert comments.now(shown).met == 10
    assert session.scalar(select(func.count()).select_from(MetToo)) == 10


def test_ones_own_comment_counts_already(comments: Comments) -> None:
    author = comments.resident()
    with pytest.raises(Conflict):
        say(comments, comments.shown(author=author), author)


@pytest.mark.parametrize("state", ["held", "refused"])
def test_what_is_not_public_is_not_there(comments: Comments, state: str) -> None:
    comment = comments.written() if state == "held" else comments.refused(comments.shown())
    with pytest.raises(NotFound):
        say(comments, comment, comments.resident())


def test_the_reader_sees_which_they_met_with(comments: Comments, session: Session) -> None:
    shown, resident = comments.shown(), comments.resident()
    say(comments, shown, resident)
    for reader, expected in ((resident, True), (comments.resident(), False)):
        mark = sealing.met_mark(comments.keys, thread_id=shown.thread_id, resident_id=reader.id)
        (listed,) = queries.thread_page(session, shown.thread_id, mark=mark).comments
        assert listed.is_met is expected


def test_a_mark_joins_nobody_to_their_comments_or_to_another_thread(
    comments: Comments, session: Session
) -> None:
    author, first, second = comments.resident(), comments.shown(), comments.shown()
    own = comments.written(comments.thread_of(first), author=author)
    say(comments, first, author)
    say(comments, second, author)
    marks = session.scalars(select(MetToo.mark)).all()
    assert len({*marks, own.pseudonym}) == 3


def test_erasing_an_account_takes_its_marks_back(comments: Comments, session: Session) -> None:
    shown, resident = comments.shown(), comments.resident()
    say(comments, shown, resident)
    say(comments, shown, comments.resident())
    with comments.platform.transaction() as inside:
        services.erase_author(inside, resident_id=resident.id, keys=comments.keys)
    assert comments.now(shown).met == 1
    assert session.scalar(select(func.count()).select_from(MetToo)) == 1


def test_counting_without_looking_is_noticed(comments: Comments, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: every press counts, whoever pressed."""
    monkeypatch.setattr(sealing, "met_mark", lambda *_, **__: sealing.new_reference())
    shown, resident = comments.shown(), comments.resident()
    assert [say(comments, shown, resident) for _ in range(2)] != [1, 1]
