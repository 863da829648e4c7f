"""Objections to a published result: within the term, by the graded unit, answered by two people, and until then not final."""

import uuid
from datetime import datetime, timedelta

import pytest
import time_machine

from evalapp.core.errors import Conflict, NotAllowed, NotFound
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning
from evalapp.programme.rules import EpisodeState
from evalapp.results.models import Result
from evalapp.results.rules.objections import ObjectionReason
from evalapp.results.services import objections, publishing
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.units.models import Unit
from tests.support.desk import Desks
from tests.support.matters import Matters

FACTS = "第三维度的人数加起来和公布的总数对不上。"
ANSWER = "两人当场重新核对了账本，各类人数相加与公布的总数一致。"


@pytest.fixture
def episode(polling, office, matters: Matters) -> Episode:
    """An episode whose result was just published."""
    made = polling.announce()
    for voter in polling.voters(30):
        polling.cast(made, voter, (5, 5, 5))
    office.publish(made)
    return made


def state(polling, episode) -> EpisodeState:
    with polling.platform.session() as session:
        return planning.episode_with_state(session, episode.number).state


def until(polling, episode) -> datetime:
    with polling.platform.session() as session:
        found = session.query(Result).filter_by(episode_id=episode.id).one().objections_until
    assert found is not None
    return found


def unit_of(polling, episode) -> Unit:
    with polling.platform.session() as session:
        return session.get_one(Unit, episode.unit_id)


def objected(polling, matters: Matters, episode, reason=ObjectionReason.COUNT, unit_id=None) -> Matter:
    unit = unit_of(polling, episode)
    actor = matters.units.member(unit, login=f"head-{uuid.uuid4().hex[:8]}", post="分管副局长")
    with polling.platform.transaction() as session:
        made = objections.object_to_result(
            session, number=episode.number, unit_id=unit_id or unit.id, reason=reason, text=FACTS, actor=actor
        )
        return session.get_one(Matter, made.matter_id)


def answered(polling, matters: Matters, matter: Matter, *, is_upheld: bool = False) -> None:
    ruling = matters.do(
        supervision.propose_ruling, matter, is_upheld=is_upheld, reason=ANSWER, actor=matters.officer()
    )
    second = matters.officer("评议办副主任")
    with polling.platform.transaction() as session:
        supervision.confirm_ruling(session, ruling_id=ruling.id, actor=second)


def test_without_an_objection_a_result_is_final_at_the_end_of_its_term(polling, episode):
    ends = until(polling, episode)
    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert state(polling, episode) is EpisodeState.PUBLISHED
    with time_machine.travel(ends, tick=False):
        assert state(polling, episode) is EpisodeState.FINAL


def test_an_unanswered_objection_holds_final_back_and_nothing_is_forgotten(
    polling, matters: Matters, episode
):
    matter = objected(polling, matters, episode)
    with time_machine.travel(until(polling, episode) + timedelta(days=120), tick=False):
        assert state(polling, episode) is EpisodeState.PUBLISHED
        with polling.platform.session() as session:
            assert publishing.to_forget(session) == []
        answered(polling, matters, matter)
        assert state(polling, episode) is EpisodeState.FINAL


def test_answered_within_the_term_it_is_final_at_the_end_of_the_term(polling, matters: Matters, episode):
    answered(polling, matters, objected(polling, matters, episode))
    assert state(polling, episode) is EpisodeState.PUBLISHED
    with time_machine.travel(until(polling, episode), tick=False):
        assert state(polling, episode) is EpisodeState.FINAL


def test_each_objection_holds_final_back(polling, matters: Matters, episode):
    first = objected(polling, matters, episode)
    second = objected(polling, matters, episode, ObjectionReason.RULES)
    with time_machine.travel(until(polling, episode) + timedelta(days=1), tick=False):
        answered(polling, matters, first)
        assert state(polling, episode) is EpisodeState.PUBLISHED
        answered(polling, matters, second)
        assert state(polling, episode) is EpisodeState.FINAL


