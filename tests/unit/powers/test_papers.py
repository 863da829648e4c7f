"""Which papers one needs: the rule itself, and what is refused because nobody would need it or it changes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.core.errors import Invalid
from evalapp.powers.rules.items import papers as rules
from evalapp.powers.rules.items.papers import Clause, Condition, Need, Question, outcome

WHO = Question(text="谁来办？", choices=("本人", "代办人"))
WHOSE = Question(text="房子是谁的？", choices=("自己的", "租来的", "借用的"))
SINCE = Question(
    text="租了多久？", choices=("不到一年", "一年以上"), asked_if=(Clause(question=2, choices=(2,)),)
)
AGENT, RENTED = (Clause(question=1, choices=(2,)),), (Clause(question=2, choices=(2,)),)
LONG = (Clause(question=3, choices=(2,)),)
ALWAYS: Condition = ()


def test_without_answers_only_what_everybody_brings_is_certain() -> None:
    found = outcome([WHO, WHOSE], [ALWAYS, AGENT, RENTED], {})
    assert found.needs == (Need.YES, Need.OPEN, Need.OPEN)
    assert (found.is_complete, found.next.number) == (False, 1)
    assert [one.number for one in found.asked] == [1, 2]


def test_each_answer_settles_its_papers() -> None:
    found = outcome([WHO, WHOSE], [ALWAYS, AGENT, RENTED], {1: 2, 2: 3})
    assert found.needs == (Need.YES, Need.YES, Need.NO)
    assert found.is_complete
    assert found.of(Need.YES) == [0, 1]


def test_a_question_is_asked_only_where_it_matters_and_its_answer_is_dropped_elsewhere() -> None:
    questions, conditions = [WHO, WHOSE, SINCE], [LONG]
    assert [one.number for one in outcome(questions, conditions, {2: 2}).asked] == [1, 2, 3]
    elsewhere = outcome(questions, conditions, {1: 1, 2: 1, 3: 2})
    assert elsewhere.answers == {1: 1, 2: 1}
    assert elsewhere.needs == (Need.NO,)
    assert outcome(questions, conditions, {1: 1, 2: 2, 3: 2}).needs == (Need.YES,)


@pytest.mark.parametrize("strange", [{1: 0}, {1: 7}, {1: -1}, {9: 1}, {1: 10**12}])
def test_answers_that_nobody_offered_are_passed_over(strange: dict[int, int]) -> None:
    assert outcome([WHO], [AGENT], strange).needs == (Need.OPEN,)


def test_all_of_several_clauses_must_hold() -> None:
    both = (*AGENT, Clause(question=2, choices=(2, 3)))
    assert outcome([WHO, WHOSE], [both], {1: 2, 2: 3}).needs == (Need.YES,)
    assert outcome([WHO, WHOSE], [both], {1: 2, 2: 1}).needs == (Need.NO,)
    assert outcome([WHO, WHOSE], [both], {1: 1}).needs == (Need.NO,)


def test_what_hangs_together_is_taken() -> None:
    rules.check([WHO, WHOSE, SINCE], {"委托书": AGENT, "租房合同": RENTED, "备案证明": LONG})
    rules.check([], {"申请表": ALWAYS})


FAULTS = {
    "a paper that contradicts itself": (
        [WHO],
        {"甲": (Clause(question=1, choices=(1,)), Clause(question=1, choices=(2,)))},
        "谁也满足不了",
    ),
    "a paper whose question is never asked then": (
        [WHO, WHOSE, SINCE],
        {"委托书": AGENT, "甲": (Clause(question=2, choices=(1,)), Clause(question=3, choices=(1,)))},
        "谁也满足不了",
    ),
    "a question that no paper asks for": ([WHO, WHOSE], {"委托书": AGENT}, "第 2 个问题怎么答，材料都一样"),
    "a question whose every answer brings the same": (
        [WHO],
        {"委托书": (Clause(question=1, choices=(1, 2)),)},
        "第 1 个问题怎么答，材料都一样",
    ),
    "an answer that only leads to a question without effect": (
        [WHO, Question(text="哪里？", choices=("城", "乡"), asked_if=AGENT)],
        {"申请表": ALWAYS},
        "怎么答，材料都一样",
    ),
    "a question that is never asked": (
        [
            WHO,
            WHOSE,
            Question(text="再问", choices=("是", "否"), asked_if=(*AGENT, Clause(question=1, choices=(1,)))),
        ],
        {"委托书": AGENT, "租房合同": RENTED},
        "永远问不到",
    ),
    "six questions": ([WHO] * 6, {"委托书": AGENT}, "最多 5 个问题"),
    "one choice": ([Question(text="谁？", choices=("本人",))], {"委托书": ALWAYS}, "2 到 6 个不同的答案"),
    "two choices alike": (
        [Question(text="谁？", choices=("本人", "本人"))],
        {"委托书": ALWAYS},
        "2 到 6 个不同的答案",
    ),
    "a condition on a later question": (
        [Question(text="谁？", choices=("本人", "代办人"), asked_if=(Clause(question=1, choices=(1,)),))],
        {"委托书": AGENT},
        "前面没有问过",
    ),
    "a condition on no question": ([WHO], {"委托书": AGENT, "甲": LONG}, "前面没有问过"),
    "a condition on no choice": ([WHO], {"委托书": (Clause(question=1, choices=(3,)),)}, "没有的答案"),
    "a condition without choices": ([WHO], {"委托书": (Clause(question=1, choices=()),)}, "没有的答案"),
}


@pytest.mark.parametrize(("questions", "papers", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_what_nobody_could_use_is_refused(
    questions: list[Question], papers: dict[str, Condition], said: str
) -> None:
    """The planted defects: each of these would leave people with a paper or a question for nothing."""
    with pytest.raises(Invalid, match=said):
        rules.check(questions, papers)


def test_a_question_counts_whose_effect_shows_only_with_another_answer() -> None:
    """Both answers to the first lead to the same lists in all, each under the opposite second answer."""
    second = Question(text="二？", choices=("甲", "乙"))
    alike = {
        "一": (Clause(question=1, choices=(1,)), Clause(question=2, choices=(1,))),
        "二": (Clause(question=1, choices=(2,)), Clause(question=2, choices=(2,))),
    }
    rules.check([WHO, second], alike)


conditions = st.lists(
    st.builds(
        Clause,
        question=st.integers(1, 3),
        choices=st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)


@given(
    needed=st.lists(conditions, min_size=1, max_size=4),
    answers=st.dictionaries(st.integers(1, 3), st.integers(1, 3)),
)
def test_a_settled_paper_stays_so_whatever_is_answered_next(
    needed: list[Condition], answers: dict[int, int]
) -> None:
    questions = [WHO, WHOSE, SINCE]
    now = outcome(questions, needed, answers)
    for choice in range(1, 4):
        for number in {1, 2, 3} - now.answers.keys():
            later = outcome(questions, needed, now.answers | {number: choice})
            for before, after in zip(now.needs, later.needs, strict=True):
                assert before in {Need.OPEN, after}
    if now.is_complete:
        assert Need.OPEN not in now.needs
