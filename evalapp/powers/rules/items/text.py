"""What a guide to a service item says, whole: its document, what may stand in it, its fingerprint."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.terms import Term
from evalapp.powers.rules import text as powers
from evalapp.powers.rules.flow.graph import term_document, term_of
from evalapp.powers.rules.items import papers as rules
from evalapp.powers.rules.items.papers import MOST_PAPERS, Clause, Condition, Question
from evalapp.powers.rules.text import LegalBasis

NAME_LIMIT = 100
SHORT_LIMIT = 60
LINE_LIMIT = 200
LONG_LIMIT = 1_000
CHOICE_LIMIT = 30
MOST_LINES = 40
MOST_COPIES = 99
MOST_VISITS = 9
MOST_LABELS = 6
_TELEPHONE = re.compile(r"[0-9+() 、,/转-]{3,60}")
_STROKES = str.maketrans("|｜", "//")
_NOT_IN_CHOICES = re.compile(r"[/;；=|｜]")  # they part the words of a condition


class PaperKind(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"
    BOTH = "both"  # the original is looked at, a copy is kept
    ELECTRONIC = "electronic"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A paper that is handed in or shown."""

    name: str
    source: str = ""  # where it comes from
    kind: PaperKind = PaperKind.ORIGINAL
    copies: int = 1
    when: str = ""  # at which step it is asked for; empty: with the application
    needed_if: Condition = ()
    form: str = ""  # tokens of files
    sample: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SpecialStep:
    """A hearing, an inspection, an expert review: what takes time of its own."""

    name: str
    term: Term | None
    basis: str
    counts: bool  # in the term
    fee: str = ""
    fee_basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A question that people ask, with its answer."""

    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class ItemText:
    """What a guide says, but for its code, its unit and the flowchart of its power."""

    name: str
    section: str = ""
    subjects: tuple[str, ...] = ()  # keys of the profile
    events: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    papers: tuple[Paper, ...] = ()
    questions: tuple[Question, ...] = ()  # that tell which papers one needs
    place: str = ""
    hours: str = ""
    statutory: Term | None = None
    promised: Term | None = None
    at_once: bool = False  # 即办: done while one waits
    fee: str = ""  # empty: nothing is charged
    fee_basis: str = ""
    result: str = ""
    bases: tuple[LegalBasis, ...] = ()
    special: tuple[SpecialStep, ...] = ()
    faq: tuple[Answered, ...] = ()
    visits: int | None = None
    contact: str = ""  # telephone
    complaint: str = ""

    @property
    def needed_if(self) -> tuple[Condition, ...]:
        return tuple(paper.needed_if for paper in self.papers)

    @property
    def files(self) -> frozenset[str]:
        """The tokens of the forms and samples that it names."""
        return frozenset(token for paper in self.papers for token in (paper.form, paper.sample) if token)

    def document(self) -> dict[str, Any]:
        """The text as plain data."""
        return {
            "name": self.name,
            "section": self.section,
            "subjects": list(self.subjects),
            "events": list(self.events),
            "conditions": list(self.conditions),
            "papers": [_paper_document(paper) for paper in self.papers],
            "questions": [
                {"text": each.text, "choices": list(each.choices)} | _if_document(each.asked_if)
                for each in self.questions
            ],
            "place": self.place,
            "hours": self.hours,
            "statutory": term_document(self.statutory),
            "promised": term_document(self.promised),
            "at_once": self.at_once,
            "fee": self.fee,
            "fee_basis": self.fee_basis,
            "result": self.result,
            "bases": [powers.basis_document(basis) for basis in self.bases],
            "special": [
                {
                    "name": step.name,
                    "term": term_document(step.term),
                    "basis": step.basis,
                    "counts": step.counts,
                    "fee": step.fee,
                    "fee_basis": step.fee_basis,
                }
                for step in self.special
            ],
            "faq": [{"question": one.question, "answer": one.answer} for one in self.faq],
            "visits": self.visits,
            "contact": self.contact,
            "complaint": self.complaint,
        }

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Read what `document` wrote."""
        return cls(
            name=said["name"],
            section=said["section"],
            subjects=tuple(said["subjects"]),
            events=tuple(said["events"]),
            conditions=tuple(said["conditions"]),
            papers=tuple(_paper_of(paper) for paper in said["papers"]),
            questions=tuple(
                Question(text=each["text"], choices=tuple(each["choices"]), asked_if=_if_of(each))
                for each in said["questions"]
            ),
            place=said["place"],
            hours=said["hours"],
            statutory=term_of(said["statutory"]),
            promised=term_of(said["promised"]),
            at_once=said["at_once"],
            fee=said["fee"],
            fee_basis=said["fee_basis"],
            result=said["result"],
            bases=tuple(powers.basis_of(basis) for basis in said["bases"]),
            special=tuple(
                SpecialStep(**(step | {"term": term_of(step["term"])})) for step in said["special"]
            ),
            faq=tuple(Answered(**one) for one in said["faq"]),
            visits=said["visits"],
            contact=said["contact"],
            complaint=said["complaint"],
        )


