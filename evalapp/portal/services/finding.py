"""Keeps what the public pages say findable: reactions to the events of each, in the transaction that changed it."""

import uuid
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.events import GradingVoided
from evalapp.comments.events import CommentChanged, CommentMoved
from evalapp.comments.models import Comment, Reply, ReplyWording, Thread
from evalapp.comments.rules.moderation import CommentState
from evalapp.pledges import queries as pledges
from evalapp.pledges.events import (
    HighlightShown,
    HighlightWithdrawn,
    PledgeShown,
    PledgeWithdrawn,
    ProgressReported,
)
from evalapp.pledges.queries import ShownHighlight, ShownPledge
from evalapp.portal.models import FoundKind, SearchEntry
from evalapp.portal.rules.everyday import everyday_names
from evalapp.portal.rules.passages import passages
from evalapp.portal.services.finding_boards import board_of, every_board, new_board_of
from evalapp.portal.services.finding_matters import every_matter, matters_of
from evalapp.portal.services.finding_powers import every_power_and_guide, powers_and_guides_of
from evalapp.portal.services.indexing import Findable, put, put_all, remove, remove_below
from evalapp.programme.events import (
    CaptionsChanged,
    EpisodeCreated,
    EpisodeEdited,
    EpisodeReady,
    EpisodeWithdrawn,
)
from evalapp.programme.models import CaptionTrack, Episode, Recording
from evalapp.programme.queries.recordings import watched
from evalapp.programme.rules.recordings import CaptionLanguage
from evalapp.units import queries as units
from evalapp.units.events import UnitAdded, UnitChanged, UnitClosed, UnitReopened
from evalapp.units.models import Unit

_MOST_EPISODES = 1_000
_PIECE = 1_000
_TITLE = 40  # characters of a comment that stand for its title


def renew_where_empty(session: Session) -> int:
    """Make an index that holds nothing anew out of what the pages show; returns how many pages can be found.

    A migration that cuts words otherwise leaves it so. Not for a busy hour.
    """
    if session.scalar(select(SearchEntry.id).limit(1)) is not None:
        return 0
    return put_all(session, _everything(session))


def _everything(session: Session) -> Iterator[Findable]:
    everyone = session.scalars(select(Unit).order_by(Unit.sort_key, Unit.id)).all()
    yield from every_board(session, everyone)
    yield from every_matter(session)
    for unit in everyone:
        yield _unit(session, unit)
        yield from _promised(session, unit)
        for episode in _episodes_of(session, unit):
            yield _episode(episode, unit)
            yield from _transcript(session, episode)
    yield from every_power_and_guide(session)
    said = (ReplyWording.reply_id == Reply.id) & (ReplyWording.number == Reply.version)
    shown = (
        select(Comment, Thread, ReplyWording.text)
        .join(Thread, Thread.id == Comment.thread_id)
        .outerjoin(Reply, Reply.comment_id == Comment.id)
        .outerjoin(ReplyWording, said)
        .where(Comment.state == CommentState.SHOWN)
        .order_by(Comment.shown_on, Comment.id)
    )
    for comment, thread, reply in session.execute(shown.execution_options(yield_per=_PIECE)):
        yield _comment(comment, thread, reply or "")


def on_unit_added(session: Session, event: UnitAdded) -> None:
    """A new unit is found with its board; nothing else is its own yet."""
    unit = units.unit_by_id(session, event.unit_id)
    for shown in (_unit(session, unit), *new_board_of(unit)):
        put(session, shown)


def on_unit(session: Session, event: UnitChanged | UnitClosed | UnitReopened) -> None:
    """A unit says something else of itself; what is listed under its name follows. A closed one stays findable."""
    unit = units.unit_by_id(session, event.unit_id)
    put(session, _unit(session, unit))
    for promised in _promised(session, unit):
        put(session, promised)
    for episode in _episodes_of(session, unit):
        put(session, _episode(episode, unit))
    for shown in (
        *powers_and_guides_of(session, unit),
        *board_of(session, unit),
        *matters_of(session, unit),
    ):
        put(session, shown)


def on_pledge_shown(session: Session, event: PledgeShown) -> None:
    """A pledge is found under its newest wording."""
    pledge = pledges.shown_pledge(session, pledges.pledge_by_id(session, event.pledge_id).reference)
    put(session, _pledge(pledge, units.unit_by_id(session, pledge.unit_id)))


def on_pledge_withdrawn(session: Session, event: PledgeWithdrawn) -> None:
    """A withdrawn pledge keeps its page and is no longer found."""
    remove(session, _pledge_path(pledges.pledge_by_id(session, event.pledge_id).reference))


def on_highlight(session: Session, event: HighlightShown | ProgressReported) -> None:
    """A highlight is found under its newest wording, and under how far it is."""
    reference = pledges.highlight_by_id(session, event.highlight_id).reference
    highlight = pledges.shown_highlight(session, reference)
    put(session, _highlight(highlight, units.unit_by_id(session, highlight.unit_id)))


def on_highlight_withdrawn(session: Session, event: HighlightWithdrawn) -> None:
    """A withdrawn highlight keeps its page and is no longer found."""
    remove(session, _highlight_path(pledges.highlight_by_id(session, event.highlight_id).reference))


def on_episode(session: Session, event: EpisodeCreated | EpisodeEdited | GradingVoided) -> None:
    """An episode is found under its title, its summary and its unit, and under why its box was made void."""
    episode = _episode_by_id(session, event.episode_id)
    put(session, _episode(episode, units.unit_by_id(session, episode.unit_id)))
    _put_transcript(session, episode)


def on_captions(session: Session, event: CaptionsChanged | EpisodeReady) -> None:
    """What is said in an episode is found with its moment, in the recording that is watched."""
    _put_transcript(session, _episode_by_id(session, event.episode_id))


