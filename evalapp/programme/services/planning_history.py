"""Writes an episode's history and the record of who planned what, in one stroke."""

import uuid
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.programme.models import ChangeKind, Episode, EpisodeChange
from evalapp.programme.rules import Clash


def note(
    session: Session,
    episode: Episode,
    kind: ChangeKind,
    *,
    actor: Actor,
    reason: str = "",
    overridden: Iterable[Clash] = (),
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry to the episode's history and to the audit record; overridden clashes are named in both."""
    kinds = sorted({clash.kind.value for clash in overridden})
    session.add(
        EpisodeChange(
            id=uuid.uuid4(),
            episode_id=episode.id,
            at=clock.now(),
            actor_name=actor.name,
            kind=kind,
            reason=reason,
            overridden=kinds,
            detail=detail or {},
        )
    )
    audit.record(
        session,
        actor=actor,
        action=f"episode.{kind.value}",
        subject=episode.reference,
        detail={"overridden": kinds} if kinds else None,
    )
