"""Reading the grading of an episode, its boxes and entries."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from evalapp.ballots.models import ActKind, BallotBox, BoxEntry, Grading, TwoPersonAct
from evalapp.ballots.rules.profile import SeasonProfile, read_profile
from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.ledger.rules import canonical_json
from evalapp.programme.models import Airing, Episode


@dataclass(frozen=True, kw_only=True)
class GradedEpisode:
    """An episode with its grading."""

    episode: Episode
    grading: Grading


def default_profile() -> SeasonProfile:
    """The profile that is shipped, with its source."""
    return read_profile(resources.files("evalapp.ballots").joinpath("profiles/default.json").read_bytes())


def profile_from(document: dict[str, Any]) -> SeasonProfile:
    """The profile that a season or a grading holds; the shipped one where none was chosen."""
    return read_profile(canonical_json(document)) if document else default_profile()


def graded_episode(session: Session, number: int) -> GradedEpisode:
    """The episode with this number and its grading; raises `NotFound` when no boxes are announced."""
    row = session.execute(_graded(), {"number": number}).one_or_none()
    if row is None:
        raise NotFound(N_("这一期还没有公布评议规则。"))
    return GradedEpisode(episode=row[0], grading=row[1])


@cache
def _graded() -> Select[Episode, Grading]:
    """Made once, for pages that everybody asks for."""
    return (
        select(Episode, Grading)
        .join(Grading, Grading.episode_id == Episode.id)
        .where(Episode.number == bindparam("number"))
    )


def episode(session: Session, number: int) -> Episode:
    """The episode with this number; raises `NotFound`."""
    found = session.scalar(select(Episode).where(Episode.number == number))
    if found is None:
        raise NotFound(N_("没有这一期节目。"))
    return found


def proposed_window(session: Session, episode: Episode, *, days: int) -> tuple[datetime, datetime] | None:
    """When grading would open and close; None when nothing is planned.

    What the episode says, else from the end of its first airing to 24:00 of the day that is `days` later.
    """
    if episode.opens_at is not None and episode.closes_at is not None:
        return episode.opens_at, episode.closes_at
    first = session.scalar(
        select(Airing.ends_at)
        .where(Airing.episode_id == episode.id, Airing.cancelled_at.is_(None))
        .order_by(Airing.starts_at)
        .limit(1)
    )
    if first is None:
        return None
    return first, clock.end_of(clock.local(first).date() + timedelta(days=days))


def boxes(session: Session, grading_id: uuid.UUID) -> Sequence[BallotBox]:
    return session.scalars(
        select(BallotBox).where(BallotBox.grading_id == grading_id).order_by(BallotBox.group)
    ).all()


def entries(session: Session, box_id: uuid.UUID) -> Sequence[BoxEntry]:
    """The entries of a box that are no ballots, as they were made."""
    return session.scalars(
        select(BoxEntry)
        .where(BoxEntry.box_id == box_id)
        .order_by(BoxEntry.made_at, BoxEntry.kind, BoxEntry.id)
    ).all()


def waiting_act(session: Session, grading_id: uuid.UUID, kind: ActKind) -> TwoPersonAct:
    """What one person proposed and nobody confirmed yet; raises `NotFound`."""
    found = session.scalar(
        select(TwoPersonAct).where(
            TwoPersonAct.grading_id == grading_id,
            TwoPersonAct.kind == kind,
            TwoPersonAct.confirmed_at.is_(None),
            TwoPersonAct.dropped_at.is_(None),
        )
    )
    if found is None:
        raise NotFound(N_("没有等待第二人确认的事项。"))
    return found


def act(session: Session, act_id: uuid.UUID, *, number: int) -> TwoPersonAct:
    """An act about the episode with this number; raises `NotFound`."""
    found = session.scalar(
        select(TwoPersonAct)
        .join(Grading, Grading.id == TwoPersonAct.grading_id)
        .join(Episode, Episode.id == Grading.episode_id)
        .where(TwoPersonAct.id == act_id, Episode.number == number)
    )
    if found is None:
        raise NotFound(N_("没有等待第二人确认的事项。"))
    return found


def waiting_acts(session: Session, grading_id: uuid.UUID) -> Sequence[TwoPersonAct]:
    return session.scalars(
        select(TwoPersonAct)
        .where(
            TwoPersonAct.grading_id == grading_id,
            TwoPersonAct.confirmed_at.is_(None),
            TwoPersonAct.dropped_at.is_(None),
        )
        .order_by(TwoPersonAct.proposed_at, TwoPersonAct.id)
    ).all()


def acts(session: Session, grading_id: uuid.UUID, kind: ActKind) -> Sequence[TwoPersonAct]:
    """The confirmed acts of a kind, oldest first."""
    return session.scalars(
        select(TwoPersonAct)
        .where(
            TwoPersonAct.grading_id == grading_id,
            TwoPersonAct.kind == kind,
            TwoPersonAct.confirmed_at.is_not(None),
        )
        .order_by(TwoPersonAct.confirmed_at, TwoPersonAct.id)
    ).all()


def gradings_to_close(session: Session, *, now: datetime) -> Sequence[uuid.UUID]:
    """Whose closing moment has come and whose closing mark is not written."""
    return session.scalars(
        select(Grading.id)
        .where(Grading.closes_at <= now, Grading.closed_at.is_(None), Grading.voided_at.is_(None))
        .order_by(Grading.closes_at, Grading.id)
    ).all()


def all_final_before(session: Session, *, now: datetime) -> datetime:
    """The moment before which every announced box is final, void or withdrawn by now."""
    oldest = session.scalar(
        select(func.min(Grading.announced_at))
        .join(Episode, Episode.id == Grading.episode_id)
        .where(
            Grading.voided_at.is_(None),
            Episode.withdrawn_at.is_(None),
            or_(Episode.final_at.is_(None), Episode.final_at > now),
        )
    )
    return oldest or now


def open_gradings(session: Session, *, now: datetime) -> Sequence[Grading]:
    return session.scalars(
        select(Grading)
        .where(Grading.opens_at <= now, Grading.closed_at.is_(None), Grading.voided_at.is_(None))
        .order_by(Grading.closes_at, Grading.id)
    ).all()
