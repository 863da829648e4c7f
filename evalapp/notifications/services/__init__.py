"""Writes topics and news, letters and what becomes of them, and the notices of desks."""

from evalapp.notifications.services.everybody import tell_all, tell_batch
from evalapp.notifications.services.letters import (
    drop_all,
    notify,
    on_notices_stopped,
    on_resident_gone,
    tell_residents,
    tell_staff,
)
from evalapp.notifications.services.staff import mark_seen, notify_staff, take_back
from evalapp.notifications.services.topics import (
    FAN_OUT,
    FORGET_FOLLOWER,
    follow,
    notify_topic,
    on_follower_gone,
    open_topic,
    retitle,
    set_rhythm,
    unfollow,
    withdraw_topic,
)

__all__ = [
    "FAN_OUT",
    "FORGET_FOLLOWER",
    "drop_all",
    "follow",
    "mark_seen",
    "notify",
    "notify_staff",
    "notify_topic",
    "on_follower_gone",
    "on_notices_stopped",
    "on_resident_gone",
    "open_topic",
    "retitle",
    "set_rhythm",
    "take_back",
    "tell_all",
    "tell_batch",
    "tell_residents",
    "tell_staff",
    "unfollow",
    "withdraw_topic",
]
