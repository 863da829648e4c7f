"""Work that goes on while the site answers already: long recordings, the year of cases, and what happens each day."""

import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.jobs import close_quarters
from evalapp.core import clock, jobs
from evalapp.core.jobs import Job, JobContext, NotYet
from evalapp.core.jobs.queue import run
from evalapp.core.permissions import Actor, ActorKind
from evalapp.demo import acts, filming, laying
from evalapp.demo.laying import Plan
from evalapp.demo.scripts import episodes, scene, scripts, unit_of
from evalapp.programme.models import Episode, Recording

FILM, FILL, LIVE = "demo.film", "demo.fill", "demo.live"
_AFTER_ALL_ELSE = -10
_AT_ONCE = 2.0  # seconds of a piece of filling; then other work has its turn
_REST = timedelta(seconds=2)
_EVERY = timedelta(minutes=15)
_REASON = "首播时先上线了片段，现换上完整录像。"


def film(context: JobContext) -> None:
    """Film one script, hand it in, have it prepared, and caption it. Looks at what is there first."""
    planned = next(one for one in episodes() if one.number == context.payload["number"])
    with context.platform.session() as session:
        episode_id = session.scalars(select(Episode.id).where(Episode.number == planned.number)).one()
        versions = session.scalars(select(Recording).where(Recording.episode_id == episode_id)).all()
    if len(versions) > 1:
        return
    station = Actor(kind=ActorKind.SYSTEM, name="区融媒体中心节目部主任")
    with tempfile.TemporaryDirectory() as folder:
        made = filming.film(
            scripts()[planned.script],
            Path(folder) / "film.mp4",
            context.platform.settings,
            scene=scene(planned),
            about=unit_of(planned).name,
        )
        with context.transaction() as session:
            recording = acts.hand_in_film(
                session, context.platform, episode_id, made, by=station, reason=_REASON
            )
            recording_id, preparing = recording.id, recording.job_id
    assert isinstance(preparing, uuid.UUID)
    run(context.platform, preparing, stopping=context.stopping)
    with context.transaction() as session:
        acts.caption_film(session, recording_id, made, by=station)


def go_on(session: Session, plan: Plan, *, number: int) -> None:
    """Ask for the rest of the cases, `number` in all, and for what happens from now on."""
    said = {"began_at": plan.began_at.isoformat(), "share": plan.share}
    jobs.enqueue(session, LIVE, said, key=LIVE, priority=_AFTER_ALL_ELSE)
    jobs.enqueue(
        session, FILL, said | {"number": number, "place": 0}, key=f"{FILL}.0", priority=_AFTER_ALL_ELSE
    )


def plan_of(session: Session) -> Plan | None:
    """Since when the demonstration lives; none where there is none."""
    said = session.scalar(select(Job.payload).where(Job.key == LIVE))
    return _plan(said) if said else None


def fill(context: JobContext) -> None:
    """Lay out a piece of what began at one unit in one span, the newest first, and ask for the next when all of it is there."""
    said = context.payload
    with context.platform.session() as session:
        found = laying.feeds(session)
    span, place = divmod(said["place"], len(found))
    if laying.how_many(context.platform) >= said["number"]:
        close_quarters(context.platform, with_history=True)
        return
    is_whole = laying.lay_span(
        context.platform,
        _plan(said),
        found[place],
        span,
        go_on=_for_a_while(context),
    )
    if not is_whole:
        raise NotYet(clock.now() + _REST)
    following = said | {"place": said["place"] + 1}
    with context.transaction() as session:
        jobs.enqueue(
            session,
            FILL,
            following,
            key=f"{FILL}.{following['place']}",
            run_at=clock.now() + _REST,
            priority=_AFTER_ALL_ELSE,
        )


def live(context: JobContext) -> None:
    """Hand in what happened since, and come back in a quarter of an hour."""
    is_all = laying.go_on_living(context.platform, _plan(context.payload), go_on=_for_a_while(context))
    raise NotYet(clock.now() + (_EVERY if is_all else _REST))


def _for_a_while(context: JobContext) -> Callable[[], bool]:
    until = time.monotonic() + _AT_ONCE
    return lambda: not context.cancelled and time.monotonic() < until


def _plan(said: Mapping[str, Any]) -> Plan:
    return Plan(began_at=datetime.fromisoformat(said["began_at"]), share=said["share"])


JOBS: Mapping[str, Callable[[JobContext], None]] = {FILM: film, FILL: fill, LIVE: live}
