"""What an address asks for beside its path; what is not well formed counts as not asked."""

import re
from datetime import date

from flask import request

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def month(name: str) -> date | None:
    """The first day of a month asked for as 2026-06; none otherwise."""
    asked = request.args.get(name, "")
    return date.fromisoformat(f"{asked}-01") if _MONTH.fullmatch(asked) else None
