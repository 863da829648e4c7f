"""Where the templates are, and the environment that renders them."""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from flask import templating


class Environment(templating.Environment):
    """Flask's, in which templates share the names of all: none has names of its own.

    Jinja lays an empty mapping over them for each template and compares through it at every import of every page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals


def folder() -> Path:
    """Return the folder of the templates."""
    inside = Path(__file__).parent.parent / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"
