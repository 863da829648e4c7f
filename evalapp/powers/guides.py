"""What pages of item guides share, public and on the desk: words in the reader's language, papers, answers in addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from evalapp.core import terms
from evalapp.core.i18n import N_
from evalapp.powers.models import ItemFile
from evalapp.powers.reading import ComparedRow, changed_rows, term_words
from evalapp.powers.rules.items import rows
from evalapp.powers.rules.items.papers import (
    MOST_QUESTIONS,
    Answers,
    Condition,
    Need,
    Outcome,
    Question,
    outcome,
)
from evalapp.powers.rules.items.profile import items_profile
from evalapp.powers.rules.items.text import ItemText, Paper, PaperKind
from evalapp.web.i18n import _, gettext

KIND_WORDS = {
    PaperKind.ORIGINAL: N_("原件"),
    PaperKind.COPY: N_("复印件"),
    PaperKind.BOTH: N_("原件和复印件"),
    PaperKind.ELECTRONIC: N_("电子件"),
}


@dataclass(frozen=True, kw_only=True)
class ShownPaper:
    """A paper as pages list it: its number in the guide, in which case it is needed, its files."""

    number: int
    paper: Paper
    kind: str
    only_if: str
    form: ItemFile | None
    sample: ItemFile | None
    need: Need
    is_ticked: bool = False


def shown_papers(
    text: ItemText, files: Sequence[ItemFile], found: Outcome, *, ticked: frozenset[int] = frozenset()
) -> list[ShownPaper]:
    """The papers of a guide with whether they are needed."""
    by_token = {file.token: file for file in files}
    return [
        ShownPaper(
            number=number,
            paper=paper,
            kind=gettext(KIND_WORDS[paper.kind]),
            only_if=condition_words(paper.needed_if, text.questions),
            form=by_token.get(paper.form),
            sample=by_token.get(paper.sample),
            need=need,
            is_ticked=number in ticked,
        )
        for number, (paper, need) in enumerate(zip(text.papers, found.needs, strict=True), start=1)
    ]


def condition_words(condition: Condition, questions: Sequence[Question]) -> str:
    """In which case a paper is needed; empty for one that always is."""
    return "；".join(
        "／".join(questions[clause.question - 1].choices[choice - 1] for choice in clause.choices)
        for clause in condition
    )


def found_out(text: ItemText, answers: Answers) -> Outcome:
    return outcome(text.questions, text.needed_if, answers)


def answers_in(asked: Mapping[str, str], *, version: int) -> Answers:
    """The answers in an address; a list that was made of another version loses them, their numbers may mean something else now."""
    if asked.get("v", str(version)) != str(version):
        return {}
    given = {number: asked.get(f"q{number}", "") for number in range(1, MOST_QUESTIONS + 1)}
    return {
        number: int(answer)
        for number, answer in given.items()
        if answer.isascii() and answer.isdecimal() and len(answer) <= 2
    }


def promise_words(text: ItemText) -> str:
    """The promised term, or that one waits for it."""
    return _("当场办结") if text.at_once else term_words(text.promised)


def list_address(path: str, version: int, found: Outcome, ticked: Sequence[int] = ()) -> str:
    """The address of a list of papers: the version that it was made of, the answers, the ticks. Nothing else keeps them."""
    said: list[tuple[str, int]] = [("v", version)]
    said += [(f"q{number}", choice) for number, choice in found.answers.items()]
    said += [("have", number) for number in ticked]
    return f"{path}?{urlencode(said)}"


def label_words(text: ItemText) -> Mapping[str, Sequence[str]]:
    """The subjects and life events of a guide in words."""
    profile = items_profile()
    return {
        "subjects": [profile.subjects.get(key, key) for key in text.subjects],
        "events": [profile.events.get(key, key) for key in text.events],
    }


def compared(old: ItemText, new: ItemText) -> list[ComparedRow]:
    """Two versions field by field; what did not change is left out."""
    return changed_rows(_fields(old), _fields(new))


def _fields(text: ItemText) -> dict[str, str]:
    papers = tuple(
        replace(paper, form=_("有空表") if paper.form else "", sample=_("有样表") if paper.sample else "")
        for paper in text.papers
    )
    said = rows.written(code="", text=replace(text, papers=papers))
    names = {
        "name": _("事项名称"),
        "section": _("承办科室"),
        "subjects": _("主题"),
        "events": _("生活事件"),
        "conditions": _("办理条件"),
        "questions": _("提问"),
        "papers": _("所需材料"),
        "place": _("办理地点"),
        "hours": _("办理时间"),
        "special": _("特殊环节"),
        "visits": _("到现场次数"),
        "fee": _("收费标准"),
        "fee_basis": _("收费依据"),
        "result": _("办理结果"),
        "bases": _("法律依据"),
        "faq": _("常见问题"),
        "contact": _("咨询电话"),
        "complaint": _("监督投诉电话"),
    }
    found = {name: said[key].replace("|", "　") for key, name in names.items()}
    found[_("法定时限")] = terms.spelled(text.statutory)
    found[_("承诺时限")] = promise_words(text)
    return found
