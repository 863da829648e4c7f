"""Reading the boxes of episodes for the office's desk."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.models import ActKind, BallotBox, BoxEntry, Grading, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode
from evalapp.programme.queries import planning
from evalapp.programme.queries.planning import EpisodeWithState
from evalapp.results.models import IntegrityFlag, Result
from evalapp.results.queries import objected
from evalapp.results.queries.sheet import Sheet, sheet
from evalapp.results.rules.integrity import Rule
from evalapp.results.services import opening
from evalapp.units.models import Unit

RULE_NAMES = {
    Rule.DEVICE: N_("同一台设备提交过多"),
    Rule.NETWORK: N_("同一网络提交过多"),
    Rule.BURST: N_("短时间集中提交"),
    Rule.HASTE: N_("没看节目就成串提交"),
    Rule.IDENTICAL: N_("成串的相同评票"),
    Rule.NUMBER_BLOCK: N_("同一号段集中"),
    Rule.STAFF_LIST: N_("被评单位自己的人"),
}
ACT_NAMES = {
    ActKind.EXTEND: N_("延长评议"),
    ActKind.VOID: N_("作废票箱"),
    ActKind.SET_APART: N_("剔除评票"),
    ActKind.PUBLISH: N_("公布结果"),
    ActKind.PUT_BACK: N_("恢复计入剔除的评票"),
    ActKind.CORRECT: N_("更正结果"),
}


@dataclass(frozen=True, kw_only=True)
class BoxRow:
    """An episode in the list of boxes; without a grading nothing is announced yet."""

    item: EpisodeWithState
    grading: Grading | None
    waiting: int


@dataclass(frozen=True, kw_only=True)
class FlagRow:
    """What a rule points at, and how many of it are set apart already."""

    flag: IntegrityFlag
    name: str
    apart: int


@dataclass(frozen=True, kw_only=True)
class BoxPage:
    """Everything that the page of an episode's boxes shows."""

    item: EpisodeWithState
    grading: Grading | None
    profile: SeasonProfile
    boxes: Sequence[BallotBox]
    entries: Sequence[tuple[str, BoxEntry]]
    waiting: Sequence[TwoPersonAct]
    flags: Sequence[FlagRow]
    invited: int
    result: Result | None
    sheet: Sheet | None
    is_to_correct: bool

    def waits_for(self, kind: str) -> TwoPersonAct | None:
        return next((act for act in self.waiting if act.kind == kind), None)


def box_rows(session: Session, *, limit: int = 200) -> list[BoxRow]:
    """The episodes that boxes are or may be announced for, newest first."""
    items = planning.episodes_with_state(session, Episode.withdrawn_at.is_(None), limit=limit)
    ids = [item.episode.id for item in items]
    found = session.scalars(select(Grading).where(Grading.episode_id.in_(ids)).order_by(Grading.id))
    known = {grading.episode_id: grading for grading in found}
    acts = session.scalars(
        select(TwoPersonAct.grading_id).where(
            TwoPersonAct.confirmed_at.is_(None), TwoPersonAct.dropped_at.is_(None)
        )
    ).all()
    return [
        BoxRow(
            item=item,
            grading=known.get(item.episode.id),
            waiting=sum(item.episode.id in known and act == known[item.episode.id].id for act in acts),
        )
        for item in items
    ]


def box_page(session: Session, number: int) -> BoxPage:
    """The boxes of the episode with this number; raises `NotFound`."""
    item = planning.episode_with_state(session, number)
    grading = session.scalar(select(Grading).where(Grading.episode_id == item.episode.id))
    result = session.scalar(select(Result).where(Result.episode_id == item.episode.id))
    season_profile = planning.season(session, item.year).profile
    profile = gradings.profile_from(season_profile if grading is None else grading.profile)
    boxes = [] if grading is None else gradings.boxes(session, grading.id)
    return BoxPage(
        item=item,
        grading=grading,
        profile=profile,
        boxes=boxes,
        entries=_entries(session, boxes),
        waiting=[] if grading is None else gradings.waiting_acts(session, grading.id),
        flags=[] if grading is None else _flags(session, item.episode.id, grading.id),
        invited=sum(opening.invited(session, item.episode.id).values()),
        result=result,
        sheet=None if result is None else sheet(json.loads(result.document), profile),
        is_to_correct=objected.is_to_correct(session, item.episode.id),
    )


def _entries(session: Session, boxes: Sequence[BallotBox]) -> list[tuple[str, BoxEntry]]:
    names = {box.id: box.reference for box in boxes}
    rows = session.scalars(
        select(BoxEntry)
        .where(BoxEntry.box_id.in_(list(names)))
        .order_by(BoxEntry.made_at, BoxEntry.kind, BoxEntry.entry_hash)
    )
    return [(names[row.box_id], row) for row in rows]


def _flags(session: Session, episode_id: uuid.UUID, grading_id: uuid.UUID) -> list[FlagRow]:
    apart = {str(ballot) for ballot in opening.set_apart(session, grading_id)}
    rows = session.scalars(
        select(IntegrityFlag)
        .where(IntegrityFlag.episode_id == episode_id)
        .order_by(IntegrityFlag.rule, IntegrityFlag.number.desc(), IntegrityFlag.id)
    )
    return [
        FlagRow(flag=row, name=RULE_NAMES[row.rule], apart=sum(ballot in apart for ballot in row.ballots))
        for row in rows
    ]


def flagged_ballots(session: Session, flag_id: uuid.UUID, *, number: int) -> list[uuid.UUID]:
    """The ballots that a flag of this episode points at; raises `NotFound`."""
    found = session.scalar(
        select(IntegrityFlag)
        .join(Episode, Episode.id == IntegrityFlag.episode_id)
        .where(IntegrityFlag.id == flag_id, Episode.number == number)
    )
    if found is None:
        raise NotFound(N_("没有这条提醒。"))
    return [uuid.UUID(ballot) for ballot in found.ballots]


def units_for_codes(session: Session) -> Sequence[Unit]:
    """The units whose clients may be given codes."""
    return session.scalars(
        select(Unit).where(Unit.closed_at.is_(None)).order_by(Unit.sort_key, Unit.name)
    ).all()
