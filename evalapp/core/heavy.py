"""Libraries that take tens of megabytes and that few processes need: loaded at first use, through this one door."""

import importlib
from typing import Any, Literal


def heavy(name: Literal["rjieba", "xlsxwriter"]) -> Any:
    """Return a library: rjieba holds a dictionary of 34 MB, xlsxwriter is 11 MB. A web worker has neither until it must."""
    return importlib.import_module(name)
