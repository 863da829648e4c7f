"""What supervision decides: states, terms, escalation; pure functions."""
