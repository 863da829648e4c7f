"""Which papers one still needs: at most five questions, each with choices; a paper is needed under some answers.

Questions and choices go by their number from 1, so that answers fit into a short address: `q1=2&q2=1`.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

MOST_QUESTIONS = 5
MOST_CHOICES = 6
MOST_PAPERS = 40

Answers = Mapping[int, int]  # the number of a question to that of the choice


@dataclass(frozen=True, kw_only=True)
class Clause:
    """The answer to `question` is one of `choices`."""

    question: int
    choices: tuple[int, ...]


Condition = tuple[Clause, ...]  # every clause holds; none: always


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, asked where the answers to earlier ones make it matter."""

    text: str
    choices: tuple[str, ...]
    asked_if: Condition = ()


class Need(StrEnum):
    YES = "yes"
    OPEN = "open"  # it depends on what is not answered yet
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question that matters under the answers, and what was answered."""

    number: int
    question: Question
    answer: int | None

    @property
    def said(self) -> str:
        return self.question.choices[self.answer - 1] if self.answer else ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the answers come to: the questions that matter, what is answered, and for each paper whether it is needed."""

    asked: tuple[Asked, ...]
    needs: tuple[Need, ...]

    @property
    def answers(self) -> dict[int, int]:
        return {one.number: one.answer for one in self.asked if one.answer is not None}

    @property
    def is_complete(self) -> bool:
        return all(one.answer is not None for one in self.asked)

    @property
    def next(self) -> Asked | None:
        """The first question without an answer."""
        return next((one for one in self.asked if one.answer is None), None)

    def of(self, need: Need) -> list[int]:
        """The places of the papers, from 0, of which this is so."""
        return [place for place, each in enumerate(self.needs) if each is need]


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether every clause holds; a question that was not asked fulfils none."""
    return all(answers.get(clause.question) in clause.choices for clause in condition)


def outcome(questions: Sequence[Question], conditions: Sequence[Condition], answers: Answers) -> Outcome:
    """Work out what the answers come to; answers to questions that do not matter, or that nobody gave, are passed over."""
    asked: list[Asked] = []
    kept: dict[int, int] = {}
    for number, question in enumerate(questions, start=1):
        if not holds(question.asked_if, kept):
            continue
        given = answers.get(number)
        answer = given if given is not None and 1 <= given <= len(question.choices) else None
        asked.append(Asked(number=number, question=question, answer=answer))
        if answer is not None:
            kept[number] = answer
    ways = _walks(tuple(questions), tuple(sorted(kept.items())))
    needs = tuple(_need(condition, ways) for condition in conditions)
    return Outcome(asked=tuple(asked), needs=needs)


def check(questions: Sequence[Question], conditions: Mapping[str, Condition]) -> None:
    """Raise `Invalid` for questions and papers that do not hang together; `conditions` go by the paper's name.

    Refuses more than five questions, one without two different choices, a condition on what is not asked before, a
    paper that no answers need and a question whose answer changes nothing.
    """
    if len(questions) > MOST_QUESTIONS:
        raise Invalid(N_("最多 %(most)s 个问题。"), field="questions", most=MOST_QUESTIONS)
    for number, question in enumerate(questions, start=1):
        choices = question.choices
        if not 2 <= len(choices) <= MOST_CHOICES or len(set(choices)) != len(choices):
            raise Invalid(
                N_("第 %(number)s 个问题要有 2 到 %(most)s 个不同的答案。"),
                field="questions",
                number=number,
                most=MOST_CHOICES,
            )
        _check_condition(question.asked_if, questions[: number - 1], field="questions")
    for condition in conditions.values():
        _check_condition(condition, questions, field="papers")
    walks = _walks(tuple(questions), ())
    _check_reached(questions, conditions, walks)
    for number in range(1, len(questions) + 1):
        if not _changes_something(number, walks, list(conditions.values())):
            raise Invalid(
                N_("第 %(number)s 个问题怎么答，材料都一样。请删掉它，或者给材料写上条件。"),
                field="questions",
                number=number,
            )


def _check_condition(condition: Condition, questions: Sequence[Question], *, field: str) -> None:
    for clause in condition:
        if not 1 <= clause.question <= len(questions):
            raise Invalid(N_("条件里的问题 %(number)s 前面没有问过。"), field=field, number=clause.question)
        known = range(1, len(questions[clause.question - 1].choices) + 1)
        if not clause.choices or any(choice not in known for choice in clause.choices):
            raise Invalid(N_("条件里有问题 %(number)s 没有的答案。"), field=field, number=clause.question)


def _check_reached(
    questions: Sequence[Question], conditions: Mapping[str, Condition], walks: Sequence[Answers]
) -> None:
    for name, condition in conditions.items():
        if not any(holds(condition, walk) for walk in walks):
            raise Invalid(
                N_("材料“%(name)s”的条件谁也满足不了，没有人会用到它。"), field="papers", name=name[:40]
            )
    for number in range(1, len(questions) + 1):
        if not any(number in walk for walk in walks):
            raise Invalid(N_("第 %(number)s 个问题永远问不到。"), field="questions", number=number)


def _changes_something(number: int, walks: Sequence[Answers], conditions: Sequence[Condition]) -> bool:
    """Whether two answers to a question, all before it being the same, can lead to different papers."""
    outcomes: dict[tuple[tuple[int, int], ...], dict[int, dict[object, frozenset[int]]]] = {}
    for walk in walks:
        if number not in walk:
            continue
        before = tuple((at, choice) for at, choice in walk.items() if at < number)
        after = tuple((at, choice) for at, choice in walk.items() if at > number)
        papers = frozenset(place for place, condition in enumerate(conditions) if holds(condition, walk))
        outcomes.setdefault(before, {}).setdefault(walk[number], {})[after] = papers
    return any(
        _differ(one, other)
        for by_choice in outcomes.values()
        for one, other in itertools.combinations(by_choice.values(), 2)
    )


def _differ(one: Mapping[object, frozenset[int]], other: Mapping[object, frozenset[int]]) -> bool:
    if set(one.values()) != set(other.values()):
        return True
    return any(one[after] != other[after] for after in one.keys() & other.keys())


def _need(condition: Condition, ways: Sequence[Answers]) -> Need:
    said = {holds(condition, way) for way in ways}
    return Need.OPEN if len(said) > 1 else Need.YES if said == {True} else Need.NO


@lru_cache(maxsize=512)
def _walks(questions: tuple[Question, ...], kept: tuple[tuple[int, int], ...]) -> Sequence[dict[int, int]]:
    """Every way through the questions from the answers kept: at most 6 to the 5th, kept because pages ask again."""
    return list(_from(questions, dict(kept), 1))


def _from(questions: tuple[Question, ...], answers: dict[int, int], number: int) -> Iterator[dict[int, int]]:
    if number > len(questions):
        yield dict(answers)
        return
    question = questions[number - 1]
    if not holds(question.asked_if, answers):
        yield from _from(questions, {at: a for at, a in answers.items() if at != number}, number + 1)
    elif number in answers:
        yield from _from(questions, answers, number + 1)
    else:
        for choice in range(1, len(question.choices) + 1):
            yield from _from(questions, dict(sorted((answers | {number: choice}).items())), number + 1)
