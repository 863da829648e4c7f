"""Tables of powers and of the items that people apply for under them."""

from evalapp.powers.models.items import (
    ItemDraft,
    ItemFile,
    ItemLabel,
    ItemVersion,
    ServiceItem,
)
from evalapp.powers.models.powers import KeptFlowchart, Power, PowerDraft, PowerVersion
from evalapp.powers.models.speech import Recorded

__all__ = [
    "ItemDraft",
    "ItemFile",
    "ItemLabel",
    "ItemVersion",
    "KeptFlowchart",
    "Power",
    "PowerDraft",
    "PowerVersion",
    "Recorded",
    "ServiceItem",
]
