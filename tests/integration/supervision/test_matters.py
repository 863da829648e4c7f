"""A matter from its opening to its end: answered, reopened, mended, checked, confirmed, ruled on."""

import json
import threading
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from evalapp.core import clock
from evalapp.core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from evalapp.core.permissions import SYSTEM
from evalapp.core.platform import Platform
from evalapp.supervision import services
from evalapp.supervision.models import AnswerGrade, Matter
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules.profile import Weight, shipped
from evalapp.supervision.rules.states import Act, MatterKind, MatterState, Phase, Stage
from evalapp.supervision.services import Step
from tests.support.matters import ANSWER, Matters, at
from tests.support.units import UnitFactory

MONDAY = at("2026-03-09")


@pytest.fixture
def monday():
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def test_a_question_gets_its_reference_and_its_clock(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.GENERAL)
    assert matter.reference == "MT-2026-0001"
    running = matters.running(matter)
    assert (running.due_on, running.working_days, running.stage) == (date(2026, 3, 16), 5, Stage.ANSWER)
    assert running.due_at == clock.end_of(date(2026, 3, 16))
    assert not running.is_provisional
    assert "咸阳" in running.source


def test_the_same_key_is_one_matter(matters: Matters, monday) -> None:
    unit = matters.unit()
    first = matters.opened(MatterKind.LOW_GRADE, unit, key="low:16:service:slow")
    again = matters.opened(MatterKind.LOW_GRADE, unit, key="low:16:service:slow")
    assert first.id == again.id


def test_states_follow_the_clock_without_anybody_acting(matters: Matters, monday) -> None:
    matter, seen = matters.question(weight=Weight.GENERAL), []
    for day in ("2026-03-13", "2026-03-14", "2026-03-16", "2026-03-17", "2026-03-24"):
        monday.move_to(at(day, 0, 1))
        seen.append(matters.state(matter))
    assert seen == [
        MatterState.OPEN,
        MatterState.DUE_SOON,
        MatterState.DUE_SOON,
        MatterState.LATE,
        MatterState.VERY_LATE,
    ]


def test_an_answer_ends_the_clock_and_rests_after_its_term(matters: Matters, monday) -> None:
    matter = matters.answered()
    assert (matter.phase, matters.running(matter)) == (Phase.ANSWERED, None)
    assert matter.rests_at == clock.end_of(date(2026, 3, 23))
    monday.move_to(at("2026-03-24"))
    assert matters.state(matter) is MatterState.CLOSED
    with pytest.raises(Conflict, match="期限已过"):
        matters.do(services.reopen, matter, grade=AnswerGrade.EVASIVE)
    with pytest.raises(Conflict, match="期限已过"):
        matters.do(services.grade_answer, matter, grade=AnswerGrade.EVASIVE)


@pytest.mark.parametrize("text", ["已转办区住建局，请耐心等待。", "好的。"])
def test_an_answer_that_is_none_changes_nothing(matters: Matters, monday, text: str) -> None:
    matter = matters.question()
    with pytest.raises(Invalid):
        matters.do(services.answer, matter, text=text, actor=SYSTEM)
    assert matters.again(matter).phase is Phase.OPEN
    assert matters.running(matter) is not None


def test_a_reopened_question_starts_a_clock_of_its_own(matters: Matters, monday) -> None:
    matter = matters.answered()
    monday.move_to(at("2026-03-12"))
    matters.do(services.reopen, matter, grade=AnswerGrade.EVASIVE)
    running = matters.running(matter)
    assert (running.number, running.due_on) == (2, date(2026, 3, 19))
    assert matters.state(matter) is MatterState.REOPENED
    assert matters.again(matter).grade is AnswerGrade.EVASIVE


def test_a_good_answer_is_not_reopened_and_none_more_often_than_the_profile_says(
    matters: Matters, monday
) -> None:
    matter = matters.answered()
    with pytest.raises(Invalid):
        matters.do(services.reopen, matter, grade=AnswerGrade.ANSWERED)
    for _ in range(3):
        matters.do(services.reopen, matter, grade=AnswerGrade.NOT_ANSWERED)
        matters.answered(matter)
    with pytest.raises(Conflict, match="已经重新打开 3 次"):
        matters.do(services.reopen, matter, grade=AnswerGrade.NOT_ANSWERED)


