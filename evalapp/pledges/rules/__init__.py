"""Decisions about pledges: terms, what the evidence says of them, how two wordings differ."""
