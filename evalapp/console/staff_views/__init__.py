"""The desks' pages, one module a concern."""
