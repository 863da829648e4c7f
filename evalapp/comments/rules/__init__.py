"""Decisions about comments: their states, how words are counted and masked, what is sealed."""
