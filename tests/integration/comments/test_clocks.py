"""Replies with clocks: a comment that asks has a matter as long as it is shown, and the answer to it is the reply."""

import json
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from evalapp.comments import services
from evalapp.comments.models import Comment, ReplyDraft, ReplyWording
from evalapp.comments.queries import threads
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import AppealOutcome
from evalapp.comments.services import asking as asking_services
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.jobs import Job
from evalapp.core.permissions import Actor
from evalapp.core.platform import Platform
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.profile import Weight, shipped
from evalapp.supervision.rules.states import FROM, Act, MatterKind, MatterState, Phase
from evalapp.units import services as units_services
from evalapp.units.models import Unit
from tests.support.comments import Comments
from tests.support.matters import ANSWER, Matters
from tests.support.units import OFFICER


@pytest.fixture
def author(comments: Comments) -> Actor:
    return comments.resident()


@pytest.fixture
def asked(comments: Comments, matters: Matters, author: Actor) -> Comment:
    """A question that was approved."""
    return comments.now(comments.asked(author=author))


def matter_of(comments: Comments, comment: Comment) -> Matter:
    with comments.platform.session() as session:
        return session.get_one(Matter, comments.now(comment).matter_id)


def grade(comments: Comments, comment: Comment, author: Actor, said: AnswerGrade) -> None:
    with comments.platform.transaction() as session:
        services.grade_answer(
            session, reference=comment.reference, author=author, keys=comments.keys, grade=said
        )


def reopen(comments: Comments, comment: Comment, author: Actor) -> None:
    with comments.platform.transaction() as session:
        services.reopen(session, reference=comment.reference, author=author, keys=comments.keys)


def before(comments: Comments, comment: Comment) -> dict[str, Any]:
    """The comment and a member of its unit, for services."""
    unit_id = comments.thread_of(comment).unit_id
    member = comments.unit_staff(unit_with(comments.platform, unit_id))
    return {"reference": comment.reference, "unit_id": unit_id, "actor": member}


def wordings(platform: Platform) -> list[str]:
    with platform.session() as session:
        return list(session.scalars(select(ReplyWording.text).order_by(ReplyWording.number)))


def test_a_question_gets_a_clock_by_its_class_when_it_is_approved(comments: Comments, asked: Comment) -> None:
    matter = matter_of(comments, asked)
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
    assert wordings(platform) == [ANSWER]
    assert comments.now(asked).is_answered
    assert matter_of(comments, asked).phase is Phase.ANSWERED
    with platform.session() as session:
        told = session.scalars(select(Job).where(Job.kind == services.TELL)).one()
    assert told.payload == {"comment_id": str(asked.id)}


def test_an_answer_given_on_the_page_of_the_matter_is_published_too(
    comments: Comments, asked: Comment, matters: Matters, platform: Platform
) -> None:
    matters.answered(matter_of(comments, asked))
    assert wordings(platform) == [ANSWER]
    assert comments.now(asked).is_answered


@pytest.mark.parametrize(
    "text", ["已转办", "好的，收到", "打 " + "139" + "0" * 8 + " 找物业科，明天上午就去修好楼道灯"]
)
def test_what_is_no_answer_is_refused_at_its_field_and_nothing_is_kept(
    comments: Comments, asked: Comment, platform: Platform, text: str
) -> None:
    with pytest.raises(Invalid) as refused:
        comments.replied(asked, text=text)
    assert refused.value.field == "text"
    assert wordings(platform) == []
    assert matter_of(comments, asked).phase is Phase.OPEN


