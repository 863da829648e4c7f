"""Reads the role matrix, and names what an application answers."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Flask

COLUMNS = (
    "anonymous",
    "resident",
    "neighbour",
    "office",
    "unit_a",
    "unit_b",
    "station",
    "auditor",
    "administrator",
)
TABLE = Path(__file__).parents[1] / "house" / "role_matrix.toml"


@cache
def matrix() -> dict[str, dict[str, int]]:
    """The checked-in table: `METHOD /route` → column → expected status."""
    rows = tomllib.loads(TABLE.read_text())["routes"]
    return {name: dict(zip(COLUMNS, map(int, cells.split()), strict=True)) for name, cells in rows.items()}


def asked_of(app: Flask) -> Iterator[str]:
    """`METHOD /route` for everything that the application answers, but for the automatic OPTIONS and HEAD."""
    for rule in app.url_map.iter_rules():
        methods = rule.methods - {"OPTIONS"}
        for method in sorted(methods - {"HEAD"} if "GET" in methods else methods):
            yield f"{method} {rule.rule}"
