"""What differs from place to place in item guides: how codes are made, by which subjects and life events one finds them."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_

Text = Annotated[str, Field(min_length=1, max_length=500)]
_KEY = re.compile(r"[a-z][a-z_]{1,23}")


class Axis(enum.StrEnum):
    """What an item is found by."""

    SUBJECT = "subject"
    EVENT = "event"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class ItemCodes(_Frozen):
    """How an item's code is made: that of its power and what follows."""

    suffix: Text
    example: Text
    source: Text


class ItemsProfile(_Frozen):
    """How a place keeps its item guides, with where that comes from."""

    name: Text
    source: Text
    code: ItemCodes
    subjects: dict[str, Text]
    events: dict[str, Text]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for names in (self.subjects, self.events):
            if not all(_KEY.fullmatch(key) for key in names) or len(set(names.values())) != len(names):
                raise ValueError("subjects and events have plain keys and different names")
        re.compile(self.code.suffix)
        return self

    def names(self, axis: Axis) -> Mapping[str, str]:
        return self.subjects if axis is Axis.SUBJECT else self.events

    def parted_code(self, code: str) -> tuple[str, str]:
        """Return an item's code and that of its power. Raises `Invalid` for one of another form."""
        wanted = "".join(code.split()).upper()
        found = re.fullmatch(f"(?P<power>.+?)(?:{self.code.suffix})", wanted)
        if found is None:
            raise Invalid(
                N_("事项编码是权力的编码加顺序号，应像 %(example)s 这样。"),
                field="code",
                example=self.code.example,
            )
        return wanted, found["power"]

    def key_of(self, axis: Axis, name: str) -> str:
        """Return the key of a subject or event by its key or its name. Raises `Invalid`."""
        names = self.names(axis)
        found = name if name in names else next((key for key, word in names.items() if word == name), None)
        if found is None:
            raise Invalid(
                N_("没有“%(name)s”这一类，可以写：%(names)s。"),
                field=f"{axis.value}s",
                name=name[:20],
                names="、".join(names.values()),
            )
        return found


@cache
def items_profile() -> ItemsProfile:
    """Return the profile that comes with the application."""
    text = resources.files("evalapp.powers").joinpath("profiles/items.json").read_text()
    return ItemsProfile.model_validate_json(text)
