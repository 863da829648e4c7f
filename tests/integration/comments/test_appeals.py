"""An author appeals once, and somebody else than who refused decides."""

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalapp.comments import queries, services
from evalapp.comments.models import Comment, CommentAppeal, CommentDecision
from evalapp.comments.rules.moderation import AppealOutcome, CommentState, RefusalReason, Verdict
from evalapp.core.errors import Conflict, Invalid, NotAllowed, NotFound
from evalapp.core.permissions import Actor
from evalapp.notifications.models import Notice
from tests.support.comments import Comments


def decide(
    comments: Comments,
    made: CommentAppeal,
    *,
    actor: Actor | None = None,
    outcome: AppealOutcome = AppealOutcome.RESTORED,
    note: str = "说的是节目里的事",
) -> Comment:
    actor = actor or comments.moderator()
    with comments.platform.transaction() as session:
        return services.decide_appeal(
            session,
            appeal_id=made.id,
            seen_version=0,
            actor=actor,
            keys=comments.keys,
            outcome=outcome,
            note=note,
        )


@pytest.fixture
def officer(comments: Comments) -> Actor:
    return comments.moderator()


@pytest.fixture
def refused(comments: Comments, author: Actor, officer: Actor) -> Comment:
    written = comments.written(author=author, text="楼道灯什么时候修好？")
    return comments.refused(written, reason=RefusalReason.OFF_TOPIC, actor=officer)


@pytest.fixture
def made(comments: Comments, refused: Comment, author: Actor) -> CommentAppeal:
    return comments.appealed(refused, author)


def test_somebody_else_restores_it_and_the_author_is_told(
    comments: Comments, refused: Comment, made: CommentAppeal, author: Actor, session: Session
) -> None:
    before = len(session.scalars(select(Notice.id)).all())
    decide(comments, made)
    now = comments.now(refused)
    assert (now.state, now.shown_on is not None) == (CommentState.SHOWN, True)
    assert comments.thread_of(refused).shown == 1
    session.rollback()
    assert len(session.scalars(select(Notice.id)).all()) == before + 1
    (own,) = queries.comments_of(session, resident_id=author.id, keys=comments.keys)
    assert (own.outcome, own.note) == (AppealOutcome.RESTORED, "说的是节目里的事")
    verdicts = session.scalars(select(CommentDecision.verdict).order_by(CommentDecision.number)).all()
    assert verdicts == [Verdict.REFUSED, Verdict.RESTORED]


def test_a_refusal_is_upheld_with_a_reason(
    comments: Comments, refused: Comment, made: CommentAppeal, author: Actor, session: Session
) -> None:
    with pytest.raises(Invalid, match="理由"):
        decide(comments, made, outcome=AppealOutcome.UPHELD, note="")
    decide(comments, made, outcome=AppealOutcome.UPHELD, note="确实与节目无关")
    assert comments.now(refused).state is CommentState.REFUSED
    (own,) = queries.comments_of(session, resident_id=author.id, keys=comments.keys)
    assert (own.outcome, own.note, own.may_be_appealed) == (AppealOutcome.UPHELD, "确实与节目无关", False)


def test_whoever_refused_it_does_not_decide(comments: Comments, made: CommentAppeal, officer: Actor) -> None:
    with pytest.raises(NotAllowed):
        decide(comments, made, actor=officer)


def test_the_database_refuses_it_where_the_service_looks_away(
    comments: Comments, made: CommentAppeal, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a service that does not ask who refused."""
    monkeypatch.setattr("evalapp.comments.services.appeals._is_ones_own", lambda *_: False)
    with pytest.raises(NotAllowed):
        decide(comments, made, actor=officer)


def test_a_row_decided_by_whoever_refused_cannot_be_written(
    made: CommentAppeal, officer: Actor, session: Session
) -> None:
    with pytest.raises(IntegrityError, match="decided_by_another"):
        session.execute(
            text(
                "UPDATE comment_appeals SET outcome = 'upheld', decided_at = made_on, decided_by_id = refused_by_id"
            )
        )
    session.rollback()


def test_an_appeal_is_made_once(
    comments: Comments, refused: Comment, made: CommentAppeal, author: Actor
) -> None:
    with pytest.raises(Conflict, match="一次"):
        comments.appealed(refused, author)
    decide(comments, made, outcome=AppealOutcome.UPHELD)
    with pytest.raises(Conflict, match="一次"):
        comments.appealed(refused, author)


def test_only_the_author_appeals_and_only_against_a_refusal(
    comments: Comments, refused: Comment, author: Actor
) -> None:
    with pytest.raises(NotFound):
        comments.appealed(refused, comments.resident())
    with pytest.raises(Conflict):
        comments.appealed(comments.shown(author=author, text="别的话"), author)
    with pytest.raises(Invalid):
        comments.appealed(refused, author, text=" ")
    with pytest.raises(Invalid):
        comments.appealed(refused, author, text="长" * 201)


def test_two_who_decide_one_appeal(comments: Comments, made: CommentAppeal) -> None:
    decide(comments, made)
    with pytest.raises(Conflict):
        decide(comments, made, outcome=AppealOutcome.UPHELD)
    with pytest.raises(NotFound):
        decide(comments, CommentAppeal(id=uuid.uuid4()))


def test_what_an_appeal_restored_is_not_refused_again(
    comments: Comments, refused: Comment, made: CommentAppeal
) -> None:
    restored = decide(comments, made)
    with pytest.raises(Conflict, match="经申诉恢复"):
        comments.refused(restored)


def test_numbers_in_an_appeal_are_masked_and_erasing_takes_its_words(
    comments: Comments, refused: Comment, author: Actor, session: Session
) -> None:
    made = comments.appealed(refused, author, text="打 12" + "0" * 8 + "5")
    assert made.text == "打 ［电话已隐去］"
    with comments.platform.transaction() as inside:
        services.erase_author(inside, resident_id=author.id, keys=comments.keys)
    assert session.get_one(CommentAppeal, made.id).text == ""
    assert queries.appeals_waiting(session, reader_id=None, keys=comments.keys) == []
