"""Reading boards."""
