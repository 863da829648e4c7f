"""Changing what stands on boards."""

from evalapp.disclosures.services.asking import (
    QuestionText,
    ask,
    erase_asker,
    grade,
    on_resident_erased,
    reopen,
)
from evalapp.disclosures.services.boards import ensure_board, on_unit_added, set_board
from evalapp.disclosures.services.importing import Imported, import_statement
from evalapp.disclosures.services.posting import (
    Wording,
    add_file,
    drop_draft,
    publish,
    remove_file,
    revise,
    withdraw,
    write,
)
from evalapp.disclosures.services.statements import (
    drop_statement,
    publish_statement,
    set_budget,
    withdraw_statement,
)

__all__ = [
    "Imported",
    "QuestionText",
    "Wording",
    "add_file",
    "ask",
    "drop_draft",
    "drop_statement",
    "ensure_board",
    "erase_asker",
    "grade",
    "import_statement",
    "on_resident_erased",
    "on_unit_added",
    "publish",
    "publish_statement",
    "remove_file",
    "reopen",
    "revise",
    "set_board",
    "set_budget",
    "withdraw",
    "withdraw_statement",
    "write",
]
