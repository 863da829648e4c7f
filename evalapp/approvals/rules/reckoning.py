"""What a case's course means: its clocks, when its lamp turns, its cards, its points. Nothing here is set by hand."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evalapp.approvals.rules.counting import Counter, Left
from evalapp.approvals.rules.facts import Basis
from evalapp.approvals.rules.folding import Course, Span
from evalapp.approvals.rules.kinds import CaseState, Colour, Lamp, Trigger
from evalapp.approvals.rules.profile import Points, Profile
from evalapp.approvals.rules.totals import Measure, measure_of
from evalapp.core.calendar import ExplainedDay, Pause
from evalapp.core.clock import local
from evalapp.core.terms import Term, TimeUnit

CardKey = tuple[Trigger, str, Colour]
_NO_PAUSES: tuple[Pause, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One clock of a case. Without `due_at` a pause holds it; the marks are the moments of its lamp."""

    trigger: Trigger
    part: str
    term: Term
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    notice_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    pauses: Sequence[Pause]
    more: int

    @property
    def is_late_at_its_end(self) -> bool:
        return self.ended_at is not None and self.due_at is not None and self.ended_at >= self.due_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A yellow or red card, with the moment at which it falls due; which may lie ahead while its clock runs."""

    trigger: Trigger
    part: str
    colour: Colour
    at: datetime

    @property
    def key(self) -> CardKey:
        return self.trigger, self.part, self.colour


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """How much of a measure a handling took."""

    amount: int
    measure: Measure


@dataclass(frozen=True, kw_only=True)
class Reckoned:
    """All that follows from a course."""

    state: CaseState
    clocks: Sequence[Clock]
    cards: Sequence[Card]
    notice_at: datetime | None
    yellow_at: datetime | None
    red_at: datetime | None
    kept_at: datetime | None  # decided within what was promised, or the law where nothing was
    leading: Clock | None  # the clock that people read: what is promised before what the law allows

    @property
    def due_at(self) -> datetime | None:
        return self.leading.due_at if self.leading else None

    def cards_due(self, now: datetime) -> bool:
        """Whether a card has fallen due."""
        return any(card.at <= now for card in self.cards)

    def next_moment(self, after: datetime) -> datetime | None:
        """When something of it falls due next: a notice, or a card."""
        moments = [card.at for card in self.cards if card.at > after]
        if self.notice_at is not None and self.notice_at > after:
            moments.append(self.notice_at)
        return min(moments, default=None)


def reckon(
    course: Course,
    basis: Basis,
    profile: Profile,
    counter: Counter,
    *,
    lifted: Collection[CardKey] = (),
) -> Reckoned:
    """Reckon the clocks of a course. Cards in `lifted` were found wrong by two people: they light nothing and cost nothing."""
    clocks = list(_clocks(course, basis, profile, counter))
    cards, yellow, red, notice = list[Card](), list[datetime](), list[datetime](), list[datetime]()
    for clock in clocks:
        if clock.ended_at is None and clock.notice_at is not None:
            notice.append(clock.notice_at)
        for colour, at, lit in (
            (Colour.YELLOW, clock.yellow_at, yellow),
            (Colour.RED, clock.red_at, red),
        ):
            if at is None or clock.due_at is None or _is_put_out(clock, at):
                continue
            if at >= clock.due_at:
                cards.append(Card(trigger=clock.trigger, part=clock.part, colour=colour, at=at))
            else:
                lit.append(at)  # a warning while there is time: no card
    for breach in course.breaches:
        shown = profile.lights.breaches[breach.trigger.value].colour
        if shown is not None:
            cards.append(Card(trigger=breach.trigger, part=breach.part, colour=shown, at=breach.at))
    standing = [card for card in cards if card.key not in lifted] if lifted else cards
    for card in standing:
        (yellow if card.colour is Colour.YELLOW else red).append(card.at)
    return Reckoned(
        state=course.state,
        clocks=clocks,
        cards=standing,
        notice_at=min(notice, default=None),
        yellow_at=min(yellow, default=None),
        red_at=min(red, default=None),
        kept_at=_kept_at(course, clocks),
        leading=_leading(course, clocks),
    )


def lamp(yellow_at: datetime | None, red_at: datetime | None, now: datetime) -> Lamp:
    """What the lamp of a case shows at `now`."""
    if red_at is not None and red_at <= now:
        return Lamp.RED
    return Lamp.YELLOW if yellow_at is not None and yellow_at <= now else Lamp.GREEN


def points(reckoned: Reckoned, rule: Points, now: datetime) -> int:
    """What a case gives its unit, or takes from it, at `now`."""
    gives = rule.on_time if reckoned.kept_at is not None and reckoned.kept_at <= now else 0
    return gives - sum(
        rule.yellow if card.colour is Colour.YELLOW else rule.red for card in reckoned.cards if card.at <= now
    )


def left(reckoned: Reckoned, counter: Counter, now: datetime) -> Left | None:
    """How much is left of the clock that people read; none where none runs."""
    clock = reckoned.leading
    if clock is None:
        return None
    return counter.left(clock.term, clock.started_at, clock.due_at, clock.pauses, more=clock.more, now=now)


def used(reckoned: Reckoned, counter: Counter) -> Used | None:
    """How much handling took, of a case that was decided, in the measure of what was promised (of the law, without)."""
    for clock in reckoned.clocks:
        if clock.trigger in {Trigger.PROMISE, Trigger.STATUTORY} and clock.ended_at is not None:
            amount = counter.used(clock.term, clock.started_at, clock.ended_at, clock.pauses)
            return Used(amount=amount, measure=measure_of(clock.term))
    return None


def explained(clock: Clock, counter: Counter, now: datetime) -> list[ExplainedDay]:
    """Say day by day how the last day of a clock came about."""
    return counter.explained(
        clock.term, clock.started_at, clock.pauses, more=clock.more, until=local(now).date()
    )


def _clocks(course: Course, basis: Basis, profile: Profile, counter: Counter) -> Iterable[Clock]:
    own = profile.own
    for number, span in enumerate(course.acceptances, start=1):
        yield _clock(
            Trigger.ACCEPTANCE,
            own.acceptance.counted,
            span,
            profile,
            counter,
            part=str(number),
        )
    if course.accepted_at is not None:
        yield from _handling(course, basis, profile, counter)
    pauses = course.all_pauses
    for number, step in enumerate(course.steps, start=1):
        rule = basis.steps[step.key]
        if rule.term is not None:
            yield _clock(
                Trigger.STEP,
                rule.term,
                step,
                profile,
                counter,
                part=f"{step.key}.{number}",
                pauses=_NO_PAUSES if rule.pauses else pauses,  # it is not held by itself
            )
    if course.decided_at is not None:
        span = Span(course.decided_at, course.closed_at)
        yield _clock(Trigger.DELIVERY, own.delivery.counted, span, profile, counter)


def _handling(course: Course, basis: Basis, profile: Profile, counter: Counter) -> Iterable[Clock]:
    own, pauses = profile.own, course.all_pauses
    assert course.accepted_at is not None
    span = Span(course.accepted_at, course.handled_until)
    statutory = own.joint.counted if course.is_joint else basis.statutory
    for trigger, term, moves in (
        (Trigger.PROMISE, basis.promised, own.extension.moves_promise),
        (Trigger.STATUTORY, statutory, True),
    ):
        if term is not None:
            yield _clock(
                trigger,
                term,
                span,
                profile,
                counter,
                pauses=pauses,
                more=course.extended_by if moves and term.unit is TimeUnit.DAY else 0,
            )


def _clock(
    trigger: Trigger,
    term: Term,
    span: Span,
    profile: Profile,
    counter: Counter,
    *,
    part: str = "",
    pauses: Sequence[Pause] = _NO_PAUSES,
    more: int = 0,
) -> Clock:
    started_at = span.started_at
    due_at = counter.ends_at(term, started_at, pauses, more=more)
    lights = profile.lights.clocks[trigger.value]
    notice, yellow, red = (
        counter.mark_at(mark, term, started_at, due_at, pauses, more=more)
        if mark is not None and due_at is not None
        else None
        for mark in (lights.notice, lights.yellow, lights.red)
    )
    return Clock(
        trigger=trigger,
        part=part,
        term=term,
        started_at=started_at,
        ended_at=span.ended_at,
        due_at=due_at,
        notice_at=notice,
        yellow_at=yellow,
        red_at=red,
        pauses=pauses,
        more=more,
    )


def _is_put_out(clock: Clock, at: datetime) -> bool:
    """A clock that ended takes with it what lay ahead, and every warning; what it broke stays."""
    assert clock.due_at is not None
    return clock.ended_at is not None and (at > clock.ended_at or at < clock.due_at)


def _kept_at(course: Course, clocks: Sequence[Clock]) -> datetime | None:
    if course.decided_at is None:
        return None
    handling = next(
        (clock for clock in clocks if clock.trigger in {Trigger.PROMISE, Trigger.STATUTORY}), None
    )
    return None if handling is None or handling.is_late_at_its_end else course.decided_at


def _leading(course: Course, clocks: Sequence[Clock]) -> Clock | None:
    wanted = {
        CaseState.SUBMITTED: (Trigger.ACCEPTANCE,),
        CaseState.ACCEPTED: (Trigger.PROMISE, Trigger.STATUTORY),
        CaseState.PAUSED: (Trigger.PROMISE, Trigger.STATUTORY),
        CaseState.DECIDED: (Trigger.DELIVERY,),
    }.get(course.state, ())
    return next((clock for clock in clocks if clock.trigger in wanted and clock.ended_at is None), None)