def test_a_plan_in_the_past_or_without_steps_is_refused(matters: Matters, monday) -> None:
    matter = matters.question()

    def plan(*days: str, **more: object) -> None:
        steps = [Step(what="换灯", post="物业科", due_on=date.fromisoformat(day)) for day in days]
        matters.do(services.plan, matter, text="换灯", steps=steps, actor=SYSTEM, **more)

    for days, field in (
        ((), "steps"),
        (("2026-03-08",), "steps-0-due_on"),
        (("2026-03-10", "2026-12-31"), "steps-1-due_on"),
        (("2026-03-31",), "longer_because"),
    ):
        with pytest.raises(Invalid) as refusal:
            plan(*days)
        assert refusal.value.field == field
    assert matters.again(matter).phase is Phase.OPEN
    plan("2026-03-31", longer_because="灯具要招标采购")
    assert matters.running(matter).due_on == date(2026, 3, 31)


def test_only_a_check_by_others_makes_it_mended_and_residents_confirm(matters: Matters, monday) -> None:
    matter = matters.planned()
    staff = matters.unit_staff(matter)
    with pytest.raises(Conflict, match="还有 2 步"):
        matters.do(services.claim_mended, matter, text="好了", actor=staff)
    for number in (1, 2):
        matters.do(services.finish_step, matter, number=number, outcome="换了六盏", actor=staff)
    assert matters.state(matter) is MatterState.MENDING
    matters.do(services.claim_mended, matter, text="全部换好", actor=staff)
    assert matters.state(matter) is MatterState.CLAIMED
    assert matters.running(matter).unit_id is None
    with pytest.raises(NotAllowed):
        matters.do(services.check, matter, has_passed=True, note="看过", actor=staff)
    with pytest.raises(Conflict):
        matters.do(services.confirm, matter, pseudonym="a", is_mended=True)
    matters.do(services.check, matter, has_passed=True, note="现场看过", actor=matters.officer())
    assert matters.state(matter) is MatterState.CHECKED
    matters.do(services.confirm, matter, pseudonym="a", is_mended=True)
    with pytest.raises(Conflict, match="已经确认过"):
        matters.do(services.confirm, matter, pseudonym="a", is_mended=True)
    assert matters.state(matter) is MatterState.CONFIRMED


def test_the_database_knows_no_mended_matter_that_nobody_checked(
    matters: Matters, platform: Platform, monday
) -> None:
    matter = matters.claimed()
    with pytest.raises(DBAPIError), platform.engine.begin() as connection:
        connection.execute(sql("UPDATE matters SET phase = 'confirmed'"))
    assert matters.again(matter).phase is Phase.CLAIMED


def test_a_check_that_fails_sends_it_back_and_a_resident_may_open_it_again(matters: Matters, monday) -> None:
    matter = matters.claimed()
    matters.do(services.check, matter, has_passed=False, note="三楼还黑着", actor=matters.officer())
    running = matters.running(matter)
    assert (matters.state(matter), running.stage, running.due_on) == (
        MatterState.MENDING,
        Stage.MEND,
        date(2026, 3, 16),
    )
    matters.do(services.claim_mended, matter, text="三楼也换了", actor=matters.unit_staff(matter))
    matters.do(services.check, matter, has_passed=True, note="都亮了", actor=matters.officer())
    matters.do(services.confirm, matter, pseudonym="b", is_mended=False)
    assert matters.state(matter) is MatterState.REOPENED
    planned = matters.planned(matter)
    assert planned.checked_at is None


def test_a_contest_is_decided_by_two_people(matters: Matters, monday) -> None:
    matter = matters.opened(MatterKind.LOW_GRADE)
    staff, first, second = matters.unit_staff(matter), matters.officer("甲"), matters.officer("乙")
    with pytest.raises(Conflict, match="没有提出异议"):
        matters.do(services.propose_ruling, matter, is_upheld=True, reason=ANSWER, actor=first)
    matters.do(services.contest, matter, text="说的窗口不是本局的，是区医保局的窗口。", actor=staff)
    assert matters.running(matter).stage is Stage.RULE
    with pytest.raises(NotAllowed):
        matters.do(services.propose_ruling, matter, is_upheld=True, reason=ANSWER, actor=staff)
    ruling = matters.do(services.propose_ruling, matter, is_upheld=False, reason=ANSWER, actor=first)
    with matters.platform.transaction() as session, pytest.raises(NotAllowed, match="另一人"):
        services.confirm_ruling(session, ruling_id=ruling.id, actor=first)
    with matters.platform.transaction() as session:
        services.confirm_ruling(session, ruling_id=ruling.id, actor=second)
    assert matters.state(matter) is MatterState.REOPENED
    assert matters.running(matter).stage is Stage.ANSWER
    with matters.platform.transaction() as session, pytest.raises(DomainError):
        services.confirm_ruling(session, ruling_id=ruling.id, actor=second)


