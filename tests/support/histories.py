# ruff: noqa: DTZ001  naive moments of one district
"""Random histories of cases: mostly sensible, often late, doubled, out of place or out of order."""

import random
from datetime import datetime, timedelta

TERMS = ("5 个工作日", "5 个工作日", "10 个工作日", "3 日", "15 日", "1 个月", "2 个工作小时", "90 分钟", "")
LAWS = ("20 个工作日", "20 个工作日", "30 日", "4 个工作小时", "")
STEPS = {
    "check": {"title": "审查", "term": "3 个工作日", "pauses": False},
    "look": {"title": "现场核查", "term": "5 个工作日", "pauses": True},
    "sign": {"title": "签批", "term": "2 个工作小时", "pauses": False},
    "print": {"title": "制证", "term": "", "pauses": False},
}
WAYS = (
    "submitted accepted step_begun step_ended decided delivered",
    "submitted papers_asked supplied accepted step_begun paused resumed step_ended decided",
    "submitted accepted paused",
    "accepted step_begun extended step_ended step_begun decided delivered",
    "submitted refused",
    "submitted accepted step_begun",
    "submitted papers_asked papers_asked accepted charged complained",
    "submitted accepted paused resumed paused resumed decided",
    "submitted",
    "submitted accepted extended",
    "decided delivered complained",
    "submitted accepted withdrawn",
)
KINDS = sorted({kind for way in WAYS for kind in way.split()})
BEGINNINGS = (datetime(2025, 9, 1), datetime(2025, 12, 20), datetime(2026, 1, 20), datetime(2026, 4, 20))
_NEAR = (3, 40, 200, 600, 1500, 3000, 6000)


def basis_of(rng: random.Random) -> dict:
    return {
        "promised": rng.choice(TERMS),
        "statutory": rng.choice(LAWS),
        "is_free": rng.random() < 0.5,
        "steps": STEPS,
    }


def history(rng: random.Random) -> list[dict]:
    """Events as they arrive, in the order of their arrival."""
    kinds = rng.choice(WAYS).split()
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        kinds.insert(rng.randrange(len(kinds) + 1), rng.choice(KINDS))
    at = rng.choice(BEGINNINGS) + timedelta(minutes=rng.randrange(60 * 24 * 40))
    events, step = [], rng.choice(list(STEPS))
    for number, kind in enumerate(kinds):
        if kind == "step_begun":
            step = rng.choice(list(STEPS))
        events.append(event(rng, f"e{number:02}", kind, at, step=step))
        at += timedelta(minutes=rng.randrange(rng.choice(_NEAR)))
    return sorted(events, key=lambda each: each["received"])


def event(rng: random.Random, key: str, kind: str, at: datetime, *, step: str) -> dict:
    return {
        "key": key,
        "kind": kind,
        "occurred": at,
        "received": max(at - timedelta(minutes=9), at + timedelta(minutes=delay(rng))),
        "channel": rng.choice(("desk", "feed", "feed")),
        "step": step if rng.random() < 0.95 else "nowhere",
        "ground": "hearing" if rng.random() < 0.9 else "holiday",
        "reason": "有理由" if rng.random() < 0.8 else "",
        "approved_by": "分管领导" if rng.random() < 0.9 else "",
        "days": rng.choice((5, 10, 10, 15, 20)),
        "joint": rng.random() < 0.15,
        "granted": rng.random() < 0.8,
        "unlisted": rng.random() < 0.2,
    }


def delay(rng: random.Random) -> int:
    """In minutes; a clock that is wrong is up to ten minutes ahead."""
    return rng.choice((-9, 0, 0, 0, 1, 5, 29, 30, 31, 200, 900, 4000))
