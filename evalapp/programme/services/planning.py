"""Changing seasons and episodes, and noting the facts that higher domains tell of them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.comments import services as comments
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.programme.events import EpisodeCreated, EpisodeEdited, EpisodeWithdrawn
from evalapp.programme.models import Airing, ChangeKind, Episode, RecordingSlot, Season
from evalapp.programme.services.planning_airings import free_airing
from evalapp.programme.services.planning_history import note
from evalapp.programme.services.planning_reasons import given_reason
from evalapp.programme.services.planning_slots import free_slot


def create_season(
    session: Session, *, year: int, title: str, actor: Actor, profile: dict[str, Any] | None = None
) -> Season:
    """Begin a year's run. `profile` holds the rules of counting; programme hands it on without reading it."""
    if not 2000 <= year <= 2100:
        raise Invalid(N_("年份应在 2000 到 2100 之间。"), field="year")
    season = Season(
        id=uuid.uuid4(), year=year, title=title.strip(), profile=profile or {}, created_at=clock.now()
    )
    taken = Conflict(N_("%(year)s 年已经有一季了。"), field="year", year=year)
    with refusing(session, {"uq_seasons_year": taken}):
        session.add(season)
    audit.record(session, actor=actor, action="season.create", subject=str(year))
    return season


def create_episode(
    session: Session,
    *,
    season_id: uuid.UUID,
    unit_id: uuid.UUID,
    title: str,
    actor: Actor,
    summary: str = "",
    speaker_post: str = "",
    number: int | None = None,
) -> Episode:
    """Add an episode with its comment thread; `number` is the next one unless given. Refuses a taken number."""
    season = locked(session, Season, season_id)
    _asked_for(title)
    chosen = number or (session.scalar(select(func.max(Episode.number))) or 0) + 1
    reference = f"EP-{season.year}-{chosen:02d}"
    taken = Conflict(N_("第 %(number)s 期已经有了，请刷新后再试。"), field="number", number=chosen)
    if session.scalar(select(Episode.id).where(Episode.number == chosen)) is not None:
        raise taken
    with refusing(session, {"uq_episodes_number": taken, "uq_episodes_reference": taken}):
        thread = comments.open_thread(
            session, title=title.strip(), unit_id=unit_id, reference=reference, path=f"/episodes/{chosen}"
        )
        session.flush()
        episode = Episode(
            id=uuid.uuid4(),
            number=chosen,
            season_id=season_id,
            unit_id=unit_id,
            thread_id=thread.id,
            reference=reference,
            title=title.strip(),
            summary=summary.strip(),
            speaker_post=speaker_post.strip(),
            created_at=clock.now(),
        )
        session.add(episode)
    note(session, episode, ChangeKind.CREATED, actor=actor)
    events.emit(session, EpisodeCreated(episode_id=episode.id))
    return episode


def edit_episode(
    session: Session,
    *,
    episode_id: uuid.UUID,
    title: str,
    summary: str,
    speaker_post: str,
    seen_revision: int,
    actor: Actor,
) -> Episode:
    """Change the words of an episode; the earlier ones stay in its history.

    Refuses when somebody else has changed them since `seen_revision`, so that no words are lost.
    """
    episode = locked(session, Episode, episode_id)
    _asked_for(title)
    if episode.revision != seen_revision:
        raise Conflict(N_("别人刚刚改过这一期。请看过新的内容，再改一次。"))
    wanted = {"title": title.strip(), "summary": summary.strip(), "speaker_post": speaker_post.strip()}
    before = {name: getattr(episode, name) for name in wanted}
    changed = {name: text for name, text in wanted.items() if before[name] != text}
    if not changed:
        return episode
    for name, text in changed.items():
        setattr(episode, name, text)
    episode.revision += 1
    if "title" in changed:
        comments.update_thread(session, episode.thread_id, title=episode.title, unit_id=episode.unit_id)
    note(
        session,
        episode,
        ChangeKind.EDITED,
        actor=actor,
        detail={"before": {name: before[name] for name in changed}, "after": changed},
    )
    events.emit(session, EpisodeEdited(episode_id=episode.id))
    return episode


