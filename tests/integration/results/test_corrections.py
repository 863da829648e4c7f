"""After an upheld objection: two people publish corrected figures or a note, what stood stays public, nobody is told of."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from evalapp.ballots.models import SealedBallot, TwoPersonAct
from evalapp.core import clock
from evalapp.core.errors import Conflict, NotAllowed
from evalapp.programme.queries import planning
from evalapp.programme.rules import EpisodeState
from evalapp.results.models import Correction, LowGrade, Result
from evalapp.results.queries import objected as waiting
from evalapp.results.rules.objections import ObjectionReason
from evalapp.results.services import approving, correcting, counting
from tests.integration.results.test_low_grades import SLOW
from tests.integration.results.test_objections import answered, objected, until
from tests.support.accounts import Role
from tests.support.matters import Matters

WHY = "复核发现同一台设备交来的票没有剔除，现在重新计算。"


class Correcting:
    """An episode whose result is public, with an objection to it, and the office's two people."""

    def __init__(self, polling, office, matters: Matters, *, low: int = 12) -> None:
        self.polling, self.office, self.matters = polling, office, matters
        self.episode = polling.announce()
        for voter in polling.voters(low):
            polling.cast(self.episode, voter, (1, 1, 1), reasons=SLOW)
        with polling.platform.session() as session:
            self.low = list(session.scalars(select(SealedBallot.id)))
        for voter in polling.voters(40):
            polling.cast(self.episode, voter, (5, 5, 5))

    def publish(self):
        self.office.publish(self.episode)
        return self

    def uphold(self, reason=ObjectionReason.SET_APART):
        answered(
            self.polling,
            self.matters,
            objected(self.polling, self.matters, self.episode, reason),
            is_upheld=True,
        )

    @property
    def grading(self):
        return self.polling.grading(self.episode)

    def apart(self, ballots=None) -> TwoPersonAct:
        self.office.set_apart(self.grading, ballots or self.low)
        with self.polling.platform.session() as session:
            return session.scalars(select(TwoPersonAct).order_by(TwoPersonAct.proposed_at.desc())).first()

    def put_back(self, act: TwoPersonAct) -> None:
        with self.polling.platform.transaction() as session:
            back = counting.propose_putting_back(
                session, self.grading, act_id=act.id, note="核实过了，不是同一个人", actor=self.office.first
            )
        self.approve(back)

    def propose(self, *, with_figures: bool = True) -> TwoPersonAct:
        with self.polling.platform.transaction() as session:
            return correcting.propose_correction(
                session,
                self.grading,
                text=WHY,
                with_figures=with_figures,
                keepers=self.polling.keepers,
                actor=self.office.first,
            )

    def approve(self, act: TwoPersonAct, actor=None) -> None:
        with self.polling.platform.transaction() as session:
            approving.approve(session, act.id, number=self.episode.number, actor=actor or self.office.second)

    @property
    def result(self) -> Result:
        with self.polling.platform.session() as session:
            return session.query(Result).filter_by(episode_id=self.episode.id).one()

    @property
    def state(self) -> EpisodeState:
        with self.polling.platform.session() as session:
            return planning.episode_with_state(session, self.episode.number).state


@pytest.fixture
def case(polling, office, matters: Matters) -> Correcting:
    return Correcting(polling, office, matters)


def test_an_upheld_objection_holds_final_back_until_something_is_corrected(case: Correcting):
    case.publish().uphold()
    with time_machine.travel(until(case.polling, case.episode) + timedelta(days=30), tick=False):
        assert case.state is EpisodeState.PUBLISHED
        case.approve(case.propose(with_figures=False))
        assert case.state is EpisodeState.FINAL


def test_corrected_figures_take_two_people_and_keep_what_stood(case: Correcting, browser):
    before = case.publish().result
    case.uphold()
    case.apart()
    act = case.propose()
    assert case.result.document == before.document
    with pytest.raises(NotAllowed, match="不能自己确认"):
        case.approve(act, case.office.first)
    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        case.approve(act)
    after = case.result
    assert (before.mean, after.mean, after.people) == ("76.92", "100.00", 40)
    assert after.objections_until > before.objections_until
    number = case.episode.number
    kept = browser.get(f"/api/v1/episodes/{number}/result/{before.document_hash}")
    assert kept.data == before.document
    assert browser.get(f"/api/v1/episodes/{number}/result").data == after.document
    page = browser.get(f"/episodes/{number}/results").get_data(as_text=True)
    assert WHY in page
    assert "更正以前的得分：76.9" in page
    assert "人数还是立项时的" in page
    assert f"/result/{before.document_hash}" in page


