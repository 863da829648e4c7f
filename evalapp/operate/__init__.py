"""What an operator does: set up, migrate, serve, back up and restore, find out what is wrong."""
