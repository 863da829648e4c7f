"""Seasons, episodes, dossiers, recordings, recording slots and airings."""
