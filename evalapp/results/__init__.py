"""Counting, statistics, publication by two people, the league table."""
