"""What the public pages change of their own: the index of the search."""
