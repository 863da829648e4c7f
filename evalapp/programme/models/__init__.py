"""Tables of the programme."""

from evalapp.programme.models.planning import Episode, Season

__all__ = ["Episode", "Season"]
