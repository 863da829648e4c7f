"""What a case's events mean: its course, its clocks, its lamp, its cards."""
