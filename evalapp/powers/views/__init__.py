"""Powers and item guides for the public, one module each."""
