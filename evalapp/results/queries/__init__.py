"""Reading results: one module for an episode's, one for the league table, one for the office."""
