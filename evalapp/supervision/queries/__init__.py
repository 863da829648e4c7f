"""Reading matters, their clocks and what was done about them."""
