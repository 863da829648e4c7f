"""Results: counting, integrity, statistics, publication, the league table."""
