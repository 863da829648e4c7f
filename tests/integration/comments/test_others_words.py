"""Whoever said 我也遇到 says whether what was checked is mended: once each, counted in public, known to nobody."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.comments import queries, services
from evalapp.comments.models import Comment
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.permissions import Actor
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Confirmation, Matter, MatterEvent
from evalapp.supervision.queries import matters as matter_queries
from evalapp.supervision.queries import pages
from evalapp.supervision.rules.states import Phase
from tests.support.comments import Comments
from tests.support.matters import Matters


def met(comments: Comments, comment: Comment) -> Actor:
    resident = comments.resident()
    with comments.platform.transaction() as session:
        services.say_met(session, reference=comment.reference, resident=resident, keys=comments.keys)
    return resident


def say(comments: Comments, comment: Comment, resident: Actor, *, is_mended: bool) -> Matter:
    with comments.platform.transaction() as session:
        return services.say_as_one_who_met(
            session, reference=comment.reference, resident=resident, keys=comments.keys, is_mended=is_mended
        )


def told(comments: Comments, matter: Matter) -> tuple[int, int]:
    """How many say in public that the newest plan is mended, and how many that it is not."""
    with comments.platform.session() as session:
        shown = matter_queries.shown_in_public(session, matter.reference)
        plan = pages.matter_page(session, shown, with_internal=False).plan
        assert plan is not None
        return plan.mended, plan.not_mended


@pytest.fixture
def checked(comments: Comments, asked: Comment, matters: Matters) -> Comment:
    matters.checked(comments.matter_of(asked))
    return asked


def test_words_of_others_are_counted_and_decide_nothing_alone(comments: Comments, checked: Comment) -> None:
    for is_mended in (True, True, True, False):
        after = say(comments, checked, met(comments, checked), is_mended=is_mended)
        assert after.phase is Phase.CHECKED
    assert told(comments, after) == (3, 1)


def test_three_who_say_that_it_is_not_mended_open_it_again_even_after_the_asker_confirmed(
    comments: Comments, checked: Comment, author: Actor
) -> None:
    with comments.platform.transaction() as session:
        services.say_whether_mended(
            session, reference=checked.reference, author=author, keys=comments.keys, is_mended=True
        )
    neighbours = [met(comments, checked) for _ in range(3)]
    phases = [say(comments, checked, one, is_mended=False).phase for one in neighbours]
    assert phases == [Phase.CONFIRMED, Phase.CONFIRMED, Phase.REOPENED]
    with comments.platform.session() as session:
        last = session.scalars(
            select(MatterEvent)
            .where(MatterEvent.matter_id == comments.now(checked).matter_id)
            .order_by(MatterEvent.number.desc())
        ).first()
    assert last is not None
    assert (last.post, last.staff_id, last.detail) == ("也遇到的居民", None, {"mended": "no", "people": "3"})


def test_a_person_says_it_once(comments: Comments, checked: Comment) -> None:
    resident = met(comments, checked)
    say(comments, checked, resident, is_mended=True)
    with pytest.raises(Conflict, match="已经确认过"):
        say(comments, checked, resident, is_mended=False)
    assert told(comments, comments.matter_of(checked)) == (1, 0)


def test_strangers_the_asker_and_who_took_it_back_are_refused(
    comments: Comments, checked: Comment, author: Actor
) -> None:
    gone = met(comments, checked)
    with comments.platform.transaction() as session:
        services.take_back(session, reference=checked.reference, resident=gone, keys=comments.keys)
    elsewhere = met(comments, comments.shown(comments.thread_of(checked)))
    for somebody in (comments.resident(), author, gone, elsewhere):
        with pytest.raises(NotFound):
            say(comments, checked, somebody, is_mended=False)


def test_nothing_is_said_before_a_check_and_after_the_term(
    comments: Comments, asked: Comment, matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = met(comments, asked)
    matters.claimed(comments.matter_of(asked))
    with pytest.raises(Conflict):
        say(comments, asked, resident, is_mended=True)
    matter = comments.matter_of(asked)
    matters.do(supervision.check, matter, has_passed=True, note="现场看过。", actor=matters.officer())
    rests_at = comments.matter_of(asked).rests_at
    monkeypatch.setattr("evalapp.core.clock.now", lambda: rests_at)
    with pytest.raises(Conflict, match="期限已过"):
        say(comments, asked, resident, is_mended=True)


def test_only_who_met_with_it_finds_it_on_their_page(comments: Comments, checked: Comment) -> None:
    resident = met(comments, checked)

    def listed(one: Actor) -> list[tuple[str, bool, bool | None]]:
        with comments.platform.session() as session:
            rows = queries.met_comments(session, resident_id=one.id, keys=comments.keys)
        return [(row.reference, row.may_say, row.said) for row in rows]

    assert listed(resident) == [(checked.reference, True, None)]
    assert listed(comments.resident()) == []
    say(comments, checked, resident, is_mended=False)
    assert listed(resident) == [(checked.reference, False, False)]


def test_nothing_that_is_kept_tells_who_said_it(
    comments: Comments, checked: Comment, session: Session
) -> None:
    """Units, and whoever reads the database: the name of the word is not that of 我也遇到, nor in the timeline."""
    resident = met(comments, checked)
    before = comments.matter_of(checked).version
    say(comments, checked, resident, is_mended=True)
    assert comments.matter_of(checked).version == before
    word = session.scalars(select(Confirmation)).one()
    assert str(resident.id) not in word.pseudonym
    assert word.pseudonym != comments.now(checked).pseudonym
    shown = matter_queries.shown_to_unit(
        session, comments.matter_of(checked).reference, unit_id=comments.unit_of(checked).id
    )
    page = pages.matter_page(session, shown, with_internal=True)
    assert str(resident.id) not in repr(page)
    assert word.pseudonym not in repr(page)


def test_an_erased_account_takes_its_words_along_and_what_was_decided_stands(
    comments: Comments, checked: Comment, session: Session
) -> None:
    neighbours = [met(comments, checked) for _ in range(3)]
    for one in neighbours:
        after = say(comments, checked, one, is_mended=False)
    for _ in range(2):
        with comments.platform.transaction() as transaction:
            services.erase_author(transaction, resident_id=neighbours[0].id, keys=comments.keys)
    assert told(comments, after) == (0, 2)
    assert comments.now(checked).met == 2
    assert comments.matter_of(checked).phase is Phase.REOPENED


def test_a_number_that_came_back_after_so_long_says_nothing_of_before(
    comments: Comments, checked: Comment, session: Session
) -> None:
    resident = met(comments, checked)
    say(comments, checked, resident, is_mended=True)
    with comments.platform.transaction() as transaction:
        services.forget_said(transaction, resident_id=resident.id, keys=comments.keys)
    assert session.scalars(select(func.count()).select_from(Confirmation)).one() == 0
    assert queries.met_comments(session, resident_id=resident.id, keys=comments.keys) == []
