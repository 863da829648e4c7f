"""Changing results: counting, setting apart, preparing, publishing, forgetting."""