def test_one_reason_is_objected_to_once(polling, matters: Matters, episode):
    matter = objected(polling, matters, episode)
    actor = matters.unit_staff(matter)
    with pytest.raises(Conflict, match="已经提过"), polling.platform.transaction() as session:
        objections.object_to_result(
            session,
            number=episode.number,
            unit_id=episode.unit_id,
            reason=ObjectionReason.COUNT,
            text=FACTS,
            actor=actor,
        )
    with polling.platform.session() as session:
        assert session.query(Matter).count() == 1


def test_after_the_term_and_for_another_unit_there_is_no_objection(polling, matters: Matters, episode):
    with pytest.raises(NotFound):
        objected(polling, matters, episode, unit_id=matters.unit().id)
    with (
        time_machine.travel(until(polling, episode), tick=False),
        pytest.raises(Conflict, match="异议期已满"),
    ):
        objected(polling, matters, episode, ObjectionReason.OTHER)


def test_one_person_neither_answers_nor_ends_an_objection(polling, matters: Matters, episode):
    matter, officer = objected(polling, matters, episode), matters.officer()
    ruling = matters.do(supervision.propose_ruling, matter, is_upheld=False, reason=ANSWER, actor=officer)
    with pytest.raises(NotAllowed), polling.platform.transaction() as session:
        supervision.confirm_ruling(session, ruling_id=ruling.id, actor=officer)
    for service in (supervision.close_matter, supervision.withdraw_matter):
        with pytest.raises(Conflict, match="两人复核"):
            matters.do(service, matter, reason="没有必要", actor=officer)
    with pytest.raises(Conflict, match="两人复核"):
        matters.do(supervision.answer, matter, text=ANSWER, actor=matters.unit_staff(matter))


def test_a_unit_objects_on_its_desk_and_the_public_reads_objection_and_answer(
    polling, matters: Matters, desks: Desks, episode, browser
):
    desk = desks.unit(unit_of(polling, episode))
    assert f"{episode.number}/objection" in desk.browser.get("/desk/unit/results").get_data(as_text=True)
    path = f"/desk/unit/results/{episode.number}/objection"
    assert desk.browser.post(path, {"reason": "count", "text": " "}).status_code == 422
    assert desk.browser.post(path, {"reason": "count", "text": FACTS}).status_code == 303
    again = desk.browser.post(path, {"reason": "count", "text": FACTS})
    assert again.status_code == 409
    assert FACTS in again.get_data(as_text=True)
    results = f"/episodes/{episode.number}/results"
    page = browser.get(results).get_data(as_text=True)
    assert FACTS in page
    assert "异议待答复，还没有生效" in page
    with polling.platform.session() as session:
        matter = session.query(Matter).one()
    assert "公开答复" not in desk.browser.get(f"/desk/unit/matters/{matter.reference}").get_data(as_text=True)
    answered(polling, matters, matter)
    page = browser.get(results).get_data(as_text=True)
    assert ANSWER in page
    assert "异议不成立" in page
    assert "异议期内" in page


def test_a_unit_sees_no_other_units_result_on_its_desk(polling, matters: Matters, desks: Desks, episode):
    other = desks.unit(matters.unit())
    assert other.browser.get(f"/desk/unit/results/{episode.number}/objection").status_code == 404
    assert str(episode.title) not in other.browser.get("/desk/unit/results").get_data(as_text=True)


def test_after_the_term_the_form_says_so(polling, desks: Desks, episode):
    desk = desks.unit(unit_of(polling, episode))
    with polling.platform.transaction() as session:
        result = session.query(Result).filter_by(episode_id=episode.id).one()
        result.objections_until = result.published_at
    path = f"/desk/unit/results/{episode.number}/objection"
    assert "过了异议期" in desk.browser.get(path).get_data(as_text=True)
    assert desk.browser.post(path, {"reason": "count", "text": FACTS}).status_code == 409
