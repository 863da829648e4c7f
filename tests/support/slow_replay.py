# ruff: noqa: DTZ001, FBT001, PLR0917  naive moments of one district, plain functions: it is to be unlike the rules
"""Cases replayed slowly: day by day and minute by minute, from the raw data of the profiles, without the rules' code.

Moments are naive and in whole minutes of the district. What is answered: state, lamp, days left and points at a moment.
"""

import json
import re
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

import chinese_calendar

FOLDER = Path(__file__).parents[2] / "evalapp" / "approvals" / "profiles"
OWN = json.loads((FOLDER / "default.json").read_text())
LIGHTS = {
    said["key"]: said
    for said in (json.loads(file.read_text()) for file in sorted((FOLDER / "lights").iterdir()))
}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OFF, WORKED = set(chinese_calendar.constants.holidays), set(chinese_calendar.constants.workdays)
WINDOWS = [
    tuple(int(text[:2]) * 60 + int(text[3:]) for text in stretch) for stretch in OWN["window"]["stretches"]
]
ORDER = [
    "submitted",
    "papers_asked",
    "supplied",
    "accepted",
    "refused",
    "step_begun",
    "step_ended",
    "paused",
    "resumed",
    "extended",
    "charged",
    "decided",
    "delivered",
    "withdrawn",
    "complained",
]
FINAL = ("delivered", "refused", "withdrawn")


@cache
def works(day: date) -> bool:
    if day.weekday() >= 5:
        return day in WORKED
    return day not in OFF


@cache
def parsed(text: str) -> tuple[int, str]:
    """30 日 is (30, "日")."""
    found = re.fullmatch(r"(\d+) (.+)", text)
    return int(found[1]), found[2]


def in_hours(text: str) -> bool:
    return "小时" in text or "分钟" in text


def taken_out(day: date, pauses) -> str:
    """Whether a pause takes a day out: for good, "open" for one without an end, or not at all."""
    for notice, end in pauses:
        if day > notice and end is None:
            return "open"
    return "yes" if any(notice < day <= end for notice, end in pauses if end) else ""


def first_day(day: date) -> date:
    while not works(day):
        day += DAY
    return day


def length(text: str, first: date, more: int) -> int:
    number, unit = parsed(text)
    if unit != "个月":
        return number + more
    year, month = first.year, first.month
    for _ in range(number):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    for last in (first.day, 30, 29, 28):
        try:
            return (date(year, month, min(last, first.day)) - first).days
        except ValueError:
            continue
    raise AssertionError


@lru_cache(maxsize=50_000)
def over_at(text: str, start: datetime, pauses=(), more: int = 0, percent: int = 100) -> datetime | None:
    number, unit = parsed(text)
    if in_hours(text):
        left = (number * 60 if "小时" in unit else number) * percent // 100
        return minutes_on(start, left, pauses, windows="工作" in unit)
    at = first_day(start.date())
    left = length(text, at, more) * percent // 100
    while left:
        at += DAY
        out = taken_out(at, pauses)
        if out == "open":
            return None
        if not out and (works(at) or unit != "个工作日"):
            left -= 1
    if percent == 100 and unit != "个工作日":
        while not works(at):
            at += DAY
    return midnight_after(at)


def minutes_on(start: datetime, left: int, pauses, *, windows: bool) -> datetime | None:
    at = start
    while True:
        out = taken_out(at.date(), pauses)
        if out == "open":
            return None
        counting = [] if out else minutes_of(at.date(), windows)
        here = [minute for minute in counting if minute >= at.hour * 60 + at.minute]
        if left <= len(here):
            last = here[left - 1] if left else here[0] - 1
            return datetime(at.year, at.month, at.day) + MINUTE * (last + 1)
        left -= len(here)
        at = midnight_after(at.date())


@cache
def minutes_of(day: date, windows: bool) -> list[int]:
    """The minutes of a day that count."""
    if not windows:
        return list(range(24 * 60))
    return [minute for opens, shuts in WINDOWS for minute in range(opens, shuts)] if works(day) else []


def midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day) + DAY


def working_days_on(day: date, number: int) -> date:
    step = DAY if number > 0 else -DAY
    while number:
        day += step
        if works(day):
            number += 1 if number < 0 else -1
    return day


@lru_cache(maxsize=50_000)
def mark(kind: str, amount: int, text: str, start: datetime, due: datetime, pauses, more: int) -> datetime:
    if kind == "days" and amount < 0 and in_hours(text):
        kind, amount = "percent", OWN["window"]["near_percent"]
    if kind == "percent":
        return max(start, over_at(text, start, pauses, more, amount))
    if amount == 0:
        return due
    return max(start, midnight_after(working_days_on((due - timedelta(seconds=1)).date(), amount)))


