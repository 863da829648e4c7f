"""What stands in the rail of the desks: each entry shows to whoever holds its permission."""

from dataclasses import dataclass

from evalapp.core.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class RailEntry:
    """An entry in the rail. `label` is a source text (mark it with `N_`)."""

    permission: Permission
    endpoint: str
    label: str
    icon: str


RAIL: tuple[RailEntry, ...] = ()
