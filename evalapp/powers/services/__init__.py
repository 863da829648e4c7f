"""Changing powers: drafts, versions, flowcharts, whole tables."""

from evalapp.powers.services.drafting import discard_draft, draft_power, save_draft
from evalapp.powers.services.importing import Imported, import_powers, read_powers
from evalapp.powers.services.publishing import publish_power, withdraw_power

__all__ = [
    "Imported",
    "discard_draft",
    "draft_power",
    "import_powers",
    "publish_power",
    "read_powers",
    "save_draft",
    "withdraw_power",
]
