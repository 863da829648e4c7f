"""What is kept how long and why, the one job that removes what is over, and the record of what it removed."""
