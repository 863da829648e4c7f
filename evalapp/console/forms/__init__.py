"""What staff fill in, one module a concern."""
