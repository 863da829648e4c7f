"""Cases from submission to completion: their events, their clocks, and what is said of them in time."""
