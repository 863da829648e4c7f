"""Changing pledges and highlights."""

from evalapp.pledges.services.highlights import (
    HighlightWording,
    make_highlight,
    report_progress,
    reword_highlight,
    withdraw_highlight,
)
from evalapp.pledges.services.importing import Imported, import_pledges
from evalapp.pledges.services.pledges import PledgeWording, make_pledge, reword_pledge, withdraw_pledge

__all__ = [
    "HighlightWording",
    "Imported",
    "PledgeWording",
    "import_pledges",
    "make_highlight",
    "make_pledge",
    "report_progress",
    "reword_highlight",
    "reword_pledge",
    "withdraw_highlight",
    "withdraw_pledge",
]