def test_the_second_of_two_who_answer_at_once_is_refused(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    seen = matter_of(comments, asked).version
    comments.replied(asked, text=ANSWER)
    who = before(comments, asked)
    with pytest.raises(Conflict, match="刚刚有人办过"), platform.transaction() as session:
        services.reply(session, text=ANSWER + "又", seen_matter=seen, **who)


def test_the_asker_grades_and_reopens_and_the_next_answer_is_the_next_wording(
    comments: Comments, asked: Comment, author: Actor, platform: Platform
) -> None:
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    reopen(comments, asked, author)
    assert matter_of(comments, asked).phase is Phase.REOPENED
    comments.replied(asked, text="换灯的日子是三月十二日上午，由物业科带队。")
    assert len(wordings(platform)) == 2
    assert matter_of(comments, asked).phase is Phase.ANSWERED


def test_an_answer_to_a_page_from_before_the_reopening_is_refused(
    comments: Comments, asked: Comment, author: Actor, platform: Platform
) -> None:
    comments.replied(asked, text=ANSWER)
    seen = matter_of(comments, asked).version
    grade(comments, asked, author, AnswerGrade.NOT_ANSWERED)
    reopen(comments, asked, author)
    who = before(comments, asked)
    with pytest.raises(Conflict, match="刚刚有人办过"), platform.transaction() as session:
        services.reply(session, text=ANSWER, seen_matter=seen, **who)
    with pytest.raises(Conflict, match="重新打开"), platform.transaction() as session:
        services.edit_reply(session, text=ANSWER + "又", seen_version=1, **who)


def test_an_answer_is_not_edited_into_none(comments: Comments, asked: Comment, platform: Platform) -> None:
    comments.replied(asked, text=ANSWER)
    who = before(comments, asked)
    with pytest.raises(Invalid, match="转给了别人"), platform.transaction() as session:
        services.edit_reply(session, text="已转办", seen_version=1, **who)


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


@pytest.mark.parametrize("how", ["refused", "moved", "withdrawn", "erased"])
def test_a_comment_that_is_no_longer_shown_withdraws_its_matter_and_its_draft(
    comments: Comments, asked: Comment, author: Actor, platform: Platform, how: str
) -> None:
    matter, who = matter_of(comments, asked), before(comments, asked)
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
    before = matter_of(comments, asked)
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
    after = matter_of(comments, asked)
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
    assert matter_of(comments, shown).kind is MatterKind.COMPLAINT
    with pytest.raises(Conflict, match="刚刚有人处理过"), platform.transaction() as session:
        services.classify(session, **how)


def test_late_and_very_late_are_told_at_the_comment(
    comments: Comments, matters: Matters, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = comments.asked()
    deadline = matters.running(matter_of(comments, asked))
    for moment, state in (
        (deadline.due_at, MatterState.LATE),
        (deadline.very_late_at, MatterState.VERY_LATE),
    ):
        with monkeypatch.context() as patched, platform.session() as session:
            patched.setattr("evalapp.core.clock.now", lambda moment=moment: moment)
            page = threads.thread_page(session, asked.thread_id)
        assert page.comments[0].asked.state is state


def test_a_draft_is_kept_and_the_second_of_two_who_save_is_told(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    how = before(comments, asked)
    with platform.transaction() as session:
        services.save_draft(session, text="先写一半", seen_draft=0, **how)
    with pytest.raises(Conflict, match="同事刚刚存过"), platform.transaction() as session:
        services.save_draft(session, text="我也写了", seen_draft=0, **how)
    with platform.transaction() as session:
        services.save_draft(session, text="写完了", seen_draft=1, **how)
    with platform.session() as session:
        draft = session.scalars(select(ReplyDraft)).one()
    assert (draft.text, draft.version) == ("写完了", 2)


@pytest.fixture
def signing(matters: Matters, platform: Platform) -> None:
    """From now on the profile asks for the head's signature."""
    document = json.loads(shipped())
    document["reply"]["needs_sign_off"] = 1
    officer = matters.officer()
    with platform.transaction() as session:
        supervision.adopt_profile(session, document=json.dumps(document).encode(), actor=officer)


@pytest.mark.usefixtures("signing")
def test_a_reply_is_signed_by_the_units_head_and_by_nobody_else(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    unit_id = comments.thread_of(asked).unit_id
    unit = unit_with(platform, unit_id)
    writer, head = comments.unit_staff(unit), comments.unit_staff(unit, post="局长")
    with platform.transaction() as session:
        units_services.name_head(session, unit_id=unit_id, staff_id=head.id, is_head=True, actor=OFFICER)
    how = {"reference": asked.reference, "unit_id": unit_id}
    with pytest.raises(NotAllowed, match="负责人签发"), platform.transaction() as session:
        services.reply(session, actor=writer, text=ANSWER, **how)
    with platform.transaction() as session:
        services.submit_draft(session, actor=writer, text=ANSWER, seen_draft=0, **how)
    with pytest.raises(NotAllowed, match="由单位负责人"), platform.transaction() as session:
        services.sign_draft(session, head=writer, seen_draft=1, **how)
    with pytest.raises(Conflict, match="不在等签发"), platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=0, **how)
    with platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=1, **how)
    assert wordings(platform) == [ANSWER]
    with platform.session() as session:
        assert session.scalars(select(ReplyWording)).one().staff_id == writer.id


@pytest.mark.usefixtures("signing")
def test_a_head_does_not_sign_what_they_wrote_themselves_and_can_send_a_draft_back(
    comments: Comments, asked: Comment, platform: Platform
) -> None:
    unit_id = comments.thread_of(asked).unit_id
    head = comments.unit_staff(unit_with(platform, unit_id), post="局长")
    how = {"reference": asked.reference, "unit_id": unit_id}
    with platform.transaction() as session:
        units_services.name_head(session, unit_id=unit_id, staff_id=head.id, is_head=True, actor=OFFICER)
        services.submit_draft(session, actor=head, text=ANSWER, seen_draft=0, **how)
    with pytest.raises(NotAllowed, match="不能自己签"), platform.transaction() as session:
        services.sign_draft(session, head=head, seen_draft=1, **how)
    with platform.transaction() as session:
        services.send_back(session, head=head, note="写明哪天换灯", seen_draft=1, **how)
    with platform.session() as session:
        draft = session.scalars(select(ReplyDraft)).one()
    assert (draft.submitted_at, draft.sent_back) == (None, "写明哪天换灯")


def unit_with(platform: Platform, unit_id: uuid.UUID) -> Unit:
    with platform.session() as session:
        return session.get_one(Unit, unit_id)


def test_templates_belong_to_their_unit(comments: Comments, platform: Platform) -> None:
    mine, other = comments.unit(), comments.unit()
    with platform.transaction() as session:
        kept = services.keep_template(
            session, unit_id=mine.id, title="换灯", text="灯已换好。", actor=OFFICER
        )
        services.keep_template(session, unit_id=mine.id, title="换灯", text="灯换好了。", actor=OFFICER)
    with pytest.raises(NotFound), platform.transaction() as session:
        services.drop_template(session, unit_id=other.id, template_id=kept.id)
    with platform.transaction() as session:
        services.drop_template(session, unit_id=mine.id, template_id=kept.id)


def test_the_term_for_grading_and_reopening_ends(
    comments: Comments, asked: Comment, author: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments.replied(asked, text=ANSWER)
    grade(comments, asked, author, AnswerGrade.EVASIVE)
    rests_at = matter_of(comments, asked).rests_at
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


def test_the_asker_confirms_what_was_checked_and_nobody_else_does(
    comments: Comments, asked: Comment, author: Actor, matters: Matters
) -> None:
    matters.claimed(matter_of(comments, asked))
    with pytest.raises(Conflict):
        say(comments, asked, author, is_mended=True)
    passed(matters, matter_of(comments, asked))
    with pytest.raises(NotFound):
        say(comments, asked, comments.resident(), is_mended=True)
    assert say(comments, asked, author, is_mended=True).phase is Phase.CONFIRMED
    with pytest.raises(Conflict, match="已经确认过"):
        say(comments, asked, author, is_mended=True)


def passed(matters: Matters, matter: Matter) -> None:
    matters.do(supervision.check, matter, has_passed=True, note="现场看过。", actor=matters.officer())


def test_what_the_asker_finds_not_mended_is_opened_again(
    comments: Comments, asked: Comment, author: Actor, matters: Matters
) -> None:
    matters.checked(matter_of(comments, asked))
    assert say(comments, asked, author, is_mended=False).phase is Phase.REOPENED


def test_where_the_rules_forget_that_nobody_looked_the_database_does_not(
    comments: Comments, asked: Comment, author: Actor, matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: the asker is asked before anybody has checked."""
    matters.claimed(matter_of(comments, asked))
    monkeypatch.setattr("evalapp.supervision.rules.states.FROM", {**FROM, Act.CONFIRMED: frozenset(Phase)})
    with pytest.raises(IntegrityError, match="mended_only_when_checked"):
        say(comments, asked, author, is_mended=True)
