"""The public pages and the addresses that their forms post to."""

from evalapp.portal.views import explaining, finding, units, watching
from evalapp.portal.views.blueprint import blueprint

__all__ = ["blueprint", "explaining", "finding", "units", "watching"]
