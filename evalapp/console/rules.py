"""What stands in the rail of the desks: each entry shows to whoever holds its permission."""

from evalapp.web.page import RailEntry

RAIL: tuple[RailEntry, ...] = ()