def fingerprint(text: ItemText) -> str:
    """The SHA-256 of everything a version says."""
    return hashlib.sha256(
        json.dumps(text.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def cleaned(text: ItemText) -> ItemText:
    """Return the text with plain words. Raises `Invalid` for what is no guide, and for papers nobody would need."""
    promised = terms.checked(text.promised, field="promised")
    statutory = terms.checked(text.statutory, field="statutory")
    if promised and statutory and terms.is_longer(promised, statutory):
        raise Invalid(N_("承诺的期限比法定期限还长。"), field="promised")
    if promised and text.at_once:
        raise Invalid(N_("当场办结的，不用再写承诺时限。"), field="promised")
    for field in ("conditions", "special", "faq", "bases"):
        if len(getattr(text, field)) > MOST_LINES:
            raise Invalid(N_("最多 %(most)s 条。"), field=field, most=MOST_LINES)
    if len(text.papers) > MOST_PAPERS:
        raise Invalid(N_("最多 %(most)s 份材料。"), field="papers", most=MOST_PAPERS)
    if text.visits is not None and not 0 <= text.visits <= MOST_VISITS:
        raise Invalid(N_("到现场的次数是 0 到 %(most)s。"), field="visits", most=MOST_VISITS)
    said = ItemText(
        name=_line(text.name, "name", NAME_LIMIT, required=True),
        section=_line(text.section, "section", SHORT_LIMIT),
        subjects=tuple(dict.fromkeys(text.subjects)),
        events=tuple(dict.fromkeys(text.events)),
        conditions=tuple(_line(each, "conditions", LINE_LIMIT, required=True) for each in text.conditions),
        papers=tuple(_cleaned_paper(paper) for paper in text.papers),
        questions=tuple(
            Question(
                text=_line(each.text, "questions", SHORT_LIMIT, required=True),
                choices=tuple(_cleaned_choice(choice) for choice in each.choices),
                asked_if=each.asked_if,
            )
            for each in text.questions
        ),
        place=_line(text.place, "place", LINE_LIMIT),
        hours=_line(text.hours, "hours", LINE_LIMIT),
        statutory=statutory,
        promised=promised,
        at_once=text.at_once,
        fee=_line(text.fee, "fee", LONG_LIMIT),
        fee_basis=_line(text.fee_basis, "fee_basis", LONG_LIMIT, required=bool(text.fee.strip())),
        result=_line(text.result, "result", LINE_LIMIT),
        bases=tuple(powers.cleaned_basis(basis) for basis in text.bases),
        special=tuple(_cleaned_special(step) for step in text.special),
        faq=tuple(
            Answered(
                question=_line(one.question, "faq", LINE_LIMIT, required=True),
                answer=_line(one.answer, "faq", LONG_LIMIT, required=True),
            )
            for one in text.faq
        ),
        visits=text.visits,
        contact=_telephone(text.contact, "contact"),
        complaint=_telephone(text.complaint, "complaint"),
    )
    if len(said.subjects) > MOST_LABELS or len(said.events) > MOST_LABELS:
        raise Invalid(N_("主题和生活事件各最多 %(most)s 个。"), field="subjects", most=MOST_LABELS)
    _check_papers(said)
    return said


def with_files(text: ItemText, tokens: Mapping[str, str]) -> ItemText:
    """Return the text with its forms and samples by token; `tokens` knows them by name and by token.

    Raises `Invalid` for one that is not the item's.
    """
    strange = sorted(text.files - tokens.keys())
    if strange:
        raise Invalid(
            N_("材料里写的文件“%(name)s”不是这个事项的文件，请先上传。"),
            field="papers",
            name=strange[0][:40],
        )
    return replace(
        text,
        papers=tuple(
            replace(paper, form=tokens.get(paper.form, ""), sample=tokens.get(paper.sample, ""))
            for paper in text.papers
        ),
    )


def check_publishable(text: ItemText) -> None:
    """Raise `Invalid` for a guide that people could not use: no basis, no place, no subject, nobody to ask."""
    needed = (
        ("bases", text.bases, N_("公布前至少要写一条法律依据。")),
        ("subjects", text.subjects, N_("公布前至少要选一个主题，居民才找得到。")),
        ("place", text.place, N_("公布前要写在哪里办。")),
        ("contact", text.contact, N_("公布前要写咨询电话。")),
        ("complaint", text.complaint, N_("公布前要写监督投诉电话。")),
        ("promised", text.promised or text.at_once, N_("公布前要写承诺时限，或者选当场办结。")),
    )
    for field, value, message in needed:
        if not value:
            raise Invalid(message, field=field)


def _check_papers(text: ItemText) -> None:
    names = [paper.name for paper in text.papers]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise Invalid(N_("材料“%(name)s”写了两次。"), field="papers", name=double[:40])
    rules.check(text.questions, {paper.name: paper.needed_if for paper in text.papers})


def _cleaned_paper(paper: Paper) -> Paper:
    if not 1 <= paper.copies <= MOST_COPIES:
        raise Invalid(N_("份数是 1 到 %(most)s。"), field="papers", most=MOST_COPIES)
    return Paper(
        name=_line(paper.name, "papers", SHORT_LIMIT, required=True),
        source=_line(paper.source, "papers", SHORT_LIMIT),
        kind=paper.kind,
        copies=paper.copies,
        when=_line(paper.when, "papers", SHORT_LIMIT),
        needed_if=tuple(
            Clause(question=clause.question, choices=tuple(sorted(set(clause.choices))))
            for clause in sorted(paper.needed_if, key=lambda clause: clause.question)
        ),
        form=paper.form.strip(),
        sample=paper.sample.strip(),
        note=_line(paper.note, "papers", LINE_LIMIT),
    )


def _cleaned_special(step: SpecialStep) -> SpecialStep:
    return SpecialStep(
        name=_line(step.name, "special", SHORT_LIMIT, required=True),
        term=terms.checked(step.term, field="special"),
        basis=_line(step.basis, "special", LINE_LIMIT, required=not step.counts),
        counts=step.counts,
        fee=_line(step.fee, "special", LINE_LIMIT),
        fee_basis=_line(step.fee_basis, "special", LINE_LIMIT, required=bool(step.fee.strip())),
    )


def _cleaned_choice(text: str) -> str:
    if _NOT_IN_CHOICES.search(text):
        raise Invalid(N_("答案里不能有 / ； = | 这几个符号。"), field="questions")
    return _line(text, "questions", CHOICE_LIMIT, required=True)


def _telephone(text: str, field: str) -> str:
    number = _line(text, field, SHORT_LIMIT)
    if number and not _TELEPHONE.fullmatch(number):
        raise Invalid(N_("电话只能有数字、空格、短横和“转”。"), field=field)
    return number


def _line(text: str, field: str, limit: int, *, required: bool = False) -> str:
    """Words on one line, without the strokes that part the cells of a table."""
    plain = cleaned_text(text.translate(_STROKES), field=field, limit=limit, required=required)
    return " ".join(plain.split())


def _paper_document(paper: Paper) -> dict[str, Any]:
    said: dict[str, Any] = {"name": paper.name, "kind": paper.kind.value, "copies": paper.copies}
    for name in ("source", "when", "form", "sample", "note"):
        if value := getattr(paper, name):
            said[name] = value
    return said | _if_document(paper.needed_if)


def _paper_of(said: Mapping[str, Any]) -> Paper:
    return Paper(
        name=said["name"],
        kind=PaperKind(said["kind"]),
        copies=said["copies"],
        source=said.get("source", ""),
        when=said.get("when", ""),
        form=said.get("form", ""),
        sample=said.get("sample", ""),
        note=said.get("note", ""),
        needed_if=_if_of(said),
    )


def _if_document(condition: Condition) -> dict[str, Any]:
    if not condition:
        return {}
    return {"if": [{"question": each.question, "choices": list(each.choices)} for each in condition]}


def _if_of(said: Mapping[str, Any]) -> Condition:
    return tuple(
        Clause(question=each["question"], choices=tuple(each["choices"])) for each in said.get("if", [])
    )
