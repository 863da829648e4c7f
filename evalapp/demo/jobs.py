"""Work that goes on while the site answers already: the long recordings of the demonstration, one after the other."""

import tempfile
import uuid
from pathlib import Path

from sqlalchemy import select

from evalapp.core.jobs import JobContext
from evalapp.core.jobs.queue import run
from evalapp.core.permissions import Actor, ActorKind
from evalapp.demo import acts, filming
from evalapp.demo.scripts import episodes, scene, scripts, unit_of
from evalapp.programme.models import Episode, Recording

FILM = "demo.film"
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
