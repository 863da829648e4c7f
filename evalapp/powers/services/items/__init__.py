"""Changing service items: drafts, versions of guides, their forms and samples, whole tables."""

from evalapp.powers.services.items.drafting import discard_draft, draft_item, save_draft
from evalapp.powers.services.items.files import add_file, new_token, remove_file
from evalapp.powers.services.items.importing import import_items
from evalapp.powers.services.items.publishing import publish_item, withdraw_item

__all__ = [
    "add_file",
    "discard_draft",
    "draft_item",
    "import_items",
    "new_token",
    "publish_item",
    "remove_file",
    "save_draft",
    "withdraw_item",
]
