"""Changing a unit's dossier: its report, every wording kept, locked when the episode has been aired."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.programme.events import DossierHandedIn
from evalapp.programme.models import Airing, ChangeKind, Dossier, DossierVersion, Episode
from evalapp.programme.rules import REPORT_LIMIT
from evalapp.programme.services.planning_history import note


def write_report(
    session: Session,
    *,
    episode_id: uuid.UUID,
    report: str,
    actor: Actor,
    seen_version: int | None = None,
) -> Dossier:
    """Write the report (a new version when the words differ). Whether the unit is theirs, the query has asked.

    Refuses more than 500 characters, a dossier that was aired, and words written over somebody else's.
    """
    episode = locked(session, Episode, episode_id)
    text = report.replace("\r\n", "\n").strip()
    if len(text) > REPORT_LIMIT:
        raise Invalid(
            N_("报告最多 %(limit)s 个字，现在有 %(length)s 个。"),
            field="report",
            limit=REPORT_LIMIT,
            length=len(text),
        )
    _still_open(session, episode)
    dossier = _dossier(session, episode)
    if seen_version is not None and seen_version != dossier.version:
        raise Conflict(N_("同事刚刚改过这份报告。请看过新的内容，再改一次。"), field="report")
    if dossier.version and text == dossier.report:
        return dossier
    dossier.report, dossier.changed_at = text, clock.now()
    dossier.version += 1
    session.flush()
    session.add(
        DossierVersion(
            dossier_id=dossier.id,
            number=dossier.version,
            report=text,
            written_at=clock.now(),
            written_by=actor.name,
        )
    )
    note(session, episode, ChangeKind.REPORT_WRITTEN, actor=actor, detail={"version": dossier.version})
    return dossier


def hand_in(session: Session, *, episode_id: uuid.UUID, actor: Actor) -> Dossier:
    """Hand the dossier in. It may be corrected until it is aired; handing in again changes nothing.

    Refuses an empty report and a dossier that was aired.
    """
    episode = locked(session, Episode, episode_id)
    _still_open(session, episode)
    dossier = _dossier(session, episode)
    if not dossier.report:
        raise Invalid(N_("请先写报告，再报送。"), field="report")
    if dossier.handed_in_at is not None:
        return dossier
    dossier.handed_in_at, dossier.handed_in_by = clock.now(), actor.name
    note(session, episode, ChangeKind.DOSSIER_HANDED_IN, actor=actor, detail={"version": dossier.version})
    events.emit(session, DossierHandedIn(episode_id=episode.id))
    return dossier


def _dossier(session: Session, episode: Episode) -> Dossier:
    """The episode's row is locked, so nobody else makes one meanwhile."""
    found = session.scalar(
        select(Dossier)
        .where(Dossier.episode_id == episode.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        found = Dossier(id=uuid.uuid4(), episode_id=episode.id, report="", version=0, changed_at=clock.now())
        session.add(found)
    return found


def _still_open(session: Session, episode: Episode) -> None:
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下了。"))
    aired = select(Airing.id).where(
        Airing.episode_id == episode.id, Airing.cancelled_at.is_(None), Airing.starts_at <= clock.now()
    )
    if session.scalar(aired.limit(1)) is not None:
        raise Conflict(N_("节目已经播出，材料不能再改。需要更正的，请联系评议办。"))
