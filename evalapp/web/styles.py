"""The hashes of the styles that the player's controls bring along, for the policy of pages that hold it."""

import json
from functools import cache
from pathlib import Path

_MANIFEST = Path(__file__).parent.parent / "static" / "vendor" / "manifest.json"


@cache
def player_hashes() -> tuple[str, ...]:
    """Return the hashes as the policy quotes them; the set-up computed them from the installed version."""
    found: list[str] = json.loads(_MANIFEST.read_text())["player_style_hashes"]
    return tuple(f"'{value}'" for value in found)
