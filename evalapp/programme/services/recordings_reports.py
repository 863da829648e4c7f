"""Viewers' reports that a video does not play: limited by keyed hashes, without a trace of the viewer."""

import hashlib
import hmac
import ipaddress
import uuid
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import NotFound, TooMany
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode, PlaybackReport, Recording
from evalapp.programme.rules.recordings import Trouble

MOST_A_DAY = 10  # from one network, whatever the episode
MOST_OPEN = 500  # for one version: more tell the station nothing new
_HOUR = 3600


def report(
    session: Session,
    recording_id: uuid.UUID,
    *,
    trouble: Trouble,
    at_second: int | None,
    network: str,
    key: bytes,
) -> None:
    """Keep that the video does not play for somebody. Raises `TooMany` beyond a few a day from one network."""
    recording = locked(session, Recording, recording_id)
    if recording.prepared_at is None or recording.duration_ms is None:
        raise NotFound(N_("这一期还没有录像。"))
    reporter = reporter_of(network, day=clock.today().isoformat(), key=key)
    used = session.scalar(
        select(func.count()).select_from(PlaybackReport).where(PlaybackReport.reporter == reporter)
    )
    unsettled = session.scalar(
        select(func.count())
        .select_from(PlaybackReport)
        .where(PlaybackReport.recording_id == recording.id, PlaybackReport.settled_at.is_(None))
    )
    too_many = TooMany(N_("今天从你的网络已经报告过几次，我们正在处理。"), retry_after=_HOUR)
    if (used or 0) >= MOST_A_DAY or (unsettled or 0) >= MOST_OPEN:
        raise too_many
    longest = recording.duration_ms // 1000
    with refusing(session, {"uq_playback_reports_reporter_slot": too_many}):
        session.add(
            PlaybackReport(
                recording_id=recording.id,
                trouble=trouble,
                at_second=None if at_second is None else min(max(at_second, 0), longest),
                reported_at=_hour(clock.now()),
                reporter=reporter,
                slot=used or 0,
            )
        )


def settle(session: Session, recording_id: uuid.UUID, *, by: Actor) -> int:
    """Mark every open report of a version as dealt with; return how many."""
    recording = locked(session, Recording, recording_id)
    done = session.execute(
        update(PlaybackReport)
        .where(PlaybackReport.recording_id == recording.id, PlaybackReport.settled_at.is_(None))
        .values(settled_at=clock.now(), settled_by=by.name)
    )
    count = int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result has it
    reference = session.scalars(select(Episode.reference).where(Episode.id == recording.episode_id)).one()
    audit.record(session, actor=by, action="playback.settled", subject=reference, detail={"reports": count})
    return count


def reporter_of(network: str, *, day: str, key: bytes) -> str:
    """Return the keyed hash of a network (an IPv4 address, an IPv6 /64) on a day."""
    try:
        address = ipaddress.ip_address(network)
        prefix = 32 if address.version == 4 else 64
        named = str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))
    except ValueError:
        named = "unknown"
    return hmac.new(key, f"playback|{day}|{named}".encode(), hashlib.sha256).hexdigest()


def _hour(moment: datetime) -> datetime:
    """The hour alone is kept: no report is joined to a visit by its second."""
    return moment.replace(minute=0, second=0, microsecond=0)