def test_corrected_figures_may_be_objected_to_anew(case: Correcting):
    case.publish().uphold()
    case.apart()
    case.approve(case.propose())
    with time_machine.travel(until(case.polling, case.episode) + timedelta(days=1), tick=False):
        assert case.state is EpisodeState.FINAL
    objected(case.polling, case.matters, case.episode, ObjectionReason.SET_APART)
    with time_machine.travel(until(case.polling, case.episode) + timedelta(days=1), tick=False):
        assert case.state is EpisodeState.PUBLISHED


def test_figures_that_would_tell_of_a_few_ballots_are_not_published(polling, office, matters: Matters):
    case = Correcting(polling, office, matters).publish()
    case.uphold()
    act = case.apart(case.low[:9])
    with pytest.raises(Conflict, match="相减"):
        case.propose()
    with pytest.raises(Conflict, match="剔除有了变动"):
        case.propose(with_figures=False)
    case.put_back(act)
    case.approve(case.propose(with_figures=False))
    assert case.result.mean == "76.92"


def tells_of_few(before: Result, after: Result, *, least: int = 10) -> bool:
    """Whether the two public documents differ, in some group, by people so few that their grades follow."""
    sides = [json.loads(one.document)["counts"]["groups"] for one in (before, after)]
    names = sides[0].keys() & sides[1].keys()
    return any(0 < abs(sides[0][name]["people"] - sides[1][name]["people"]) < least for name in names)


@pytest.mark.parametrize(("number", "is_told"), [(9, True), (12, False)])
def test_a_correction_that_tells_of_few_is_noticed(case: Correcting, monkeypatch, number, is_told):
    """The planted defect: figures are corrected however few ballots make the difference."""
    monkeypatch.setattr(correcting, "_refuse_few", lambda _changed, _profile: None)
    before = case.publish().result
    case.uphold()
    case.apart(case.low[:number])
    case.approve(case.propose())
    assert tells_of_few(before, case.result) is is_told


def test_a_result_that_is_final_in_spite_of_an_objection_is_noticed(case: Correcting, monkeypatch):
    """The planted defect: nobody asks whether something is still to be corrected."""
    monkeypatch.setattr(waiting, "holds_final_back", lambda _session, _episode_id: False)
    case.publish().uphold()
    with time_machine.travel(until(case.polling, case.episode) + timedelta(days=1), tick=False):
        assert case.state is EpisodeState.FINAL, "the test above would fail"


def test_what_was_set_apart_wrongly_is_counted_again(case: Correcting):
    grading = case.office.close(case.episode)
    case.office.count(grading)
    act = case.apart()
    case.office.prepare(grading)
    case.office.confirm(case.office.propose(grading))
    assert case.result.mean == "100.00"
    case.uphold()
    case.put_back(act)
    case.approve(case.propose())
    assert case.result.mean == "76.92"
    with case.polling.platform.session() as session:
        assert session.query(LowGrade).one().people == 12
        assert session.query(Correction).one().replaced is not None


def test_without_an_upheld_objection_nothing_public_is_changed(case: Correcting):
    case.publish()
    for attempt in (case.propose, case.apart):
        with pytest.raises(Conflict):
            attempt()
    answered(case.polling, case.matters, objected(case.polling, case.matters, case.episode))
    for attempt in (case.propose, case.apart):
        with pytest.raises(Conflict):
            attempt()


def test_figures_that_are_the_same_are_no_correction(case: Correcting):
    case.publish().uphold()
    with pytest.raises(Conflict, match="没有可以更正的数"):
        case.propose()


def test_a_waiting_correction_falls_when_ballots_change(case: Correcting):
    case.publish().uphold()
    apart = case.apart()
    act = case.propose()
    case.put_back(apart)
    with pytest.raises(Conflict, match="已经有人处理过了"):
        case.approve(act)


def test_the_office_corrects_on_its_desk(case: Correcting, people):
    case.publish().uphold()
    first, second = people.at_desk(Role.OFFICE), people.at_desk(Role.OFFICE)
    box = f"/desk/office/boxes/{case.episode.number}"
    assert f"{box}/correction" in first.browser.get(box).get_data(as_text=True)
    assert first.browser.post(f"{box}/correction", {"correct-text": WHY}).status_code == 422
    given = {"correct-what": "figures", "correct-text": WHY}
    refused = first.browser.post(f"{box}/correction", given)
    assert refused.status_code == 409
    assert WHY in refused.get_data(as_text=True), "what was typed is not lost"
    made = first.browser.post(f"{box}/correction", given | {"correct-what": "note"})
    assert made.status_code == 303
    with case.polling.platform.session() as session:
        act = session.scalars(select(TwoPersonAct).where(TwoPersonAct.kind == "correct")).one()
    assert WHY in second.browser.get(box).get_data(as_text=True)
    assert second.browser.post(f"{box}/acts/{act.id}/confirm", page=box).status_code == 303
    assert "有更正" in second.browser.get(f"/episodes/{case.episode.number}/results").get_data(as_text=True)
    assert "没有要更正的" in first.browser.get(f"{box}/correction").get_data(as_text=True)
