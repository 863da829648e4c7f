"""What differs from place to place in a power list: how codes are made, which stages each kind has; with its source."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.rules.flow.graph import Risk
from evalapp.powers.rules.kinds import PowerKind

Text = Annotated[str, Field(min_length=1, max_length=500)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class CodeRules(_Frozen):
    """How a code is made; the group `kind` of the pattern holds the letters of its kind."""

    pattern: Text
    example: Text
    source: Text


class PowersProfile(_Frozen):
    """How a place keeps its power list, with where that comes from."""

    name: Text
    source: Text
    code: CodeRules
    letters: dict[str, Text]
    stages: dict[str, tuple[Text, ...]]
    stages_source: Text
    applied_for: tuple[PowerKind, ...]  # kinds that people apply for: each power of them should have a guide
    applied_for_source: Text
    risks: dict[str, Text]
    risks_source: Text

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        kinds = {kind.value for kind in PowerKind}
        if self.letters.keys() != kinds or self.stages.keys() != kinds:
            raise ValueError("letters and stages are given for each of the ten kinds")
        if len(set(self.letters.values())) != len(kinds):
            raise ValueError("no two kinds have the same letters")
        if self.risks.keys() != {risk.value for risk in Risk}:
            raise ValueError("each of the three levels of risk has its meaning")
        if "kind" not in re.compile(self.code.pattern).groupindex:
            raise ValueError("the pattern of codes has a group called kind")
        return self

    def checked_code(self, code: str, kind: PowerKind) -> str:
        """Return a power's code. Raises `Invalid` for one of another form or with the letters of another kind."""
        wanted = "".join(code.split()).upper()
        found = re.fullmatch(self.code.pattern, wanted)
        if found is None:
            raise Invalid(
                N_("编码的格式不对，应像 %(example)s 这样。"), field="code", example=self.code.example
            )
        if found["kind"] != self.letters[kind]:
            raise Invalid(
                N_("编码里的类别字母是 %(found)s，这一类应是 %(letters)s。"),
                field="code",
                found=found["kind"],
                letters=self.letters[kind],
            )
        return wanted


@cache
def profile() -> PowersProfile:
    """Return the profile that comes with the application."""
    text = resources.files("evalapp.powers").joinpath("profiles/default.json").read_text()
    return PowersProfile.model_validate_json(text)
