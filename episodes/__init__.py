"""The media library: a recording in, a watchable episode out. Knows nothing of evalapp."""
