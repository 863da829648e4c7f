"""The public pages and the addresses that their forms post to."""

from evalapp.portal.views import (
    again,
    conventions,
    explaining,
    finding,
    following,
    journal,
    residents,
    speaking,
    units,
    watching,
)
from evalapp.portal.views.blueprint import blueprint

__all__ = [
    "again",
    "blueprint",
    "conventions",
    "explaining",
    "finding",
    "following",
    "journal",
    "residents",
    "speaking",
    "units",
    "watching",
]
