"""The append-only public log and its formats; it knows nothing of ballots."""
