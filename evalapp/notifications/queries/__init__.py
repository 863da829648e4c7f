"""Reading about letters, topics and desks."""
