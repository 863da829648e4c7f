"""What people do in the demonstration, each through the service that does it for real."""

import shutil
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.queries import gradings
from evalapp.ballots.services import announcing, closing, standings
from evalapp.comments.models import Comment
from evalapp.comments.rules.asking import suggested
from evalapp.comments.rules.moderation import CommentState, Moderation, RefusalReason
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services import authorship, moderation
from evalapp.core import clock
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.platform import Platform
from evalapp.demo import answers, voices
from evalapp.demo.filming import Film
from evalapp.demo.people import Participant, as_resident
from evalapp.demo.scripts import PlannedEpisode, clip_of, episodes, refusal, unit_of
from evalapp.demo.story import HOUR, LENGTH, Story
from evalapp.programme.models import Recording
from evalapp.programme.rules import Span
from evalapp.programme.rules.recordings import CaptionLanguage, ChapterKind
from evalapp.programme.services import (
    planning,
    planning_airings,
    planning_dossier,
    planning_places,
    planning_slots,
    recordings,
    recordings_captions,
    recordings_uploads,
)
from evalapp.results.services import counting, publishing


def begin(session: Session, story: Story) -> None:
    year = clock.local(story.now - timedelta(days=60)).year
    season = planning.create_season(session, year=year, title=f"{year} 年度", actor=SYSTEM)
    story.season_id = season.id
    story.studio = planning_places.add_studio(session, name="一号演播室", actor=SYSTEM)
    story.channel = planning_places.add_channel(session, code="yi.qingchuan", name="晴川一套", actor=SYSTEM)
    for planned in episodes():
        unit = story.district.units[planned.unit]
        episode = planning.create_episode(
            session,
            season_id=season.id,
            unit_id=unit.id,
            title=planned.title,
            summary=_summary(planned),
            speaker_post=f"{unit.name}{'主任' if unit.kind == 'subdistrict' else '局长'}",
            number=planned.number,
            actor=story.people.staff["office"],
        )
        story.made[planned.number] = episode.id


def _summary(planned: PlannedEpisode) -> str:
    unit = unit_of(planned)
    goal = unit.highlights[0][1] if unit.highlights else unit.summary
    return f"负责人到镜头前说清三件事：{unit.summary.rstrip('。')}；今年的目标是{goal}；承诺做到了几条。看完请评一评。"


def book(session: Session, story: Story, planned: PlannedEpisode, span: Span) -> None:
    assert story.studio is not None
    planning_slots.plan_slot(
        session,
        episode_id=story.made[planned.number],
        studio_id=story.studio.id,
        span=span,
        override_reason="资料随后补齐",
        actor=story.people.staff["office"],
    )


def dossier(session: Session, story: Story, planned: PlannedEpisode) -> None:
    unit = unit_of(planned)
    lines = [unit.summary, *(f"承诺：{pledge[0]}，{pledge[1]}" for pledge in unit.pledges)]
    lines += [f"亮点：{one[0]}，目标是{one[1]}；目前{one[3]}。" for one in unit.highlights]
    actor = story.people.unit(planned.unit)
    planning_dossier.write_report(
        session, episode_id=story.made[planned.number], report="\n".join(lines)[:500], actor=actor
    )
    planning_dossier.hand_in(session, episode_id=story.made[planned.number], actor=actor)


def deliver(session: Session, story: Story, planned: PlannedEpisode) -> None:
    """The station hands in the clip of the unit's class and the episode's scene."""
    hand_in_film(
        session,
        story.platform,
        story.made[planned.number],
        story.clips[clip_of(planned)],
        by=story.people.staff["station"],
    )


def hand_in_film(
    session: Session, platform: Platform, episode_id: uuid.UUID, film: Film, *, by: Actor, reason: str = ""
) -> Recording:
    """Hand a film in as the station would; its preparation is asked for."""
    file_id = uuid.uuid4()
    part = recordings_uploads.part_path(platform.settings, file_id)
    part.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(film.recording, part)
    return recordings.deliver(
        session,
        episode_id,
        file_id=file_id,
        original_name="成片.mp4",
        size=part.stat().st_size,
        by=by,
        reason=reason,
    )


def captions(session: Session, story: Story, planned: PlannedEpisode) -> None:
    """Caption the clip as its script says."""
    found = session.scalars(select(Recording).where(Recording.episode_id == story.made[planned.number])).one()
    caption_film(session, found.id, story.clips[clip_of(planned)], by=story.people.staff["station"])


def caption_film(session: Session, recording_id: uuid.UUID, film: Film, *, by: Actor) -> None:
    """Add the captions and chapters that the script gives."""
    recordings_captions.take_captions(
        session,
        recording_id,
        language=CaptionLanguage.CHINESE,
        data=film.captions,
        original_name="字幕.vtt",
        by=by,
    )
    for start_ms, title, kind in film.chapters:
        recordings_captions.add_chapter(
            session, recording_id, start_ms=start_ms, title=title, kind=ChapterKind(kind), by=by
        )


