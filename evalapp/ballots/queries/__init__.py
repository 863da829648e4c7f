"""Reading boxes and ballots; one module a reader."""