def counts_at(event) -> tuple[datetime, bool]:
    """By which moment an event counts, and whether it was entered after the fact."""
    if event["channel"] == "desk":
        in_time = event["received"] - event["occurred"] < timedelta(minutes=OWN["grace"]["desk_minutes"])
    else:
        day, left = first_day(event["occurred"].date()), OWN["grace"]["feed_days"]
        while left:
            day += DAY
            left -= works(day)
        in_time = event["received"] < midnight_after(day)
    return (event["occurred"], False) if in_time else (event["received"], True)


class Replay:
    """One case, told again from its beginning."""

    def __init__(self, events, basis) -> None:
        self.basis = basis
        lines = []
        for event in events:
            at, late = counts_at(event)
            lines.append((at, event["occurred"], ORDER.index(event["kind"]), event["key"], late, event))
        lines.sort(key=lambda line: line[:4])
        self.state, self.accepted, self.decided, self.closed = "unclear", None, None, None
        self.waits, self.steps, self.pauses, self.open = [], [], [], {}
        self.joint, self.more, self.asked = False, 0, 0
        self.wrong: list[tuple[str, str, datetime]] = []
        entered_late = False
        for at, _, _, _, late, event in lines:
            if late and event["kind"] != "complained" and not entered_late:
                entered_late = True
                self.wrong.append(("offline", "", at))
            self.tell(event, at)
        self.all_clocks = list(self.told_clocks())

    def tell(self, event, at: datetime) -> None:  # noqa: C901, PLR0912  one thing after another, on purpose
        kind, state = event["kind"], self.state
        early = state in ("unclear", "submitted", "awaiting_papers")
        running = state in ("accepted", "paused")
        begins = ("submitted", "papers_asked", "accepted", "refused", "decided")
        known = event.get("step") in self.basis["steps"]
        if state == "unclear" and (kind in begins or (kind == "step_begun" and known)):
            self.state = state = "submitted"
            self.waits.append([at, None])
            if kind == "submitted":
                return
        if kind == "papers_asked" and (early or running):
            self.asked += 1
            if self.asked >= 2:
                self.wrong.append(("papers_twice", str(self.asked), at))
            if state == "submitted":
                self.waits[-1][1], self.state = at, "awaiting_papers"
        elif kind == "supplied" and state == "awaiting_papers":
            self.state = "submitted"
            self.waits.append([at, None])
        elif kind == "accepted" and early:
            self.accept(event, at)
        elif kind == "refused" and early:
            self.reasoned(event, at)
            self.close(at, "refused")
        elif kind == "step_begun" and known and (early or running):
            if all(key != event["step"] or end for key, _, end in self.steps):
                self.steps.append([event["step"], at, None])
                if self.accepted and self.basis["steps"][event["step"]]["pauses"]:
                    self.hold(event["step"], at)
        elif kind == "step_ended":
            for step in self.steps:
                if step[0] == event["step"] and step[2] is None:
                    step[2] = at
                    self.go_on(event["step"], at)
        elif kind == "paused" and running and event["ground"] in OWN["grounds"] and "*" not in self.open:
            self.hold("*", at)
        elif kind == "resumed":
            self.go_on("*", at)
        elif kind == "extended" and running and not self.more:
            if 1 <= event["days"] <= OWN["extension"]["joint_days" if self.joint else "days"]:
                self.reasoned(event, at)
                if event["reason"] and event["approved_by"]:
                    self.more = event["days"]
        elif kind == "charged" and state != "unclear":
            if event["unlisted"] or self.basis["is_free"]:
                self.wrong.append(("fee", event["key"], at))
        elif kind == "decided" and (early or running):
            if early:
                self.accept(event, at)
            if not event["granted"]:
                self.reasoned(event, at)
            self.end_all(at)
            self.state, self.decided = "decided", at
        elif kind == "delivered" and state == "decided":
            self.close(at, "delivered")
        elif kind == "withdrawn" and state not in (*FINAL, "unclear"):
            self.close(at, "withdrawn")
        elif kind == "complained" and state != "unclear":
            self.wrong.append(("complaint", event["key"], at))

    def accept(self, event, at: datetime) -> None:
        if self.state == "submitted":
            self.waits[-1][1] = at
        self.state, self.accepted, self.joint = "accepted", at, event["joint"]
        for key, _, end in self.steps:
            if end is None and self.basis["steps"][key]["pauses"]:
                self.hold(key, at)

    def reasoned(self, event, at: datetime) -> None:
        if not event["reason"]:
            self.wrong.append(("no_reasons", event["kind"], at))

    def hold(self, name: str, at: datetime) -> None:
        self.open[name], self.state = at.date(), "paused"

    def go_on(self, name: str, at: datetime) -> None:
        if name in self.open:
            self.pauses.append((self.open.pop(name), at.date()))
            if not self.open and self.state == "paused":
                self.state = "accepted"

    def end_all(self, at: datetime) -> None:
        for name in list(self.open):
            self.go_on(name, at)
        for wait in self.waits:
            wait[1] = wait[1] or at
        for step in self.steps:
            step[2] = step[2] or at

    def close(self, at: datetime, state: str) -> None:
        self.end_all(at)
        self.state, self.closed = state, at

    def clocks(self):
        return self.all_clocks

    def told_clocks(self):
        """Each clock: trigger, part, term, start, end, pauses, extension."""
        every = tuple(self.pauses + [(notice, None) for notice in self.open.values()])
        for number, (start, end) in enumerate(self.waits, 1):
            yield "acceptance", str(number), OWN["acceptance"]["term"], start, end, (), 0
        if self.accepted:
            law = OWN["joint"]["term"] if self.joint else self.basis["statutory"]
            for trigger, text in (("promise", self.basis["promised"]), ("statutory", law)):
                if text:
                    more = 0 if in_hours(text) or "月" in text else self.more
                    yield trigger, "", text, self.accepted, self.decided or self.closed, every, more
        for number, (key, start, end) in enumerate(self.steps, 1):
            rule = self.basis["steps"][key]
            if rule["term"]:
                held = () if rule["pauses"] else every
                yield "step", f"{key}.{number}", rule["term"], start, end, held, 0
        if self.decided:
            yield "delivery", "", OWN["delivery"]["term"], self.decided, self.closed, (), 0

    def lit(self, lights, now: datetime):
        """The colours that are lit at `now`, those of cards apart: [(colour, is a card)]."""
        for trigger, _, text, start, end, pauses, more in self.clocks():
            due = over_at(text, start, pauses, more)
            for colour in ("yellow", "red"):
                said = lights["clocks"][trigger].get(colour)
                if said is None or due is None:
                    continue
                ((kind, amount),) = said.items()
                at = mark(kind, amount, text, start, due, pauses, more)
                if at > now or (end and not due <= at <= end):
                    continue
                yield colour, at >= due
        for trigger, _, at in self.wrong:
            colour = lights["breaches"][trigger]["colour"]
            if colour and at <= now:
                yield colour, True

    def seen(self, lights, now: datetime) -> tuple[str, int]:
        """The lamp, and the points."""
        lit = list(self.lit(lights, now))
        colours = {colour for colour, _ in lit}
        lamp = "bad" if "red" in colours else "warn" if "yellow" in colours else "ok"
        return lamp, self.bonus(now) - sum(OWN["points"][colour] for colour, card in lit if card)

    def bonus(self, now: datetime) -> int:
        if self.decided and self.decided <= now:
            for trigger, _, text, start, end, pauses, more in self.clocks():
                if trigger in ("promise", "statutory"):
                    return OWN["points"]["on_time"] if end < over_at(text, start, pauses, more) else 0
        return 0

    def left(self, now: datetime) -> int | None:
        """Days left of what people read, or minutes; negative when it is over."""
        wanted = {
            "submitted": ("acceptance",),
            "accepted": ("promise", "statutory"),
            "paused": ("promise", "statutory"),
            "decided": ("delivery",),
        }.get(self.state, ())
        for trigger, _, text, start, end, pauses, more in self.clocks():
            if trigger in wanted and end is None:
                due = over_at(text, start, pauses, more)
                if in_hours(text):
                    return self.minutes_left(text, start, due, pauses, now)
                return self.days_left(text, start, due, pauses, more, now)
        return None

    def days_left(self, text, start, due, pauses, more, now: datetime) -> int:
        first, working = first_day(start.date()), parsed(text)[1] == "个工作日"

        def between(day: date, last: date) -> int:
            number = 0
            while day < last:
                day += DAY
                number += works(day) or not working
            return number

        if due is None:
            day, left = first, length(text, first, more)
            while True:
                day += DAY
                out = taken_out(day, pauses)
                if out == "open":
                    return left
                left -= not out and (works(day) or not working)
        last, today = (due - timedelta(seconds=1)).date(), max(now.date(), first)
        return between(today, last) if today <= last else -between(last, today)

    def minutes_left(self, text, start, due, pauses, now: datetime) -> int:
        windows = "工作" in text
        number, unit = parsed(text)
        total = number * 60 if "小时" in unit else number

        def between(begin: datetime, end: datetime, pauses) -> int:
            number, at = 0, begin
            while at < end:
                stops = min(end, midnight_after(at.date()))
                first = at.hour * 60 + at.minute
                last = first + (stops - at) // MINUTE
                if not taken_out(at.date(), pauses):
                    number += sum(first <= minute < last for minute in minutes_of(at.date(), windows))
                at = stops
            return number

        if due is None:
            held = min(notice for notice, end in pauses if end is None)
            return total - between(start, midnight_after(held), pauses)
        return between(now, due, pauses) if now <= due else -between(due, now, ())