@pytest.mark.parametrize(("is_upheld", "ends"), [(True, MatterState.UPHELD), (False, MatterState.CLOSED)])
def test_an_objection_is_the_offices_to_answer(matters: Matters, monday, is_upheld, ends) -> None:
    matter = matters.opened(MatterKind.OBJECTION)
    running = matters.running(matter)
    assert (running.unit_id, running.working_days) == (None, 10)
    with pytest.raises(Conflict):
        matters.do(services.answer, matter, text=ANSWER, actor=matters.unit_staff(matter))
    ruling = matters.do(
        services.propose_ruling, matter, is_upheld=is_upheld, reason=ANSWER, actor=matters.officer()
    )
    second = matters.officer()
    with matters.platform.transaction() as session:
        services.confirm_ruling(session, ruling_id=ruling.id, actor=second)
    assert matters.state(matter) is ends


def test_another_class_counts_from_the_same_first_day(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    monday.move_to(at("2026-03-10"))
    matters.do(services.classify, matter, weight=Weight.COMPLEX, actor=matters.officer())
    running = matters.running(matter)
    assert (running.started_on, running.due_on) == (date(2026, 3, 9), date(2026, 3, 23))
    monday.move_to(at("2026-03-17"))
    with pytest.raises(Conflict, match="期限已经过了"):
        matters.do(services.classify, matter, weight=Weight.SIMPLE, actor=matters.officer())
    assert matters.running(matter).due_on == date(2026, 3, 23)


def test_a_pause_holds_the_clock_with_its_reason_in_public(matters: Matters, monday) -> None:
    matter, officer = matters.question(weight=Weight.GENERAL), matters.officer()
    monday.move_to(at("2026-03-11"))
    matters.do(services.pause, matter, reason="等提问人补充门牌号", actor=officer)
    assert matters.state(matter) is MatterState.PAUSED
    with pytest.raises(Conflict):
        matters.do(services.pause, matter, reason="再停", actor=officer)
    monday.move_to(at("2026-03-16"))
    matters.do(services.resume, matter, actor=officer)
    assert matters.running(matter).due_on == date(2026, 3, 19)
    assert [one.note for one in matters.entries(matter) if one.kind is Act.PAUSED] == ["等提问人补充门牌号"]


def test_a_matter_is_handed_over_inside_the_unit_only(matters: Matters, units: UnitFactory, monday) -> None:
    matter = matters.question()
    unit_id = matter.unit_id
    with matters.platform.session() as session:
        section = units.section(session.get_one(type(matters.unit()), unit_id))
    stranger = units.section(matters.unit())
    with pytest.raises(Invalid, match="本单位的科室"):
        matters.do(
            services.hand_over, matter, handler="科长", section_id=stranger.id, actor=SYSTEM, unit_id=unit_id
        )
    matters.do(
        services.hand_over,
        matter,
        handler="科长",
        section_id=section.id,
        note="先去现场",
        actor=SYSTEM,
        unit_id=unit_id,
    )
    after = matters.again(matter)
    assert (after.handler, after.section_id) == ("科长", section.id)
    assert [one.is_public for one in matters.entries(matter) if one.note == "先去现场"] == [False]


def test_another_unit_and_a_withdrawn_matter_find_nothing(matters: Matters, monday) -> None:
    matter, other = matters.question(), matters.unit()
    for service, more in (
        (services.answer, {"text": ANSWER}),
        (services.explain, {"text": ANSWER}),
        (services.contest, {"text": ANSWER}),
        (services.add_note, {"note": "看看"}),
        (services.hand_over, {"handler": "科长"}),
    ):
        with pytest.raises(NotFound):
            matters.do(service, matter, unit_id=other.id, actor=SYSTEM, **more)
    matters.do(services.withdraw_matter, matter, reason="转检举控告", actor=matters.officer())
    with pytest.raises(NotFound):
        matters.do(services.answer, matter, text=ANSWER, unit_id=matter.unit_id, actor=SYSTEM)
    assert matters.running(matter) is None


def together(*acts) -> list[str]:
    """Run these at once; what each of them ended with."""
    outcome, ready = [], threading.Barrier(len(acts))

    def run(act) -> None:
        ready.wait()
        try:
            act()
            outcome.append("done")
        except DomainError as refusal:
            outcome.append(type(refusal).__name__)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcome)


