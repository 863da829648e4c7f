"""Changing cases: taking events in, keeping what follows from them.

Whoever builds pages calls `take_events` (a desk hands in one item by `Channel.DESK`), and reads by `evalapp.approvals.queries`.
"""

from evalapp.approvals.services.profiles import adopt_lights, adopt_profile, profile_in_force
from evalapp.approvals.services.taking import Taken, take_events

__all__ = ["Taken", "adopt_lights", "adopt_profile", "profile_in_force", "take_events"]