def schedule(session: Session, story: Story, planned: PlannedEpisode, aired_at: datetime) -> None:
    assert story.channel is not None
    for starts_at in (aired_at, aired_at + 25.5 * HOUR):
        planning_airings.plan_airing(
            session,
            episode_id=story.made[planned.number],
            channel_id=story.channel.id,
            span=Span(starts_at=starts_at, ends_at=starts_at + LENGTH),
            override_reason="",
            actor=story.people.staff["office"],
        )


def announce(session: Session, story: Story, planned: PlannedEpisode) -> None:
    announcing.announce(
        session,
        story.episode(session, planned.number),
        keepers=story.keepers,
        receipts=story.signer.verifier,
        actor=story.people.staff["office"],
    )


def withdraw(session: Session, story: Story, planned: PlannedEpisode) -> None:
    planning.withdraw_episode(
        session,
        episode_id=story.made[planned.number],
        reason="录像里出现了残疾居民的住址，尊重当事人意见撤下，重新录制。",
        actor=story.people.staff["office"],
    )


def void(session: Session, story: Story, planned: PlannedEpisode) -> None:
    grading = gradings.graded_episode(session, planned.number).grading
    act = announcing.propose_voiding(
        session,
        grading,
        reason="开评后发现节目时长被误剪 6 分钟，评议不公平，择期重播重评。",
        actor=story.people.staff["office"],
    )
    announcing.confirm_voiding(session, act.id, actor=story.people.staff["office2"])


def invite(session: Session, story: Story, planned: PlannedEpisode) -> None:
    """The panel is invited and grades while the recording is shown in the studio."""
    episode = story.episode(session, planned.number)
    panel = story.people.panel[:4] if planned.few else story.people.panel
    standings.invite(
        session, episode, person_ids=[one.person_id for one in panel], actor=story.people.staff["office"]
    )
    session.flush()
    booth = story.booths.of(session, planned.number)
    voices.vote(session, booth, panel, satisfaction=planned.satisfaction - 0.03, chance=story.chance)


def vote(session: Session, story: Story, planned: PlannedEpisode, wave: list[Participant]) -> None:
    """A third of those who vote hold a client's card of the unit."""
    unit = story.district.units[planned.unit]
    secret = story.platform.keys.service("client-codes")
    clients = wave[: len(wave) // 3]
    if clients:
        cards = standings.print_client_codes(session, unit, number=len(clients), secret=secret, actor=SYSTEM)
        session.flush()
        for voter, card in zip(clients, cards, strict=True):
            standings.claim_code(session, card.text, resident_id=voter.resident_id, secret=secret)
    booth = story.booths.of(session, planned.number)
    voices.vote(session, booth, wave, satisfaction=planned.satisfaction, chance=story.chance)


def comment(session: Session, story: Story, planned: PlannedEpisode, turn: int) -> None:
    """A resident writes; every second one at a moment of the recording."""
    moment = 2 + turn if turn % 2 == 0 else None
    authorship.write_comment(
        session,
        thread_id=story.episode(session, planned.number).thread_id,
        author=as_resident(answers.asker(story, planned, turn)),
        text=answers.said(planned, turn),
        keys=CommentKeys.of(story.platform.keys),
        policy=authorship.CommentPolicy(moderation=Moderation.BEFORE, per_hour=5),
        at_seconds=moment,
        duration=moment,
    )


def moderate(session: Session, story: Story, planned: PlannedEpisode) -> None:
    """The office reads what waits and says what each asks for; one in nine is refused with a reason."""
    keys, officer = CommentKeys.of(story.platform.keys), story.people.staff["office"]
    thread_id = story.episode(session, planned.number).thread_id
    for comment in _held(session, thread_id):
        if planned.number % 9 == 0:
            moderation.refuse(
                session,
                reference=comment.reference,
                seen_version=comment.version,
                actor=officer,
                keys=keys,
                reason=RefusalReason.OTHER,
                note=refusal(),
            )
        else:
            moderation.approve(
                session,
                reference=comment.reference,
                seen_version=comment.version,
                actor=officer,
                keys=keys,
                asking=suggested(comment.text),
            )


def close(session: Session, planned: PlannedEpisode) -> None:
    closing.close(session, gradings.graded_episode(session, planned.number).grading.id)


def count(session: Session, story: Story, planned: PlannedEpisode) -> None:
    grading = gradings.graded_episode(session, planned.number).grading
    counting.count(session, grading, keepers=story.keepers, actor=story.people.staff["office"])


def publish(session: Session, story: Story, planned: PlannedEpisode) -> None:
    grading = gradings.graded_episode(session, planned.number).grading
    counting.prepare(session, grading, keepers=story.keepers, actor=story.people.staff["office"])
    act = publishing.propose_publication(session, grading, actor=story.people.staff["office"])
    publishing.confirm_publication(session, act.id, actor=story.people.staff["office2"])


def _held(session: Session, thread_id: uuid.UUID) -> Sequence[Comment]:
    return session.scalars(
        select(Comment)
        .where(Comment.thread_id == thread_id, Comment.state == CommentState.HELD)
        .order_by(Comment.written_on, Comment.reference)
    ).all()
