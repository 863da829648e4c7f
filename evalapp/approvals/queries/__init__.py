"""Reading cases, and what they run under."""