def test_of_two_who_act_at_once_one_wins(matters: Matters) -> None:
    matter = matters.question()
    first, second = matters.unit_staff(matter), matters.unit_staff(matter)
    outcome = together(
        lambda: matters.do(services.answer, matter, text=ANSWER, actor=first),
        lambda: matters.do(services.explain, matter, text=ANSWER, actor=second),
    )
    assert outcome == ["Conflict", "done"]
    assert len([one for one in matters.entries(matter) if one.kind in {Act.ANSWERED, Act.EXPLAINED}]) == 1


def test_of_two_who_saw_the_same_one_hands_over(matters: Matters) -> None:
    matter = matters.question()
    outcome = together(
        *(
            lambda post=post: matters.do(
                services.hand_over, matter, handler=post, actor=SYSTEM, seen_version=matter.version
            )
            for post in ("一科科长", "二科科长")
        )
    )
    assert outcome == ["Conflict", "done"]


def test_of_two_who_confirm_a_ruling_at_once_one_does(matters: Matters) -> None:
    matter = matters.opened(MatterKind.OBJECTION)
    ruling = matters.do(
        services.propose_ruling, matter, is_upheld=True, reason=ANSWER, actor=matters.officer()
    )
    officers = [matters.officer(), matters.officer()]

    def confirm(officer) -> None:
        with matters.platform.transaction() as session:
            services.confirm_ruling(session, ruling_id=ruling.id, actor=officer)

    outcome = together(*(lambda one=one: confirm(one) for one in officers))
    assert outcome == ["Conflict", "done"]


def test_many_matters_opened_at_once_have_numbers_of_their_own(matters: Matters) -> None:
    unit = matters.unit()
    acts = [lambda: matters.question(unit) for _ in range(8)]
    assert together(*acts) == ["done"] * 8
    with matters.platform.session() as session:
        numbers = sorted(session.query(Matter.reference).all())
    assert len(set(numbers)) == 8


def test_the_timeline_cannot_be_changed_or_shortened(matters: Matters, platform: Platform) -> None:
    matters.question()
    for statement in ("UPDATE matter_events SET note = 'x'", "DELETE FROM matter_events"):
        with pytest.raises(DBAPIError, match="only ever added"), platform.engine.begin() as connection:
            connection.execute(sql(statement))


def test_a_matter_keeps_the_profile_it_was_opened_under(matters: Matters, monday) -> None:
    before = matters.question(weight=Weight.GENERAL)
    with matters.platform.session() as session:
        document = profiles.in_force(session).model_dump(mode="json")
    document["weights"]["general"]["days"] = 3
    document["name"] = "另一份办法"
    with matters.platform.transaction() as session:
        services.adopt_profile(session, document=json.dumps(document).encode(), actor=SYSTEM)
    after = matters.question(weight=Weight.GENERAL)
    assert (matters.running(before).working_days, matters.running(after).working_days) == (5, 3)
    matters.answered(before)
    matters.do(services.reopen, before, grade=AnswerGrade.EVASIVE)
    assert matters.running(before).working_days == 5


def test_a_profile_that_lets_nine_people_be_a_matter_is_refused(matters: Matters) -> None:
    document = shipped().replace(b'"minimum": 10', b'"minimum": 9')
    with matters.platform.transaction() as session, pytest.raises(Invalid, match="minimum"):
        services.adopt_profile(session, document=document, actor=SYSTEM)


def test_a_paused_term_is_not_over_before_its_new_day(matters: Matters, monday) -> None:
    matter = matters.question(weight=Weight.SIMPLE)
    matters.do(services.pause, matter, reason="等检测报告", actor=matters.officer())
    monday.move_to(MONDAY + timedelta(days=30))
    assert matters.state(matter) is MatterState.PAUSED
    matters.escalate()
    assert matters.notices(matter) == []
