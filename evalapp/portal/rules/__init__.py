"""Decisions of the public pages: words of a search, which picture stands in for a missing one."""
