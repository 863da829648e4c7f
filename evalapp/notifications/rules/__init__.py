"""Decisions about letters: what they say, when they go, and how they are stopped."""

DELIVER = "notifications.deliver"  # the job that hands a letter to its gateway
TELL_ALL = "notifications.tell_all"  # the job that writes notices to everybody who agreed to a purpose
