"""Decisions about units: what may stand under what, how they are written and ordered."""
