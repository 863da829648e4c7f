"""Decisions about powers: their kinds and codes, what a version says, flowcharts as data."""
