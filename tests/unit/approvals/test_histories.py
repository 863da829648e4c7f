"""Random histories, each against a slow replay that shares no code: state, lamp, what is left, points under each profile."""

import random
from collections import Counter as Count
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evalapp.approvals.rules import facts, folding, profile, reckoning
from evalapp.approvals.rules.counting import Counter
from evalapp.approvals.rules.facts import Basis, CaseEvent
from evalapp.approvals.rules.kinds import Channel, EventKind
from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar, announced
from tests.support import histories, slow_replay

OWN = profile.own()
COUNTER = Counter.of(announced(), OWN)
PROFILES = {key: profile.shipped(key) for key in profile.lights()}
ZONE = clock.zone()


def moment(naive: datetime) -> datetime:
    return naive.replace(tzinfo=ZONE)


def told(event: dict, calendar: WorkCalendar) -> CaseEvent:
    when = facts.timed(
        moment(event["occurred"]),
        moment(event["received"]),
        Channel(event["channel"]),
        grace=OWN.grace,
        calendar=calendar,
    )
    return CaseEvent(
        key=event["key"],
        kind=EventKind(event["kind"]),
        occurred_at=moment(event["occurred"]),
        counted_at=when.counted_at,
        is_late=when.is_late,
        step=event["step"],
        ground=event["ground"],
        reason=event["reason"],
        approved_by=event["approved_by"],
        days=event["days"],
        is_joint=event["joint"],
        is_granted=event["granted"],
        is_unlisted=event["unlisted"],
    )


def disagreements(number: int, *, first: int = 0, counter: Counter = COUNTER, tell=told) -> Count:
    """In what the rules and the slow replay differ, and how often, over so many histories."""
    found: Count = Count()
    for seed in range(first, first + number):
        rng = random.Random(seed)
        said, whole = histories.basis_of(rng), histories.history(rng)
        known = whole[: rng.randrange(len(whole)) + 1] if rng.random() < 0.5 else whole
        now = known[-1]["received"] + timedelta(minutes=10 + rng.randrange(rng.choice((60, 60 * 24 * 20))))
        basis = Basis.of(said)
        course = folding.course_of([tell(event, counter.calendar) for event in known], basis, OWN)
        replay = slow_replay.Replay(known, said)
        found["state"] += course.state.value != replay.state
        here = moment(now)
        for key, each in PROFILES.items():
            lights = slow_replay.LIGHTS[key]
            reckoned = reckoning.reckon(course, basis, each, counter)
            lamp, points = replay.seen(lights, now)
            found[f"lamp {key}"] += reckoning.lamp(reckoned.yellow_at, reckoned.red_at, here).value != lamp
            found[f"points {key}"] += reckoning.points(reckoned, OWN.points, here) != points
        left = reckoning.left(reckoned, counter, here)
        found["left"] += (left and left.amount) != replay.left(now)
    return +found


def test_random_histories_agree_with_the_slow_replay_under_each_profile() -> None:
    """The first few; `tests/integration/approvals` goes through twenty thousand."""
    assert disagreements(300) == Count()


def _without_make_up_days(_patch) -> dict:
    calendar = WorkCalendar(holidays=announced().holidays, make_up_days=frozenset())
    return {"counter": Counter.of(calendar, OWN)}


def _a_pause_ends_a_day_early(patch) -> dict:
    holds = folding._let_go

    def hasty(course, name, event):
        early = event.counted_at - timedelta(days=1)
        holds(course, name, replace(event, counted_at=max(early, course.submitted_at)))

    patch.setattr(folding, "_let_go", hasty)
    return {}


def _warnings_stay_when_a_clock_ends(patch) -> dict:
    patch.setattr(reckoning, "_is_put_out", lambda _clock, _at: False)
    return {}


def _late_entries_count_as_claimed(_patch) -> dict:
    def trusting(event, calendar):
        return replace(told(event, calendar), counted_at=moment(event["occurred"]))

    return {"tell": trusting}


def _a_second_acceptance_counts(patch) -> dict:
    def again(course, event, basis, profile):
        course.accepted_at = None
        return folding._accept(course, event, basis, profile)

    patch.setitem(folding._ACTS, EventKind.SUPPLIED, again)
    return {}


def _everybody_keeps_the_promise(patch) -> dict:
    patch.setattr(reckoning, "_kept_at", lambda course, _clocks: course.decided_at)
    return {}


def _an_extension_is_forgotten(patch) -> dict:
    patch.setitem(folding._ACTS, EventKind.EXTENDED, lambda *_: "")
    return {}


@pytest.mark.parametrize(
    ("defect", "aspects"),
    [
        (_without_make_up_days, {"lamp", "left"}),
        (_a_pause_ends_a_day_early, {"left"}),
        (_warnings_stay_when_a_clock_ends, {"lamp", "points"}),
        (_late_entries_count_as_claimed, {"lamp", "points", "left"}),
        (_a_second_acceptance_counts, {"state"}),
        (_everybody_keeps_the_promise, {"points"}),
        (_an_extension_is_forgotten, {"left"}),
    ],
)
def test_a_planted_defect_is_noticed(monkeypatch, defect, aspects) -> None:
    found = disagreements(200, first=400, **defect(monkeypatch))
    assert aspects <= {name.split()[0] for name in found}


def arrived(event: dict, rng: random.Random) -> dict:
    """The same event at another moment of its arrival, within the grace."""
    latest = 29 if event["channel"] == "desk" else 60 * 9
    return event | {"received": event["occurred"] + timedelta(minutes=rng.randrange(latest))}


def orders_that_matter(number: int, *, tell=told) -> int:
    """Of how many histories two orders of arrival within the grace make different things."""
    found = 0
    for seed in range(number):
        rng = random.Random(seed)
        basis, said = Basis.of(histories.basis_of(rng)), histories.history(rng)
        courses = []
        for _ in range(2):
            arrivals = sorted((arrived(event, rng) for event in said), key=lambda each: each["received"])
            courses.append(
                folding.course_of([tell(event, COUNTER.calendar) for event in arrivals], basis, OWN)
            )
        found += courses[0] != courses[1]
    return found


def test_within_the_grace_the_order_of_arrival_does_not_matter() -> None:
    assert orders_that_matter(500) == 0


def test_an_order_that_matters_is_noticed() -> None:
    """The planted defect: an event counts as of when it came."""

    def by_arrival(event, calendar):
        return replace(told(event, calendar), counted_at=moment(event["received"]))

    assert orders_that_matter(100, tell=by_arrival) > 0


def test_every_profile_shows_every_colour_in_the_histories() -> None:
    """What the twenty thousand are worth: no profile is always green."""
    seen = {key: set() for key in PROFILES}
    for seed in range(150):
        rng = random.Random(seed)
        basis, events = Basis.of(histories.basis_of(rng)), histories.history(rng)
        course = folding.course_of([told(event, COUNTER.calendar) for event in events], basis, OWN)
        for key, each in PROFILES.items():
            reckoned = reckoning.reckon(course, basis, each, COUNTER)
            for days in (0, 3, 12, 40):
                now = moment(events[-1]["received"] + timedelta(days=days))
                seen[key].add(reckoning.lamp(reckoned.yellow_at, reckoned.red_at, now))
    assert all(len(lamps) == 3 for lamps in seen.values())
