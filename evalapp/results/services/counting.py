"""Counting an episode's boxes, setting ballots apart by two people, and preparing the result."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import ActKind, Grading, SealedBallot, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import two_people
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.ledger.rules import canonical_json
from evalapp.programme.models import Episode
from evalapp.programme.services import planning
from evalapp.results.events import BoxCounted
from evalapp.results.models import IntegrityFlag, Result, SetApart
from evalapp.results.queries import objected
from evalapp.results.rules import publication
from evalapp.results.rules.scoring import score
from evalapp.results.services import opening
from evalapp.results.services.opening import OpenedBoxes


def count(session: Session, grading: Grading, *, keepers: Keepers, actor: Actor) -> int:
    """Open and fold the boxes and keep what the integrity rules flag; return the number of standing ballots.

    No grade is kept: the counts are made again, from the sealed ballots, when the result is prepared. Raises
    `Conflict` before closing or the second time, `KeyGone`, `BoxDamaged`.
    """
    grading, episode = _held(session, grading)
    if episode.counted_at is not None:
        raise Conflict(N_("这一期已经开箱计票。"))
    opened = opening.open_boxes(session, grading, episode, keepers=keepers)
    found = opening.find_flags(session, opened, grading, episode, keepers=keepers)
    session.add_all(
        IntegrityFlag(
            episode_id=episode.id, rule=flag.rule, number=len(flag.handles), ballots=sorted(flag.handles)
        )
        for flag in found
    )
    planning.note_counted(session, episode.id, actor=actor)
    audit.record(session, actor=actor, action="box.counted", subject=episode.reference)
    events.emit(session, BoxCounted(episode_id=episode.id))
    session.flush()
    return len(opened.standing)


def prepare(session: Session, grading: Grading, *, keepers: Keepers, actor: Actor) -> Result:
    """Work out the result from the sealed ballots; replaces what was prepared before.

    Raises `Conflict` before counting or after publication.
    """
    grading, episode = _held(session, grading)
    if episode.counted_at is None:
        raise Conflict(N_("请先开箱计票，再准备结果。"))
    if episode.published_at is not None:
        raise Conflict(N_("结果已经公布，不能再改。"))
    document = worked_out(session, grading, episode, keepers=keepers)
    result = _result_of(session, episode)
    enter(result, document, actor=actor)
    drop_waiting(session, grading, ActKind.PUBLISH, actor=actor)
    audit.record(
        session,
        actor=actor,
        action="result.prepared",
        subject=episode.reference,
        detail={"hash": result.document_hash},
    )
    session.flush()
    return result


def worked_out(session: Session, grading: Grading, episode: Episode, *, keepers: Keepers) -> bytes:
    """The document of the result as the sealed ballots and what is set apart now give it. Raises `KeyGone`, `BoxDamaged`."""
    opened = opening.open_boxes(session, grading, episode, keepers=keepers)
    apart = opening.set_apart(session, grading.id)
    invited = opening.invited(session, episode.id)
    document = publication.result_document(
        episode=episode.reference,
        counts=opened.counts(without=frozenset(apart)),
        with_set_apart=opened.counts(),
        invited=invited,
        profile=opened.profile,
        set_apart_reasons=Counter(apart.values()),
        flagged_shift=_flagged_shift(session, opened, episode, invited),
    )
    return canonical_json(document)


def enter(result: Result, data: bytes, *, actor: Actor) -> None:
    """Put a document into a result, with the columns as the document has them, so that the league follows from it."""
    document = json.loads(data)
    index = document["score"].get("index", {})
    result.document, result.document_hash = data, hashlib.sha256(data).hexdigest()
    result.mean, result.half_width = index.get("mean"), index.get("half_width")
    result.people = document["counts"]["people"]
    result.prepared_at, result.prepared_by = clock.now(), actor.name


def _result_of(session: Session, episode: Episode) -> Result:
    found = session.scalar(select(Result).where(Result.episode_id == episode.id))
    if found is None:
        found = Result(
            id=uuid.uuid4(), episode_id=episode.id, season_id=episode.season_id, unit_id=episode.unit_id
        )
        session.add(found)
    return found


def _flagged_shift(
    session: Session, opened: OpenedBoxes, episode: Episode, invited: dict[str, int]
) -> Fraction | None:
    """How far the flagged ballots move the index: the index with all ballots less that without the flagged ones."""
    handles = session.scalars(select(IntegrityFlag.ballots).where(IntegrityFlag.episode_id == episode.id))
    flagged = frozenset(uuid.UUID(handle) for each in handles for handle in each)
    whole = score(opened.counts(), profile=opened.profile, invited=invited).index
    rest = score(opened.counts(without=flagged), profile=opened.profile, invited=invited).index
    if not flagged or whole is None or rest is None:
        return None
    return whole.mean - rest.mean


def _held(session: Session, grading: Grading) -> tuple[Grading, Episode]:
    grading = locked(session, Grading, grading.id)
    episode = locked(session, Episode, grading.episode_id)
    if grading.voided_at is not None:
        raise Conflict(N_("这一期的评议已经作废。"))
    if grading.closed_at is None:
        raise Conflict(N_("这一期还没有截止，不能开箱。"))
    return grading, episode


def propose_setting_apart(
    session: Session,
    grading: Grading,
    *,
    ballots: Collection[uuid.UUID],
    reason: str,
    note: str,
    actor: Actor,
) -> TwoPersonAct:
    """Ask a second person to set ballots apart, for a reason that the rules list and no other. Raises `Invalid`."""
    profile = gradings.profile_from(grading.profile)
    if reason not in {listed.code for listed in profile.exclusion_reasons}:
        raise Invalid(N_("只能用开评前公布的理由。"), field="reason")
    _refuse_unless_counted(session, grading)
    known = set(
        session.scalars(
            select(SealedBallot.id).where(
                SealedBallot.grading_id == grading.id, SealedBallot.id.in_(list(ballots))
            )
        )
    )
    if not ballots or known != set(ballots):
        raise Invalid(N_("请选定本期的评票。"), field="ballots")
    return two_people.propose(
        session,
        grading,
        kind=ActKind.SET_APART,
        actor=actor,
        reason=note,
        detail={"reason": reason, "ballots": sorted(str(ballot) for ballot in ballots)},
    )


def confirm_setting_apart(session: Session, act_id: uuid.UUID, *, actor: Actor) -> int:
    """Set the proposed ballots apart; what was prepared before no longer holds. Return how many are new."""
    act = two_people.confirm(session, act_id, kind=ActKind.SET_APART, actor=actor)
    grading = locked(session, Grading, act.grading_id)
    _refuse_unless_counted(session, grading)
    known = session.scalars(select(SetApart.ballot_id).where(SetApart.ballot_id.in_(_ballots(act)))).all()
    new = [ballot for ballot in _ballots(act) if ballot not in known]
    session.add_all(SetApart(ballot_id=ballot, act_id=act.id, reason=act.detail["reason"]) for ballot in new)
    _no_longer_holds(session, grading, actor)
    return len(new)


def propose_putting_back(
    session: Session, grading: Grading, *, act_id: uuid.UUID, note: str, actor: Actor
) -> TwoPersonAct:
    """Ask a second person to count again what one act had set apart. Raises `Invalid`, `Conflict`."""
    _refuse_unless_counted(session, grading)
    if not _apart_by(session, grading, act_id):
        raise Invalid(N_("这一次剔除的评票已经恢复，或者没有这次剔除。"))
    return two_people.propose(
        session, grading, kind=ActKind.PUT_BACK, actor=actor, reason=note, detail={"act": str(act_id)}
    )


def confirm_putting_back(session: Session, act_id: uuid.UUID, *, actor: Actor) -> int:
    """Count again what was set apart; what was prepared before no longer holds. Return how many ballots."""
    act = two_people.confirm(session, act_id, kind=ActKind.PUT_BACK, actor=actor)
    grading = locked(session, Grading, act.grading_id)
    _refuse_unless_counted(session, grading)
    back = _apart_by(session, grading, uuid.UUID(act.detail["act"]))
    for row in back:
        row.put_back_id = act.id
    _no_longer_holds(session, grading, actor)
    return len(back)


def _apart_by(session: Session, grading: Grading, act_id: uuid.UUID) -> Sequence[SetApart]:
    return session.scalars(
        select(SetApart)
        .join(TwoPersonAct, TwoPersonAct.id == SetApart.act_id)
        .where(
            SetApart.act_id == act_id,
            SetApart.put_back_id.is_(None),
            TwoPersonAct.grading_id == grading.id,
        )
        .order_by(SetApart.id)
    ).all()


def _ballots(act: TwoPersonAct) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in act.detail["ballots"]]


def _refuse_unless_counted(session: Session, grading: Grading) -> None:
    episode = session.get_one(Episode, grading.episode_id, populate_existing=True)
    is_over = episode.published_at is not None and not objected.is_to_correct(session, episode.id)
    if episode.counted_at is None or is_over:
        raise Conflict(N_("只有开箱之后、公布之前，或者异议成立、还没有更正的时候，才能剔除或恢复评票。"))


def _no_longer_holds(session: Session, grading: Grading, actor: Actor) -> None:
    session.execute(
        delete(Result).where(Result.episode_id == grading.episode_id, Result.published_at.is_(None))
    )
    for kind in (ActKind.PUBLISH, ActKind.CORRECT):
        drop_waiting(session, grading, kind, actor=actor)
    session.flush()


def drop_waiting(session: Session, grading: Grading, kind: ActKind, *, actor: Actor) -> None:
    """A result that changed must be proposed anew."""
    for act in gradings.waiting_acts(session, grading.id):
        if act.kind is kind:
            two_people.drop(session, act.id, actor=actor)
