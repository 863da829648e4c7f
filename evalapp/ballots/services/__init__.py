"""Changing boxes: one module a step of their life."""