def withdraw_episode(session: Session, *, episode_id: uuid.UUID, reason: str, actor: Actor) -> Episode:
    """Take an episode off the air and the site, with a public reason; its airings are cancelled and its box is void.

    Refuses once grading has opened, until two people have voided the box: ballots are not thrown away by one person.
    Refuses after the count: a result that exists is corrected in the open, not taken away.
    """
    episode = locked(session, Episode, episode_id)
    why = given_reason(reason)
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下了。"))
    if episode.counted_at is not None:
        raise Conflict(N_("已经计票的一期不能撤下：结果要留在公众面前。"))
    has_opened = episode.opens_at is not None and episode.opens_at <= clock.now()
    if has_opened and episode.voided_at is None:
        raise Conflict(N_("评议已经开始。请先由两人作废票箱，再撤下这一期。"))
    episode.withdrawn_at = clock.now()
    episode.withdrawn_reason = why
    _release_plans(session, episode, reason=why)
    note(session, episode, ChangeKind.WITHDRAWN, actor=actor, reason=why)
    events.emit(session, EpisodeWithdrawn(episode_id=episode.id, reason=why))
    return episode


def note_window(
    session: Session,
    episode_id: uuid.UUID,
    opens_at: datetime,
    closes_at: datetime,
    *,
    actor: Actor = SYSTEM,
    reason: str = "",
) -> None:
    """Note when grading opens and closes: announced, or extended. A void box stays void."""
    episode = locked(session, Episode, episode_id)
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下了。"))
    if episode.voided_at is not None:
        raise Conflict(N_("这一期的票箱已经作废，不再开评。"))
    if opens_at >= closes_at:
        raise Invalid(N_("截止时间要晚于开评时间。"))
    kind = ChangeKind.WINDOW_ANNOUNCED if episode.opens_at is None else ChangeKind.WINDOW_CHANGED
    detail = {"opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()}
    if episode.closes_at is not None and closes_at > episode.closes_at and reason:
        episode.extended_at, episode.extension_reason = clock.now(), reason
    episode.opens_at, episode.closes_at = opens_at, closes_at
    note(session, episode, kind, actor=actor, reason=reason, detail=detail)


def note_counted(session: Session, episode_id: uuid.UUID, *, actor: Actor = SYSTEM) -> None:
    """Note that the box was counted; the first count stands."""
    episode = locked(session, Episode, episode_id)
    if episode.counted_at is None:
        episode.counted_at = clock.now()
        note(session, episode, ChangeKind.COUNTED, actor=actor)


def note_published(
    session: Session, episode_id: uuid.UUID, final_at: datetime | None, *, actor: Actor = SYSTEM
) -> None:
    """Note that the result is public and when it is final; noted again when an objection holds that back (None) or is answered."""
    episode = locked(session, Episode, episode_id)
    is_first = episode.published_at is None
    episode.published_at = episode.published_at or clock.now()
    episode.final_at = final_at
    if is_first:
        detail = {"final_at": final_at.isoformat()} if final_at else {}
        note(session, episode, ChangeKind.PUBLISHED, actor=actor, detail=detail)


def note_voided(session: Session, episode_id: uuid.UUID, reason: str, *, actor: Actor = SYSTEM) -> None:
    """Note that the box is void, for good; the episode stays shown."""
    episode = locked(session, Episode, episode_id)
    if episode.voided_at is None:
        episode.voided_at = clock.now()
        episode.void_reason = reason
        note(session, episode, ChangeKind.BOX_VOIDED, actor=actor, reason=reason)


def _release_plans(session: Session, episode: Episode, *, reason: str) -> None:
    """Cancel whatever of an episode has not begun yet."""
    now = clock.now()
    slots = select(RecordingSlot).where(
        RecordingSlot.episode_id == episode.id,
        RecordingSlot.cancelled_at.is_(None),
        RecordingSlot.starts_at > now,
    )
    for slot in session.scalars(slots).all():
        free_slot(session, slot, reason)
    airings = select(Airing).where(
        Airing.episode_id == episode.id, Airing.cancelled_at.is_(None), Airing.starts_at > now
    )
    for airing in session.scalars(airings).all():
        free_airing(session, airing, reason)


def _asked_for(title: str) -> None:
    if not title.strip():
        raise Invalid(N_("请填写题目。"), field="title")
