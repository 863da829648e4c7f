"""Replies with clocks: a comment that asks has a matter as long as it is shown, and the answer to it is the reply."""

import pytest
from sqlalchemy import func, select

from evalapp.comments import services
from evalapp.comments.models import Comment, ReplyDraft
from evalapp.comments.queries import threads
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import AppealOutcome
from evalapp.comments.services import asking as asking_services
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.jobs import Job
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind, MatterState, Phase
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters


def test_a_question_gets_a_clock_by_its_class_when_it_is_approved(comments: Comments, asked: Comment) -> None:
    matter = comments.matter_of(asked)
    assert (matter.kind, matter.weight, matter.about) == (
        MatterKind.QUESTION,
        Weight.GENERAL,
        asked.reference,
    )
    assert matter.unit_id == comments.thread_of(asked).unit_id
    assert asked.text not in matter.title


def test_a_statement_has_no_clock(comments: Comments, matters: Matters) -> None:
    assert comments.now(comments.shown(asking=Asking.STATEMENT)).matter_id is None


def test_the_answer_is_published_under_the_comment_and_the_author_is_told(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    comments.replied(asked, text=ANSWER)
    assert comments.wordings(asked) == [ANSWER]
    assert comments.now(asked).is_answered
    assert comments.matter_of(asked).phase is Phase.ANSWERED
    with platform.session() as session:
        told = session.scalars(select(Job).where(Job.kind == services.TELL)).one()
    assert told.payload == {"comment_id": str(asked.id)}


def test_an_answer_given_on_the_page_of_the_matter_is_published_too(
    comments: Comments, asked: Comment, matters: Matters
) -> None:
    matters.answered(comments.matter_of(asked))
    assert comments.wordings(asked) == [ANSWER]
    assert comments.now(asked).is_answered


@pytest.mark.parametrize(
    "text", ["已转办", "好的，收到", "打 " + "139" + "0" * 8 + " 找物业科，明天上午就去修好楼道灯"]
)
def test_what_is_no_answer_is_refused_at_its_field_and_nothing_is_kept(
    comments: Comments, asked: Comment, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        comments.replied(asked, text=text)
    assert refused.value.field == "text"
    assert comments.wordings(asked) == []
    assert comments.matter_of(asked).phase is Phase.OPEN


def test_the_second_of_two_who_answer_at_once_is_refused(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    seen = comments.matter_of(asked).version
    comments.replied(asked, text=ANSWER)
    who = comments.before_its_unit(asked)
    with pytest.raises(Conflict, match="刚刚有人办过"), platform.transaction() as session:
        services.reply(session, text=ANSWER + "又", seen_matter=seen, **who)


def test_an_answer_is_not_edited_into_none(comments: Comments, asked: Comment, platform: Platform) -> None:
    comments.replied(asked, text=ANSWER)
    who = comments.before_its_unit(asked)
    with pytest.raises(Invalid, match="转给了别人"), platform.transaction() as session:
        services.edit_reply(session, text="已转办", seen_version=1, **who)


@pytest.mark.parametrize("how", ["refused", "moved", "withdrawn", "erased"])
def test_a_comment_that_is_no_longer_shown_withdraws_its_matter_and_its_draft(
    comments: Comments, asked: Comment, author: Actor, platform: Platform, how: str
) -> None:
    matter, who = comments.matter_of(asked), comments.before_its_unit(asked)
    with platform.transaction() as session:
        services.save_draft(session, text="赵某", seen_draft=0, **who)
    gone(comments, asked, author, how)
    assert comments.now(asked).matter_id is None
    with platform.session() as session:
        assert session.get_one(Matter, matter.id).withdrawn_at is not None
        assert session.scalar(select(func.count()).select_from(ReplyDraft)) == 0


def gone(comments: Comments, comment: Comment, author: Actor, how: str) -> None:
    if how == "refused":
        comments.refused(comments.now(comment))
    elif how == "moved":
        comments.moved(comments.now(comment))
    else:
        with comments.platform.transaction() as session:
            if how == "withdrawn":
                services.withdraw_comment(
                    session, reference=comment.reference, author=author, keys=comments.keys
                )
            else:
                services.erase_author(session, resident_id=author.id, keys=comments.keys)


def test_a_matter_that_outlives_its_comment_is_noticed(
    comments: Comments, asked: Comment, author: Actor, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: nobody tells supervision that the comment is gone."""
    monkeypatch.setattr(asking_services.supervision, "withdraw_matter", lambda *_args, **_more: None)
    with pytest.raises(AssertionError):
        test_a_comment_that_is_no_longer_shown_withdraws_its_matter_and_its_draft(
            comments, asked, author, platform, "refused"
        )


def test_a_comment_restored_after_an_appeal_has_a_clock_again(
    comments: Comments, asked: Comment, author: Actor, platform: Platform
) -> None:
    before = comments.matter_of(asked)
    refused = comments.refused(comments.now(asked))
    appeal, decider = comments.appealed(refused, author), comments.moderator()
    with platform.transaction() as session:
        services.decide_appeal(
            session,
            appeal_id=appeal.id,
            seen_version=appeal.version,
            actor=decider,
            keys=comments.keys,
            outcome=AppealOutcome.RESTORED,
        )
    after = comments.matter_of(asked)
    assert after.id != before.id
    assert after.phase is Phase.OPEN


def test_a_shown_comment_without_a_class_gets_one_later_and_only_once(
    comments: Comments, matters: Matters, platform: Platform
) -> None:
    shown = comments.shown()
    how = {
        "reference": shown.reference,
        "seen_version": shown.version,
        "asking": Asking.SIMPLE_COMPLAINT,
        "actor": comments.moderator(),
    }
    with platform.transaction() as session:
        services.classify(session, **how)
    assert comments.matter_of(shown).kind is MatterKind.COMPLAINT
    with pytest.raises(Conflict, match="刚刚有人处理过"), platform.transaction() as session:
        services.classify(session, **how)


def test_late_and_very_late_are_told_at_the_comment(
    comments: Comments, matters: Matters, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = comments.asked()
    deadline = matters.running(comments.matter_of(asked))
    for moment, state in (
        (deadline.due_at, MatterState.LATE),
        (deadline.very_late_at, MatterState.VERY_LATE),
    ):
        with monkeypatch.context() as patched, platform.session() as session:
            patched.setattr("evalapp.core.clock.now", lambda moment=moment: moment)
            page = threads.thread_page(session, asked.thread_id)
        assert page.comments[0].asked.state is state
