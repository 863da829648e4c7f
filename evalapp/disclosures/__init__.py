"""Boards: what a unit posts by its catalogue, where the money went, and what it should have posted and did not."""