def on_comment(session: Session, event: CommentChanged) -> None:
    """A comment is found with its reply while it is shown, and no longer."""
    session.flush()
    comment = session.get_one(Comment, event.comment_id)
    thread = session.get_one(Thread, comment.thread_id)
    if comment.state is not CommentState.SHOWN:
        remove(session, _comment_path(thread, comment.reference))
        return
    put(session, _comment(comment, thread, _reply_to(session, comment)))


def on_comment_moved(session: Session, event: CommentMoved) -> None:
    """Nothing is found any more of what went to the misconduct channel."""
    comment = session.get_one(Comment, event.comment_id)
    remove(session, _comment_path(session.get_one(Thread, comment.thread_id), event.reference))


def on_episode_withdrawn(session: Session, event: EpisodeWithdrawn) -> None:
    """An episode that is no longer shown is no longer found."""
    episode = _episode_by_id(session, event.episode_id)
    remove(session, _episode_path(episode))
    remove_below(session, _moments_of(episode))


def _episodes_of(session: Session, unit: Unit) -> Sequence[Episode]:
    return session.scalars(
        select(Episode)
        .where(Episode.unit_id == unit.id, Episode.withdrawn_at.is_(None))
        .order_by(Episode.number)
        .limit(_MOST_EPISODES)
    ).all()


def _episode_by_id(session: Session, episode_id: uuid.UUID) -> Episode:
    return session.scalars(select(Episode).where(Episode.id == episode_id)).one()


def _unit(session: Session, unit: Unit) -> Findable:
    above = units.above(session, unit)
    functions = units.functions(session, unit.id)
    said = [
        unit.short_name,
        unit.summary,
        *(f"{each.title} {each.text} {each.handled_by}" for each in functions),
    ]
    return Findable(
        kind=FoundKind.UNIT,
        path=f"/units/{unit.slug}",
        title=unit.name,
        place=above[-1].name if above else "",
        also=(unit.short_name, *everyday_names(unit.name)),
        body="\n".join(part for part in said if part),
    )


def _pledge(pledge: ShownPledge, unit: Unit) -> Findable:
    return Findable(
        kind=FoundKind.PLEDGE,
        path=_pledge_path(pledge.reference),
        title=pledge.title,
        place=unit.name,
        also=(pledge.reference,),
        body=f"{pledge.text}\n{pledge.measured}",
    )


def _promised(session: Session, unit: Unit) -> Iterator[Findable]:
    shown = pledges.shown_for_unit(session, unit.id)
    yield from (_pledge(pledge, unit) for pledge in shown.pledges)
    yield from (_highlight(highlight, unit) for highlight in shown.highlights)


def _highlight(highlight: ShownHighlight, unit: Unit) -> Findable:
    reached = highlight.progress
    said = [highlight.goal, *highlight.measures, highlight.post]
    if reached:
        said += [reached.done, reached.proof]
    return Findable(
        kind=FoundKind.HIGHLIGHT,
        path=_highlight_path(highlight.reference),
        title=highlight.title,
        place=unit.name,
        also=(highlight.reference,),
        body="\n".join(part for part in said if part),
    )


def _pledge_path(reference: str) -> str:
    return f"/pledges/{reference}"


def _highlight_path(reference: str) -> str:
    return f"/highlights/{reference}"


def _episode(episode: Episode, unit: Unit) -> Findable:
    return Findable(
        kind=FoundKind.EPISODE,
        path=_episode_path(episode),
        title=episode.title,
        place=unit.name,
        also=(f"第{episode.number}期", episode.reference),
        body=f"{episode.summary}\n{episode.speaker_post}\n{episode.void_reason}".strip(),
        episode=episode.number,
    )


def _put_transcript(session: Session, episode: Episode) -> None:
    session.flush()
    remove_below(session, _moments_of(episode))
    if episode.withdrawn_at is None:
        put_all(session, _transcript(session, episode))


def _transcript(session: Session, episode: Episode) -> list[Findable]:
    """What is said in the recording that is watched, in passages with their moments."""
    cues = session.scalar(
        select(CaptionTrack.cues)
        .join(Recording, Recording.id == CaptionTrack.recording_id)
        .where(
            Recording.episode_id == episode.id,
            watched(),
            CaptionTrack.language == CaptionLanguage.CHINESE,
        )
    )
    return [
        Findable(
            kind=FoundKind.TRANSCRIPT,
            path=f"{_moments_of(episode)}{passage.seconds}#watch",
            title=episode.title,
            place=passage.clock,
            body=passage.text,
            is_named=False,
            episode=episode.number,
        )
        for passage in passages(cues or ())
    ]


def _moments_of(episode: Episode) -> str:
    return f"{_episode_path(episode)}?t="


def _comment(comment: Comment, thread: Thread, reply: str) -> Findable:
    return Findable(
        kind=FoundKind.COMMENT,
        path=_comment_path(thread, comment.reference),
        title=" ".join(comment.text.split())[:_TITLE],
        place=thread.title,
        body=f"{comment.text}\n{reply}".strip(),
        is_named=False,
    )


def _comment_path(thread: Thread, reference: str) -> str:
    return f"{thread.path}?from={reference}#{reference}"


def _reply_to(session: Session, comment: Comment) -> str:
    """The newest wording of the reply to a comment."""
    said = session.scalar(
        select(ReplyWording.text)
        .join(Reply, (Reply.id == ReplyWording.reply_id) & (Reply.version == ReplyWording.number))
        .where(Reply.comment_id == comment.id)
    )
    return said or ""


def _episode_path(episode: Episode) -> str:
    return f"/episodes/{episode.number}"
