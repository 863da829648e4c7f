"""What a guide to a service item may say, which papers one needs, and how a table holds it."""
