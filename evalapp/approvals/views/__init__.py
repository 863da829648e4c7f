"""Public pages of cases."""
