"""Service items as rows of a table and back: what a sheet holds in each column. What is written is read again as the same."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evalapp.core import cells, terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.rowfiles import Row
from evalapp.powers.rules.items.papers import Clause, Condition, Question
from evalapp.powers.rules.items.profile import Axis, items_profile
from evalapp.powers.rules.items.text import (
    MOST_COPIES,
    MOST_VISITS,
    Answered,
    ItemText,
    Paper,
    PaperKind,
    SpecialStep,
    cleaned,
)
from evalapp.powers.rules.rows import basis_line, basis_of

HEADINGS = {
    "code": "事项编码",
    "name": "事项名称",
    "section": "承办科室",
    "subjects": "主题",
    "events": "生活事件",
    "conditions": "办理条件",
    "questions": "提问",
    "papers": "材料",
    "place": "办理地点",
    "hours": "办理时间",
    "statutory": "法定时限",
    "promised": "承诺时限",
    "special": "特殊环节",
    "visits": "到现场次数",
    "fee": "收费标准",
    "fee_basis": "收费依据",
    "result": "办理结果",
    "bases": "法律依据",
    "faq": "常见问题",
    "contact": "咨询电话",
    "complaint": "监督投诉电话",
}
COLUMNS = {name: name for name in (*HEADINGS, "reason")} | {
    heading: name for name, heading in (HEADINGS | {"reason": "改动说明"}).items()
}
REQUIRED = ("code", "name")
AT_ONCE = "即办"
KIND_CELLS = {
    PaperKind.ORIGINAL: "原件",
    PaperKind.COPY: "复印件",
    PaperKind.BOTH: "原件和复印件",
    PaperKind.ELECTRONIC: "电子件",
}
_KINDS = {cell: kind for kind, cell in KIND_CELLS.items()} | {kind.value: kind for kind in PaperKind}
_COUNTS = {"计入": True, "不计入": False}
_NUMBERED = re.compile(r"问?([1-9])")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ItemRow:
    """What a row of a table says of an item."""

    code: str
    power: str
    text: ItemText
    reason: str


def read(row: Row) -> ItemRow:
    """Read a row. Raises `Invalid` at the field that is wrong."""
    code, power = items_profile().parted_code(row.text("code"))
    return ItemRow(code=code, power=power, text=text_of(row), reason=row.text("reason"))


def text_of(row: Row) -> ItemText:
    """Read what a row says, but for its code. Raises `Invalid` at the field that is wrong."""
    promised, questions = row.text("promised"), questions_of(row.text("questions"))
    said = ItemText(
        name=row.text("name"),
        section=row.text("section"),
        subjects=labels_of(Axis.SUBJECT, row.text("subjects")),
        events=labels_of(Axis.EVENT, row.text("events")),
        conditions=tuple(lines(row.text("conditions"))),
        questions=questions,
        papers=papers_of(row.text("papers"), questions),
        place=row.text("place"),
        hours=row.text("hours"),
        statutory=terms.typed(row.text("statutory"), field="statutory"),
        promised=None if promised == AT_ONCE else terms.typed(promised, field="promised"),
        at_once=promised == AT_ONCE,
        special=special_of(row.text("special")),
        visits=row.whole("visits", least=0, most=MOST_VISITS),
        fee=row.text("fee"),
        fee_basis=row.text("fee_basis"),
        result=row.text("result"),
        bases=tuple(basis_of(line) for line in lines(row.text("bases"))),
        faq=faq_of(row.text("faq")),
        contact=row.text("contact"),
        complaint=row.text("complaint"),
    )
    return cleaned(said)


def written(*, code: str, text: ItemText) -> dict[str, str]:
    """The cells of an item, by the name of their column."""
    profile = items_profile()
    return {
        "code": code,
        "name": text.name,
        "section": text.section,
        "subjects": "、".join(profile.subjects.get(key, key) for key in text.subjects),
        "events": "、".join(profile.events.get(key, key) for key in text.events),
        "conditions": "\n".join(text.conditions),
        "questions": written_questions(text.questions),
        "papers": "\n".join(paper_line(paper, text.questions) for paper in text.papers),
        "place": text.place,
        "hours": text.hours,
        "statutory": terms.spelled(text.statutory),
        "promised": AT_ONCE if text.at_once else terms.spelled(text.promised),
        "special": "\n".join(special_line(step) for step in text.special),
        "visits": "" if text.visits is None else str(text.visits),
        "fee": text.fee,
        "fee_basis": text.fee_basis,
        "result": text.result,
        "bases": "\n".join(basis_line(basis) for basis in text.bases),
        "faq": "\n".join(f"{one.question}|{one.answer}" for one in text.faq),
        "contact": text.contact,
        "complaint": text.complaint,
    }


def lines(text: str) -> Sequence[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def labels_of(axis: Axis, text: str) -> tuple[str, ...]:
    """Read subjects or events, parted by 、 or commas. Raises `Invalid`."""
    names = [name.strip() for name in re.split(r"[、,，;；\n]", text) if name.strip()]
    return tuple(items_profile().key_of(axis, name) for name in names)


def questions_of(text: str) -> tuple[Question, ...]:
    """Read questions, a line each: 谁来办？|本人|代办人, and 问1=代办人 at the end where it is not always asked."""
    found: list[Question] = []
    for line in lines(text):
        question, *choices = _parts(line)
        asked_if: Condition = ()
        if choices and "=" in choices[-1] and _NUMBERED.match(choices[-1]):
            asked_if = condition_of(choices.pop(), found, field="questions")
        found.append(Question(text=question, choices=tuple(choices), asked_if=asked_if))
    return tuple(found)


def written_questions(questions: Sequence[Question]) -> str:
    """Questions as their lines."""
    return "\n".join(
        "|".join([each.text, *each.choices, *filter(None, [condition_line(each.asked_if, questions)])])
        for each in questions
    )


def condition_of(text: str, questions: Sequence[Question], *, field: str) -> Condition:
    """Read a condition: 问1=代办人/监护人；问2=租房. Raises `Invalid`."""
    clauses = []
    for part in re.split(r"[;；]", text):
        name, sign, said = part.strip().partition("=")
        number = _NUMBERED.fullmatch(name.strip())
        if not sign or number is None:
            raise Invalid(
                N_("条件“%(text)s”看不懂：请写成“问1=本人”，几个答案用 / 隔开，几个条件用；隔开。"),
                field=field,
                text=text[:30],
            )
        at = int(number[1])
        if at > len(questions):
            raise Invalid(N_("条件里的问题 %(number)s 前面没有问过。"), field=field, number=at)
        known = questions[at - 1].choices
        choices = [choice.strip() for choice in said.split("/")]
        strange = next((choice for choice in choices if choice not in known), None)
        if strange is not None:
            raise Invalid(
                N_("问题 %(number)s 没有“%(choice)s”这个答案，有的是：%(known)s。"),
                field=field,
                number=at,
                choice=strange[:20],
                known="、".join(known),
            )
        clauses.append(Clause(question=at, choices=tuple(known.index(choice) + 1 for choice in choices)))
    return tuple(clauses)


def condition_line(condition: Condition, questions: Sequence[Question]) -> str:
    """A condition as it is written in tables."""
    return "；".join(
        f"问{clause.question}="
        + "/".join(questions[clause.question - 1].choices[choice - 1] for choice in clause.choices)
        for clause in condition
    )


def papers_of(text: str, questions: Sequence[Question]) -> tuple[Paper, ...]:
    """Read papers, a line each: 名称|来源|原件|份数|何时交|条件|空表|样表|说明. Raises `Invalid`."""
    return tuple(_paper_of(line, questions) for line in lines(text))


def _paper_of(line: str, questions: Sequence[Question]) -> Paper:
    name, source, kind, copies, when, needed_if, form, sample, note = _filled(
        line, 9, field="papers", shape=N_("材料：名称|来源|原件|份数|何时交|条件|空表|样表|说明")
    )
    if kind and kind not in _KINDS:
        raise Invalid(
            N_("“%(text)s”不对，请写：%(known)s。"),
            field="papers",
            text=kind[:20],
            known="、".join(KIND_CELLS.values()),
        )
    return Paper(
        name=name,
        source=source,
        kind=_KINDS[kind] if kind else PaperKind.ORIGINAL,
        copies=cells.whole(copies, field="papers", least=1, most=MOST_COPIES) if copies else 1,
        when=when,
        needed_if=condition_of(needed_if, questions, field="papers") if needed_if else (),
        form=form,
        sample=sample,
        note=note,
    )


def paper_line(paper: Paper, questions: Sequence[Question]) -> str:
    """A paper as its line."""
    parts = [
        paper.name,
        paper.source,
        KIND_CELLS[paper.kind],
        str(paper.copies),
        paper.when,
        condition_line(paper.needed_if, questions),
        paper.form,
        paper.sample,
        paper.note,
    ]
    return "|".join(parts).rstrip("|")


def special_of(text: str) -> tuple[SpecialStep, ...]:
    """Read special steps, a line each: 名称|时限|依据|计入 or 不计入|收费|收费依据. Raises `Invalid`."""
    return _each(text, _special_of)


def _special_of(line: str) -> SpecialStep:
    name, term, basis, counts, fee, fee_basis = _filled(
        line, 6, field="special", shape=N_("特殊环节：名称|时限|依据|计入或不计入|收费|收费依据")
    )
    if counts not in _COUNTS:
        raise Invalid(N_("特殊环节要写明“计入”还是“不计入”办理时限。"), field="special")
    return SpecialStep(
        name=name,
        term=terms.typed(term, field="special"),
        basis=basis,
        counts=_COUNTS[counts],
        fee=fee,
        fee_basis=fee_basis,
    )


def special_line(step: SpecialStep) -> str:
    """A special step as its line."""
    counts = next(cell for cell, meant in _COUNTS.items() if meant is step.counts)
    parts = [step.name, terms.spelled(step.term), step.basis, counts, step.fee, step.fee_basis]
    return "|".join(parts).rstrip("|")


def faq_of(text: str) -> tuple[Answered, ...]:
    """Read questions with their answers, a line each: 问|答. Raises `Invalid`."""
    return _each(text, _answered_of)


def _answered_of(line: str) -> Answered:
    question, answer = _filled(line, 2, field="faq", shape=N_("常见问题：问|答"))
    return Answered(question=question, answer=answer)


def _each(text: str, read_line: Callable[[str], T]) -> tuple[T, ...]:
    return tuple(read_line(line) for line in lines(text))


def _filled(line: str, most: int, *, field: str, shape: str) -> list[str]:
    parts = _parts(line)
    if len(parts) > most:
        raise Invalid(N_("一行最多 %(most)s 格，用 | 隔开：%(shape)s。"), field=field, most=most, shape=shape)
    return parts + [""] * (most - len(parts))


def _parts(line: str) -> list[str]:
    return [part.strip() for part in re.split(r"[|｜]", line)]
