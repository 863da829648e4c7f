"""Lives through a season, step by step in the order of time: planned, recorded, aired, graded, answered, published."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

from evalapp.core import clock
from evalapp.core.jobs import Worker
from evalapp.core.permissions import SYSTEM
from evalapp.demo import acts, aftermath, answers, boards, district
from evalapp.demo.moderating import Moderated
from evalapp.demo.people import Participant
from evalapp.demo.scripts import PlannedEpisode, episodes
from evalapp.demo.story import DAY, HOUR, LENGTH, Step, Story
from evalapp.programme.rules import Span
from evalapp.programme.services import planning_places


def live(story: Story) -> None:
    """Run every step at its moment, earliest first."""
    steps = sorted(_steps(story), key=lambda step: step.at)
    for step in steps:
        with clock.at(step.at):
            if step.do is not None:
                with story.platform.transaction() as session:
                    step.do(session)
            if step.work is not None:
                step.work()


def airing_of(planned: PlannedEpisode, now: datetime) -> datetime | None:
    """Return when an episode goes on air: the past ones evenly over four months, one at eight in the evening."""
    order = [one.number for one in episodes() if one.phase == planned.phase]
    place = order.index(planned.number)
    days = {
        "counted": -11.0,
        "closed": -9.0,
        "grading": -6.0 + 1.6 * place,
        "scheduled": 2.0 + 3 * place,
    }.get(planned.phase)
    if planned.phase in {"published", "void", "withdrawn"}:
        days = -112.0 + 4.4 * (planned.number - 1)
    if days is None:
        return None
    day = clock.local(now + timedelta(days=days)).date()
    return clock.start_of(day) + 20 * HOUR


def _steps(story: Story) -> Iterator[Step]:
    begin = story.now - timedelta(days=140)
    yield Step(at=begin, do=lambda session: acts.begin(session, story))
    yield Step(at=story.now - 12 * DAY, do=lambda session: district.report(session, story.district))
    yield from answers.reminding(story, story.now - 115 * DAY)
    yield from _moderated(story).steps()
    yield from boards.steps(story)
    for planned in episodes():
        yield from _episode_steps(story, planned, begin)


def _moderated(story: Story) -> Moderated:
    """In the month before this one nobody talks about the first episode any more; the first that is graded is talked about."""
    return Moderated(
        story=story,
        old=episodes()[0].number,
        graded=next(one.number for one in episodes() if one.phase == "grading"),
    )


def _episode_steps(story: Story, planned: PlannedEpisode, begin: datetime) -> Iterator[Step]:
    """The life of one episode as far as its phase goes."""
    aired_at = airing_of(planned, story.now)
    if planned.phase == "planned":
        yield from _still_planned(story, planned, begin)
        return
    recorded_at = (aired_at or story.now) - 5 * DAY
    if aired_at is None or recorded_at > story.now - 2 * DAY:
        recorded_at = story.now - 2 * DAY
    yield Step(at=recorded_at - 6 * DAY, do=lambda session: acts.dossier(session, story, planned))
    yield Step(at=recorded_at, do=lambda session: acts.deliver(session, story, planned))
    yield Step(at=recorded_at + HOUR, work=Worker(story.platform).drain)
    yield Step(at=recorded_at + 2 * HOUR, do=lambda session: acts.captions(session, story, planned))
    if aired_at is None:
        return
    yield Step(
        at=min(aired_at - 2 * DAY, story.now - HOUR), do=lambda s: acts.schedule(s, story, planned, aired_at)
    )
    if planned.phase == "withdrawn":
        yield Step(at=aired_at - DAY, do=lambda session: acts.withdraw(session, story, planned))
        return
    yield Step(
        at=min(aired_at - DAY, story.now - HOUR / 2),
        do=lambda session: acts.announce(session, story, planned),
    )
    if planned.phase == "scheduled":
        return
    yield from graded(story, planned, aired_at + LENGTH)


def graded(story: Story, planned: PlannedEpisode, opened_at: datetime) -> Iterator[Step]:
    """Ballots in waves, comments and replies, and what comes after closing."""
    waves = _waves(story, planned)
    moments = [opened_at + hours * HOUR for hours in (1, 13, 26, 49, 98)]
    for moment, wave in zip(moments, waves, strict=True):
        if moment < story.now and (planned.phase != "void" or moment < opened_at + 60 * HOUR):
            yield Step(at=moment, do=partial(acts.vote, story=story, planned=planned, wave=wave))
    yield Step(
        at=min(opened_at + 2 * HOUR, story.now - HOUR / 2),
        do=lambda s: acts.invite(s, story, planned),
    )
    yield from aftermath.wishes(story, planned, opened_at)
    yield from _talk(story, planned, opened_at)
    if planned.phase == "void":
        yield Step(at=opened_at + 60 * HOUR, do=lambda session: acts.void(session, story, planned))
    if planned.phase not in {"published", "counted", "closed"}:
        return
    closed_at = clock.end_of(clock.local(opened_at).date() + 7 * DAY) + timedelta(minutes=1)
    yield Step(at=closed_at, do=lambda session: acts.close(session, planned))
    if planned.phase == "closed":
        return
    yield Step(at=closed_at + 10 * HOUR, do=lambda session: acts.count(session, story, planned))
    if planned.phase == "published":
        yield Step(at=closed_at + 34 * HOUR, do=lambda session: acts.publish(session, story, planned))
        yield from aftermath.of_result(story, planned, closed_at + 34 * HOUR)


def _still_planned(story: Story, planned: PlannedEpisode, begin: datetime) -> Iterator[Step]:
    """Later episodes: some with a studio booked, one on a day on which the speaker turns out to be away."""
    place = [one.number for one in episodes() if one.phase == "planned"].index(planned.number)
    if place > 3:
        return
    day = clock.local(story.now).date() + (6 + 2 * place) * DAY
    span = Span(starts_at=clock.start_of(day) + 14 * HOUR, ends_at=clock.start_of(day) + 16 * HOUR)
    yield Step(at=begin + 60 * DAY, do=lambda session: acts.book(session, story, planned, span))
    if place == 1:
        yield Step(
            at=story.now - DAY,
            do=lambda session: planning_places.add_leave(
                session,
                unit_id=story.district.units[planned.unit].id,
                starts_on=day,
                ends_on=day,
                note="外出培训",
                actor=SYSTEM,
            ),
        )


def _waves(story: Story, planned: PlannedEpisode) -> list[list[Participant]]:
    """Who votes when: residents drawn anew for each episode, in five waves that grow smaller."""
    number = 17 if planned.few else story.ballots
    drawn = story.chance.sample(story.people.residents, min(number, len(story.people.residents)))
    bounds = [0, *(round(len(drawn) * share) for share in (0.45, 0.65, 0.8, 0.92, 1.0))]
    return [drawn[start:end] for start, end in pairwise(bounds)]


def _talk(story: Story, planned: PlannedEpisode, opened_at: datetime) -> Iterator[Step]:
    number = 2 if planned.phase == "published" else 4
    for turn in range(number):
        at = opened_at + (5 + 9 * turn) * HOUR
        if at > story.now - 2 * HOUR:
            return
        yield Step(at=at, do=partial(acts.comment, story=story, planned=planned, turn=turn))
        if turn < number - 1 or planned.phase == "published":
            yield Step(at=at + 2 * HOUR, do=lambda s: acts.moderate(s, story, planned))
            yield from answers.answering(story, planned, turn, at + 2 * HOUR)
