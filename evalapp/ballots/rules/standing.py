"""In which group a person grades an episode."""

from __future__ import annotations

from collections.abc import Collection

PANEL, CLIENT, RESIDENT = "panel", "client", "resident"


def group_of(
    *, groups: Collection[str], first_ballot_in: str | None, invited_to: str | None, has_client_code: bool
) -> str | None:
    """The group of the first ballot for good; before it panel, then client, then resident; nobody else's box.

    An invitation may name any group of the profile: deputies and panel members are invited alike.
    """
    if first_ballot_in is not None:
        return first_ballot_in
    claims = (invited_to, CLIENT if has_client_code else None, RESIDENT)
    return next((claim for claim in claims if claim is not None and claim in groups), None)
