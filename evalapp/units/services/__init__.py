"""Changing units."""

from evalapp.units.services.following import notify_desk, title_topic, topic_of
from evalapp.units.services.importing import Imported, import_units
from evalapp.units.services.members import assign_staff, name_head, release_staff
from evalapp.units.services.profile import FunctionText, PostText, write_contact, write_functions, write_posts
from evalapp.units.services.tree import add_unit, close_unit, edit_unit, move_unit, open_unit, reopen_unit

__all__ = [
    "FunctionText",
    "Imported",
    "PostText",
    "add_unit",
    "assign_staff",
    "close_unit",
    "edit_unit",
    "import_units",
    "move_unit",
    "name_head",
    "notify_desk",
    "open_unit",
    "release_staff",
    "reopen_unit",
    "title_topic",
    "topic_of",
    "write_contact",
    "write_functions",
    "write_posts",
]
