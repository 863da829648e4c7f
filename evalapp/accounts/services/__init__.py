"""Changing residents, staff and who is signed in."""
