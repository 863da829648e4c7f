"""The public pages and the addresses that their forms post to."""

from evalapp.portal.views import (
    again,
    conventions,
    explaining,
    finding,
    following,
    journal,
    kiosk,
    residents,
    speaking,
    units,
    watching,
)
from evalapp.portal.views.blueprint import blueprint
from evalapp.portal.views.kiosk import WITHOUT_TOKEN

__all__ = [
    "WITHOUT_TOKEN",
    "again",
    "blueprint",
    "conventions",
    "explaining",
    "finding",
    "following",
    "journal",
    "kiosk",
    "residents",
    "speaking",
    "units",
    "watching",
]
