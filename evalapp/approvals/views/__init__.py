"""Public pages of cases and of the monitor."""
