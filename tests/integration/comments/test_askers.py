"""What the asker says of an answer: its grade, that it is to be given anew, and whether what was checked is mended."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evalapp.comments import services
from evalapp.comments.models import Comment
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.states import FROM, Act, Phase
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters


def grade(comments: Comments, comment: Comment, author: Actor, said: AnswerGrade) -> None:
    with comments.platform.transaction() as session:
        services.grade_answer(
            session, reference=comment.reference, author=author, keys=comments.keys, grade=said
        )


def reopen(comments: Comments, comment: Comment, author: Actor) -> None:
    with comments.platform.transaction() as session:
        services.reopen(session, reference=comment.reference, author=author, keys=comments.keys)


def test_the_asker_grades_and_reopens_and_the_next_answer_is_the_next_wording(
    comments: Comments, asked: Comment, author: Actor
) -> None:
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    reopen(comments, asked, author)
    assert comments.matter_of(asked).phase is Phase.REOPENED
    comments.replied(asked, text="换灯的日子是三月十二日上午，由物业科带队。")
    assert len(comments.wordings(asked)) == 2
    assert comments.matter_of(asked).phase is Phase.ANSWERED


def test_an_answer_to_a_page_from_before_the_reopening_is_refused(
    comments: Comments, asked: Comment, author: Actor, platform: Platform
) -> None:
    comments.replied(asked, text=ANSWER)
    seen = comments.matter_of(asked).version
    grade(comments, asked, author, AnswerGrade.NOT_ANSWERED)
    reopen(comments, asked, author)
    who = comments.before_its_unit(asked)
    with pytest.raises(Conflict, match="刚刚有人办过"), platform.transaction() as session:
        services.reply(session, text=ANSWER, seen_matter=seen, **who)
    with pytest.raises(Conflict, match="重新打开"), platform.transaction() as session:
        services.edit_reply(session, text=ANSWER + "又", seen_version=1, **who)


def test_nobody_but_the_asker_grades_or_reopens(comments: Comments, asked: Comment, author: Actor) -> None:
    comments.replied(asked, text=ANSWER)
    other = comments.resident()
    with pytest.raises(NotFound):
        grade(comments, asked, other, AnswerGrade.NOT_ANSWERED)
    with pytest.raises(NotFound):
        reopen(comments, asked, other)
    with pytest.raises(Conflict, match="先说"):
        reopen(comments, asked, author)


def test_what_is_done_by_the_asker_names_nobody(
    comments: Comments, asked: Comment, author: Actor, platform: Platform
) -> None:
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    with platform.session() as session:
        entries = session.scalars(
            select(MatterEvent).where(MatterEvent.matter_id == comments.now(asked).matter_id)
        ).all()
    assert entries[-1].post == "提问人"
    assert entries[-1].staff_id is None
    assert str(author.id) not in str([entry.detail for entry in entries])


def test_the_term_for_grading_and_reopening_ends(
    comments: Comments, asked: Comment, author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    rests_at = comments.matter_of(asked).rests_at
    monkeypatch.setattr("evalapp.core.clock.now", lambda: rests_at)
    with pytest.raises(Conflict, match="期限已过"):
        reopen(comments, asked, author)
    with pytest.raises(Conflict, match="期限已过"):
        grade(comments, asked, author, AnswerGrade.ANSWERED)


def test_an_answer_is_opened_again_three_times_at_most(
    comments: Comments, asked: Comment, author: Actor
) -> None:
    for turn in range(3):
        comments.replied(asked, text=f"{ANSWER}第 {turn} 次。")
        grade(comments, asked, author, AnswerGrade.EVASIVE)
        reopen(comments, asked, author)
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    with pytest.raises(Conflict, match="已经重新打开 3 次"):
        reopen(comments, asked, author)


def say(comments: Comments, comment: Comment, author: Actor, *, is_mended: bool) -> Matter:
    with comments.platform.transaction() as session:
        return services.say_whether_mended(
            session, reference=comment.reference, author=author, keys=comments.keys, is_mended=is_mended
        )


def passed(matters: Matters, matter: Matter) -> None:
    matters.do(supervision.check, matter, has_passed=True, note="现场看过。", actor=matters.officer())


def test_the_asker_confirms_what_was_checked_and_nobody_else_does(
    comments: Comments, asked: Comment, author: Actor, matters: Matters
) -> None:
    matters.claimed(comments.matter_of(asked))
    with pytest.raises(Conflict):
        say(comments, asked, author, is_mended=True)
    passed(matters, comments.matter_of(asked))
    with pytest.raises(NotFound):
        say(comments, asked, comments.resident(), is_mended=True)
    assert say(comments, asked, author, is_mended=True).phase is Phase.CONFIRMED
    with pytest.raises(Conflict, match="已经确认过"):
        say(comments, asked, author, is_mended=True)


def test_what_the_asker_finds_not_mended_is_opened_again(
    comments: Comments, asked: Comment, author: Actor, matters: Matters
) -> None:
    matters.checked(comments.matter_of(asked))
    assert say(comments, asked, author, is_mended=False).phase is Phase.REOPENED


def test_where_the_rules_forget_that_nobody_looked_the_database_does_not(
    comments: Comments, asked: Comment, author: Actor, matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the asker is asked before anybody has checked."""
    matters.claimed(comments.matter_of(asked))
    monkeypatch.setattr("evalapp.supervision.rules.states.FROM", {**FROM, Act.CONFIRMED: frozenset(Phase)})
    with pytest.raises(IntegrityError, match="mended_only_when_checked"):
        say(comments, asked, author, is_mended=True)
