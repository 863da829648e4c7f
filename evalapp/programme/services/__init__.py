"""Changing the programme: `planning` for seasons, episodes and airings, `recordings` for what the station delivers."""
