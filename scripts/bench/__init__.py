"""Measurements with their commands: ballots against a bare floor."""
