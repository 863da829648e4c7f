"""Matters that units answer for: their clocks, reminders, notices and rectifications, whatever they are about."""
