"""Letters and messages to residents, through the outbox of the database and a gateway."""
