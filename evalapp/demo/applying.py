"""What people of 晴川区 apply for and how it goes: the cases of an item on a day, the same whenever they are asked for."""

import random
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate
from typing import Any

from evalapp.approvals.rules.kinds import EventKind
from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.demo import guides
from evalapp.demo.people import RESIDENTS

Lots = tuple[float, float]  # a part of all cases: from, and up to
_DAY, _MINUTES = timedelta(days=1), 24 * 60
_ONLINE = 0.13  # of a working day's cases, beside its own windows
_NUMBERED = 0.12  # leave a number
# Shares of the promised time that handling takes (least, usual, most), and how often it is over.
_MANNERS = {
    "swift": (0.05, 0.25, 0.7, 0.006),
    "steady": (0.15, 0.5, 0.95, 0.02),
    "tight": (0.4, 0.85, 1.0, 0.09),
    "late": (0.5, 0.95, 1.0, 0.24),
    "easy": (0.1, 0.2, 0.4, 0.0),
}
# The steps of a course that take time, with the post that does each. What is usually done within a day is short, the long
# step takes the rest, and one that pauses comes last.
_COURSES: dict[str, tuple[tuple[str, str], ...]] = {
    "simple": (("check", "承办科室"),),
    "inspected": (("take", "窗口"), ("visit", "核查组"), ("decide", "分管负责人")),
    "reviewed": (("take", "窗口"), ("read", "承办科室"), ("decide", "分管负责人")),
    "published": (("take", "窗口"), ("read", "承办科室"), ("show", "承办科室")),
    "urgent": (("take", "承办科室"),),
    "parallel": (("take", "综合窗口"), ("one", "主办部门")),
}
_LONG = {"check", "visit", "read", "one"}
_SHOWN = "show"
_MOST_CARELESS = 1.4  # with terms: people mind them
_GROUNDS = ("inspection", "test", "expert_review", "appraisal", "hearing")
_REFUSALS = (
    "不属于本单位职权范围，已告知向有权机关申请",
    "不符合办理条件，已书面说明",
    "同一事项正在办理，不重复受理",
)
_DENIALS = ("现场核查不符合条件", "申请人提供的情况与核实的不一致", "没有达到规定的标准")
_EXTENSIONS = ("情况复杂，需进一步核实", "等待有关部门回函", "现场整改后复核")


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that is applied for, and how its unit handles it."""

    unit: str
    letters: str  # its cases' numbers begin so
    name: str
    code: str
    weight: float
    manner: str
    flow: str
    promised: Term | None  # none: at once
    windows: tuple[str, ...]
    has_steps: bool
    careless: float
    is_charged: bool


@dataclass(kw_only=True)
class Life:
    """A case: its number, and what is said of it in order."""

    number: str
    said: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)

    @property
    def began_at(self) -> datetime:
        return self.said[0][0]


@cache
def content() -> dict[str, Any]:
    """How busy everything is, as it is written down."""
    return tomllib.loads(resources.files("evalapp.demo").joinpath("content/cases.toml").read_text("utf-8"))


def items_of(unit: str, codes: dict[str, str]) -> tuple[Item, ...]:
    """What is applied for at a unit, by the key of the script; `codes` says under which code each was published."""
    told, own = content(), content()["units"].get(unit, {})
    found: list[Item] = []
    for guide in (each for each in guides.planned() if each["unit"] == unit and each["name"] in codes):
        usual = told["usual"] | told["items"].get(guide["name"], {})
        text = guides.text_of(guide)
        desks = [f"{number + 1} 号窗口" for number in range(own.get("windows", 1))]
        first = len(found) % len(desks)
        found.append(
            Item(
                unit=unit,
                letters=f"{codes[guide['name']][8:10]}{len(found) + 1}-",
                name=guide["name"],
                code=codes[guide["name"]],
                weight=usual["weight"],
                manner=usual["manner"],
                flow=guide["flow"],
                promised=None if text.at_once else text.promised,
                # Busy desks do everything, the others what comes to them.
                windows=(desks[first], desks[first], desks[0], desks[-1]),
                has_steps=own.get("steps", False) and not text.at_once,
                careless=own.get("careless", 1.0),
                is_charged=bool(text.fee),
            )
        )
    return tuple(found)


def lives(item: Item, day: date, days: WorkCalendar, *, lots: Lots = (0.0, 1.0)) -> Iterator[Life]:
    """The cases of an item that begin on a day, by their number: those of which the lot lies in `lots`."""
    rng = random.Random(f"{item.code} {day}")  # noqa: S311  invented, and the same whenever it is asked for
    wanted = int(item.weight * _rush(day, days) * rng.uniform(0.72, 1.08) + rng.random())
    seeds = [(rng.random(), rng.getrandbits(64)) for _ in range(wanted)]
    for number, (lot, seed) in enumerate(seeds, start=1):
        if lots[0] <= lot < lots[1]:
            rng.seed(seed)
            yield _Living(item, day, days, rng, number).live()


def _rush(day: date, days: WorkCalendar) -> float:
    """How busy a day is: Mondays, before holidays and after them, quiet in winter; online alone on days off."""
    season = (0.85, 0.6, 1.1, 1.0, 1.0, 1.15, 1.05, 0.95, 1.15, 0.95, 1.05, 1.1)[day.month - 1]
    if not days.is_working(day):
        return _ONLINE * season
    week = (1.3, 1.05, 1.0, 0.95, 0.85, 0.8, 0.8)[day.weekday()]
    after, before = (day - days.shifted(day, -1)).days, (days.shifted(day, 1) - day).days
    return season * week * (1.25 if before > 3 else 1.0) * (1.35 if after > 3 else 1.0)


class _Living:
    """One case as it goes on: each act is said at its moment."""

    def __init__(self, item: Item, day: date, days: WorkCalendar, rng: random.Random, number: int) -> None:
        self.item, self.days, self.rng = item, days, rng
        self.life = Life(number=f"{item.letters}{day:%y%m%d}-{number:03}")
        self.day = day
        self.minute = 0.0

    def live(self) -> Life:
        """All that will ever be said of it."""
        self._come()
        if self.item.promised is None:
            self._handle_at_once()
        elif self._is_taken():
            self._handle(self.item.promised)
        return self.life

    def _say(self, kind: EventKind, **more: Any) -> None:
        at = _midnight(self.day) + timedelta(seconds=round(self.minute * 60))
        self.life.said.append((at, {"kind": kind.value, **more}))

    def _happens(self, share: float) -> bool:
        return self.rng.random() < share

    def _fails(self, share: float) -> bool:
        return self.rng.random() < share * self.item.careless

    def _is_late(self, share: float) -> bool:
        return self._happens(share * min(self.item.careless, _MOST_CARELESS))

    def _come(self) -> None:
        rng, told = self.rng, content()
        is_online = not self.days.is_working(self.day) or rng.random() < _ONLINE
        self.minute = _hour(told["online" if is_online else "hours"], rng) * 60 + rng.random() * 59
        name = rng.choice(told["names"]["families"]) + "某"
        applicant = {"name": name} | ({"phone": _phone(rng)} if rng.random() < _NUMBERED else {})
        about = {"applicant": applicant, "came_by": "网上" if is_online else "窗口"}
        if not is_online:
            about["window"] = rng.choice(self.item.windows)
        if self.item.promised is None and not is_online:
            self._say(EventKind.ACCEPTED, **about)
        else:
            self._say(EventKind.SUBMITTED, **about)
            self._later(0, minutes=rng.uniform(5, 50))

    def _later(self, working_days: int, *, minutes: float = 0.0) -> None:
        """Go on by working days and then by minutes, within the hours at which people work."""
        rng = self.rng
        whole, self.minute = divmod(self.minute, _MINUTES)
        self.day += whole * _DAY
        if working_days or not self.days.is_working(self.day):
            self.day = self.days.shifted(self.day, max(working_days, 1))
            self.minute = rng.uniform(9 * 60, 17 * 60)
        else:
            self.minute += minutes
        if self.minute < 9 * 60:
            self.minute = 9 * 60 + rng.random() * 60
        elif self.minute > 17.4 * 60:
            self.day = self.days.shifted(self.day, 1)
            self.minute = 9 * 60 + rng.random() * 60

    def _handle_at_once(self) -> None:
        if len(self.life.said) == 1 and self.life.said[0][1]["kind"] == EventKind.SUBMITTED.value:
            self._say(EventKind.ACCEPTED)
        late = self._is_late(_MANNERS[self.item.manner][3])
        self._later(0, minutes=self.rng.uniform(140, 300) if late else self.rng.triangular(4, 90, 15))
        self._say(EventKind.DECIDED)
        self._end(own_day=True)

    def _is_taken(self) -> bool:
        """Whether it is accepted: at once, or when the papers are whole."""
        if self._fails(0.004):  # nobody looked at it
            self._later(6)
        elif self._happens(0.25):
            self._later(self.rng.choice((1, 1, 2)))
        if self._happens(0.012):
            reason = {} if self._fails(0.05) else {"reason": self.rng.choice(_REFUSALS)}
            self._say(EventKind.REFUSED, **reason)
            return False
        if self._happens(0.09):
            self._ask_for_papers()
            if self._happens(0.06):
                self._say(EventKind.WITHDRAWN)
                return False
        return True

    def _ask_for_papers(self) -> None:
        self._say(EventKind.PAPERS_ASKED)
        again = self._fails(0.05)
        for turn in range(1 + again):
            if turn:
                self._later(1)
                self._say(EventKind.PAPERS_ASKED)
            self._later(self.rng.randint(1, 4))
            self._say(EventKind.SUPPLIED)
        self._later(0, minutes=self.rng.uniform(5, 40))

    def _handle(self, promised: Term) -> None:
        self._say(EventKind.ACCEPTED)
        if promised.unit is TimeUnit.HOUR:
            self._decide_in_hours(promised)
        else:
            self._decide_in_days(promised)
        if self.item.is_charged:
            self._charge()
        granted = not self._happens(0.02)
        reason = {} if granted or self._fails(0.04) else {"reason": self.rng.choice(_DENIALS)}
        self._say(EventKind.DECIDED, **({} if granted else {"granted": False}), **reason)
        self._end(own_day=False)

    def _charge(self) -> None:
        self._say(EventKind.CHARGED, **({"unlisted": True} if self._fails(0.002) else {}))

    def _decide_in_hours(self, promised: Term) -> None:
        least, usual, most, over = _MANNERS[self.item.manner]
        share = (
            self.rng.uniform(1.05, 1.6) if self._is_late(over) else self.rng.triangular(least, most, usual)
        )
        self.minute += share * promised.amount * 60

    def _decide_in_days(self, promised: Term) -> None:
        rng = self.rng
        least, usual, most, over = _MANNERS[self.item.manner]
        whole = promised.amount if promised.basis is Basis.WORKING else promised.amount * 5 // 7
        late = self._is_late(over)
        extended = late and promised.amount > 4 and self._happens(0.12)
        is_shown = self.item.has_steps and self.item.flow == "published"  # that is not begun on the last day
        taken = int(rng.triangular(least, most, usual) * (whole + (0 if is_shown else 0.999)))
        if late:
            taken = whole + 1 + min(int(rng.expovariate(0.5)), 12)
        pauses_at = rng.randrange(min(taken + 1, whole)) if self._happens(0.05) and whole > 2 else None
        if extended:
            self._extend(min(whole, taken))
            taken -= min(whole, taken)
        if self.item.has_steps:
            self._go_through_steps(taken, pauses_at)
        elif pauses_at is not None:
            self._later(pauses_at, minutes=30)
            self._pause()
            self._later(taken - pauses_at, minutes=60)
        else:
            self._later(taken, minutes=rng.uniform(20, 200))

    def _extend(self, after: int) -> None:
        self._later(max(after - 1, 0), minutes=30)
        reason = {} if self._fails(0.05) else {"reason": self.rng.choice(_EXTENSIONS)}
        self._say(EventKind.EXTENDED, days=self.rng.randint(3, 8), approved_by="分管负责人", **reason)
        self._later(1)

    def _pause(self) -> None:
        self._say(EventKind.PAUSED, ground=self.rng.choice(_GROUNDS))
        self._later(self.rng.randint(2, 6))
        self._say(EventKind.RESUMED)

    def _go_through_steps(self, taken: int, pauses_at: int | None) -> None:
        """Short steps take a day at most, or two now and then; what is paused is paused in the long one."""
        course = _COURSES[self.item.flow]
        left = taken
        spent = {}
        for key, _ in course:
            if key not in _LONG and key != _SHOWN:
                spent[key] = min(
                    left, self.rng.choice((2, 3)) if self._fails(0.03) else self.rng.choice((0, 0, 1))
                )
                left -= spent[key]
        for key, post in course:
            self._say(EventKind.STEP_BEGUN, step=key, post=post)
            if key in _LONG and pauses_at is not None:
                self._later(0, minutes=20)
                self._pause()
            working = self.rng.randint(5, 7) if key == _SHOWN else spent.get(key, left)
            self._later(working, minutes=self.rng.uniform(5, 40))
            self._say(EventKind.STEP_ENDED, step=key)

    def _end(self, *, own_day: bool) -> None:
        """Delivered, mostly on the same day; now and then somebody complains."""
        rng = self.rng
        if own_day or self._happens(0.5):
            self._later(0, minutes=rng.uniform(2, 25))
        else:
            self._later(12 + rng.randint(0, 5) if self._fails(0.002) else rng.randint(1, 4))
        self._say(EventKind.DELIVERED)
        if self._fails(0.0025):
            self._later(rng.randint(1, 5))
            self._say(EventKind.COMPLAINED)


@lru_cache(maxsize=2_000)
def _midnight(day: date) -> datetime:
    return clock.start_of(day)


def _hour(weights: dict[str, int], rng: random.Random) -> int:
    hours, sums = _hours(tuple(weights.items()))
    return hours[bisect_left(sums, rng.random() * sums[-1])]


@cache
def _hours(weights: Sequence[tuple[str, int]]) -> tuple[list[int], list[int]]:
    return [int(hour) for hour, _ in weights], list(accumulate(weight for _, weight in weights))


def _phone(rng: random.Random) -> str:
    """A number that belongs to nobody; half of them those of the demonstration's residents."""
    own = rng.randint(1, RESIDENTS) if rng.random() < 0.5 else rng.randint(500_000_000, 999_999_999)
    return f"+8612{own:09}"
