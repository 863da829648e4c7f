"""Writes an episode's history and the record of who planned what, in one stroke."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock
from evalapp.core.permissions import Actor
from evalapp.programme.models import ChangeKind, Episode, EpisodeChange
from evalapp.programme.rules import Clash


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The clashes that a plan was made in spite of, and why."""

    clashes: tuple[Clash, ...] = ()
    reason: str = ""


NOTHING = Accepted()


def note(
    session: Session,
    episode: Episode,
    kind: ChangeKind,
    *,
    actor: Actor,
    reason: str = "",
    accepted: Accepted = NOTHING,
    slot_id: uuid.UUID | None = None,
    airing_id: uuid.UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add an entry to the episode's history and to the audit record; overridden clashes are named in both."""
    kinds = sorted({clash.kind.value for clash in accepted.clashes})
    session.add(
        EpisodeChange(
            id=uuid.uuid4(),
            episode_id=episode.id,
            at=clock.now(),
            actor_name=actor.name,
            kind=kind,
            reason=reason,
            slot_id=slot_id,
            airing_id=airing_id,
            overridden=kinds,
            override_reason=accepted.reason,
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
