"""What a posting says, and how it is bound to the version before it by a hash that anybody can compute again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

PICTURE = "image/jpeg"  # as every picture is kept
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))  # made once


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A table in a posting: a heading and rows of as many cells."""

    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class FileNamed:
    """A file that belongs to a version."""

    token: str
    name: str
    sha256: str
    size: int
    media_type: str
    caption: str = ""

    @property
    def is_picture(self) -> bool:
        return self.media_type == PICTURE


@dataclass(frozen=True, kw_only=True)
class Content:
    """Everything that a version of a posting says."""

    title: str
    body: str = ""
    table: Listed = Listed()
    files: Sequence[FileNamed] = ()

    def document(self) -> dict[str, Any]:
        """Return the content as plain values, the form in which it is kept and hashed."""
        return {
            "title": self.title,
            "body": self.body,
            "columns": list(self.table.columns),
            "rows": [list(row) for row in self.table.rows],
            "files": [
                {
                    "token": file.token,
                    "name": file.name,
                    "sha256": file.sha256,
                    "size": file.size,
                    "media_type": file.media_type,
                    "caption": file.caption,
                }
                for file in self.files
            ],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(
            title=document["title"],
            body=document["body"],
            table=Listed(columns=document["columns"], rows=document["rows"]),
            files=tuple(FileNamed(**file) for file in document["files"]),
        )


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return JSON in one form only: sorted names, no needless spaces, UTF-8."""
    return _JSON.encode(document).encode()


def fingerprint(document: Mapping[str, Any], *, before: str) -> str:
    """Return the SHA-256 of a version: of its content and of the hash of the version before it (empty for the first)."""
    return hashlib.sha256(canonical({"before": before, "content": dict(document)})).hexdigest()
