"""What a version of a power says, whole: its document, what may stand in it, its fingerprint."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from evalapp.core import terms
from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.terms import Term
from evalapp.powers.rules.flow.graph import term_document, term_of
from evalapp.powers.rules.kinds import PowerKind

NAME_LIMIT = 100
SHORT_LIMIT = 60
LAW_LIMIT = 80
ARTICLE_LIMIT = 60
LONG_LIMIT = 1_000
URL_LIMIT = 300
MOST_BASES = 30
MOST_LINES = 40
_TELEPHONE = re.compile(r"[0-9+() 、,/转-]{3,60}")
_URL = re.compile(r"https?://[^\s|<>\"']{3,}")


@dataclass(frozen=True, kw_only=True)
class LegalBasis:
    """A law and the article of it that a power rests on, and since and until when it is in force, where known."""

    law: str
    article: str = ""
    text: str = ""
    url: str = ""
    from_on: date | None = None
    until_on: date | None = None  # the last day
    note: str = ""  # 示例，未核对

    def is_in_force(self, day: date) -> bool:
        return (self.from_on is None or self.from_on <= day) and (
            self.until_on is None or day <= self.until_on
        )


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What the unit has to do at a stage."""

    stage: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PowerText:
    """What a power says, but for its code, its unit and its flowchart."""

    name: str
    kind: PowerKind
    section: str = ""
    post: str = ""  # who answers for it; never a person's name
    bases: tuple[LegalBasis, ...] = ()
    duties: tuple[Duty, ...] = ()
    grounds: tuple[str, ...] = ()  # for which one is called to account
    fee: str = ""  # empty: nothing is charged
    fee_basis: str = ""
    statutory: Term | None = None
    promised: Term | None = None
    telephone: str = ""  # for complaints
    passes_on: bool = False  # 审核转报: the decision is another's

    @property
    def term(self) -> Term | None:
        """The term that steps are added up against."""
        return self.promised or self.statutory

    def document(self) -> dict[str, Any]:
        """The text as plain data."""
        return {
            "name": self.name,
            "kind": self.kind.value,
            "section": self.section,
            "post": self.post,
            "bases": [basis_document(basis) for basis in self.bases],
            "duties": [{"stage": duty.stage, "text": duty.text} for duty in self.duties],
            "grounds": list(self.grounds),
            "fee": self.fee,
            "fee_basis": self.fee_basis,
            "statutory": term_document(self.statutory),
            "promised": term_document(self.promised),
            "telephone": self.telephone,
            "passes_on": self.passes_on,
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` wrote."""
        return cls(
            name=document["name"],
            kind=PowerKind(document["kind"]),
            section=document["section"],
            post=document["post"],
            bases=tuple(basis_of(basis) for basis in document["bases"]),
            duties=tuple(Duty(stage=duty["stage"], text=duty["text"]) for duty in document["duties"]),
            grounds=tuple(document["grounds"]),
            fee=document["fee"],
            fee_basis=document["fee_basis"],
            statutory=term_of(document["statutory"]),
            promised=term_of(document["promised"]),
            telephone=document["telephone"],
            passes_on=document["passes_on"],
        )


def fingerprint(text: PowerText, flowchart: str) -> str:
    """The SHA-256 of a version: of what it says and of its flowchart's fingerprint."""
    said = {"text": text.document(), "flowchart": flowchart}
    return hashlib.sha256(
        json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def cleaned(text: PowerText) -> PowerText:
    """Return the text with plain words. Raises `Invalid` for what is no power."""
    promised = terms.checked(text.promised, field="promised")
    statutory = terms.checked(text.statutory, field="statutory")
    if promised and statutory and terms.is_longer(promised, statutory):
        raise Invalid(N_("承诺的期限比法定期限还长。"), field="promised")
    if len(text.bases) > MOST_BASES or len(text.duties) > MOST_LINES or len(text.grounds) > MOST_LINES:
        raise Invalid(N_("依据、责任或追责情形的条数太多。"), field="bases")
    telephone = _line(text.telephone, "telephone", SHORT_LIMIT)
    if telephone and not _TELEPHONE.fullmatch(telephone):
        raise Invalid(N_("电话只能有数字、空格、短横和“转”。"), field="telephone")
    return PowerText(
        name=_line(text.name, "name", NAME_LIMIT, required=True),
        kind=text.kind,
        section=_line(text.section, "section", SHORT_LIMIT),
        post=_line(text.post, "post", SHORT_LIMIT),
        bases=tuple(cleaned_basis(basis) for basis in text.bases),
        duties=tuple(
            Duty(
                stage=_line(duty.stage, "duties", SHORT_LIMIT, required=True),
                text=_line(duty.text, "duties", LONG_LIMIT, required=True),
            )
            for duty in text.duties
        ),
        grounds=tuple(_line(ground, "grounds", LONG_LIMIT, required=True) for ground in text.grounds),
        fee=_line(text.fee, "fee", LONG_LIMIT),
        fee_basis=_line(text.fee_basis, "fee_basis", LONG_LIMIT, required=bool(text.fee.strip())),
        statutory=statutory,
        promised=promised,
        telephone=telephone,
        passes_on=text.passes_on,
    )


def check_publishable(text: PowerText) -> None:
    """Raise `Invalid` for a text that the public cannot be shown: no basis, nobody who answers for it."""
    if not text.bases:
        raise Invalid(N_("公布前至少要写一条法律依据。"), field="bases")
    if not text.post:
        raise Invalid(N_("公布前要写由哪个岗位负责。"), field="post")


def cleaned_basis(basis: LegalBasis) -> LegalBasis:
    if basis.from_on and basis.until_on and basis.until_on < basis.from_on:
        raise Invalid(N_("依据的失效日在生效日以前。"), field="bases")
    url = basis.url.strip()
    if url and (len(url) > URL_LIMIT or not _URL.fullmatch(url)):
        raise Invalid(N_("依据的链接应以 http:// 或 https:// 开头。"), field="bases")
    return LegalBasis(
        law=_line(basis.law, "bases", LAW_LIMIT, required=True),
        article=_line(basis.article, "bases", ARTICLE_LIMIT),
        text=_line(basis.text, "bases", LONG_LIMIT),
        url=url,
        from_on=basis.from_on,
        until_on=basis.until_on,
        note=_line(basis.note, "bases", SHORT_LIMIT),
    )


def _line(text: str, field: str, limit: int, *, required: bool = False) -> str:
    """Words on one line, without the stroke that parts cells of a table."""
    plain = cleaned_text(text.replace("|", "｜"), field=field, limit=limit, required=required)
    return " ".join(plain.split())


def basis_document(basis: LegalBasis) -> dict[str, Any]:
    said: dict[str, Any] = {"law": basis.law}
    for name in ("article", "text", "url", "note"):
        if value := getattr(basis, name):
            said[name] = value
    for name in ("from_on", "until_on"):
        if value := getattr(basis, name):
            said[name] = value.isoformat()
    return said


def basis_of(said: Mapping[str, Any]) -> LegalBasis:
    return LegalBasis(
        law=said["law"],
        article=said.get("article", ""),
        text=said.get("text", ""),
        url=said.get("url", ""),
        from_on=date.fromisoformat(said["from_on"]) if "from_on" in said else None,
        until_on=date.fromisoformat(said["until_on"]) if "until_on" in said else None,
        note=said.get("note", ""),
    )
