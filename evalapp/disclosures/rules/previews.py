"""What is seen of a document before it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from evalapp.disclosures.rules.contents import Listed


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One of these, or nothing where a document cannot be looked at."""

    is_picture: bool = False
    text: str = ""
    table: Listed = field(default_factory=Listed)

    def document(self) -> dict[str, Any]:
        """Return it as plain values, the form in which it is kept; empty for nothing."""
        if self.is_picture:
            return {"picture": True}
        if self.text:
            return {"text": self.text}
        if self.table.rows:
            return {"columns": list(self.table.columns), "rows": [list(row) for row in self.table.rows]}
        return {}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        return cls(
            is_picture=kept.get("picture", False),
            text=kept.get("text", ""),
            table=Listed(columns=kept.get("columns", ()), rows=kept.get("rows", ())),
        )
