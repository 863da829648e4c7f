"""What every domain stands on: tables, transactions, events, jobs, storage, clock, errors. Knows no Flask and no domain."""
