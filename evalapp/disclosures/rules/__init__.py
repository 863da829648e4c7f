"""Decisions about boards, without a database."""
