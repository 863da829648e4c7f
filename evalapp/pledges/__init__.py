"""Pledges and highlights, with every wording ever shown."""
