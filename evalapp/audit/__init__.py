"""What staff did: an entry for each act, written in the transaction of the act."""
