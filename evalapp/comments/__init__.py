"""Threads of residents' words, their moderation, and the units' replies."""
