"""Powers and item guides for machines, one module each."""
