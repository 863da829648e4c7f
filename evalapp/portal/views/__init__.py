"""The public pages and the addresses that their forms post to."""

from evalapp.portal.views import explaining, finding, residents, speaking, units, watching
from evalapp.portal.views.blueprint import blueprint

__all__ = ["blueprint", "explaining", "finding", "residents", "speaking", "units", "watching"]
