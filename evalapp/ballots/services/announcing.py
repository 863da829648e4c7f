"""Announcing boxes: keys as files, rules as entry 0, the window; extending and voiding by two people."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from evalapp.accounts.rules import Purpose
from evalapp.audit import services as audit
from evalapp.ballots.events import GradingAnnounced, GradingExtended, GradingVoided
from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import ActKind, BallotBox, BoxEntry, Grading, TwoPersonAct
from evalapp.ballots.queries import gradings as reading
from evalapp.ballots.rules import sealing
from evalapp.ballots.rules.profile import BoxRules, SeasonProfile, read_moment, written_moment
from evalapp.ballots.rules.profile import Keys as PublicKeys
from evalapp.ballots.services import two_people
from evalapp.ballots.services.locks import take_exclusive
from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.core.transaction import locked
from evalapp.ledger.rules import NoteVerifier, leaf_hash
from evalapp.notifications import services as notifications
from evalapp.programme.models import Episode, Season
from evalapp.programme.services import planning
from evalapp.units.models import Unit


def announce(
    session: Session,
    episode: Episode,
    *,
    keepers: Keepers,
    receipts: NoteVerifier,
    actor: Actor,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Grading:
    """Fix the rules of an episode's boxes. Keys are made as files first; interrupted, the next try takes them over.

    Without a window it is the one that `reading.proposed_window` finds. Raises `Conflict` when the boxes are announced
    already, nothing is planned, or the window is over. Announced late, a box opens now: rules are fixed before grading
    opens, never after.
    """
    episode = locked(session, Episode, episode.id)
    profile = reading.profile_from(session.get_one(Season, episode.season_id).profile)
    proposed = reading.proposed_window(session, episode, days=profile.grading_days)
    opens_at, closes_at = _window(
        episode, opens_at or (proposed and proposed[0]), closes_at or (proposed and proposed[1])
    )
    grading = Grading(
        id=uuid.uuid4(),
        episode_id=episode.id,
        profile=profile.model_dump(mode="json"),
        opens_at=opens_at,
        closes_at=closes_at,
        announced_at=clock.now(),
    )
    with refusing(session, {"uq_gradings_episode_id": Conflict(N_("这一期的评议规则已经公布，不能再改。"))}):
        session.add(grading)
    keys = keepers.make(episode.reference, [group.code for group in profile.groups])
    unit = session.get_one(Unit, episode.unit_id)
    for group in profile.groups:
        box = BallotBox(
            id=uuid.uuid4(),
            grading_id=grading.id,
            group=group.code,
            reference=f"{episode.reference}.{group.code}",
            public_key=keys[group.code],
        )
        session.add(box)
        session.flush()
        rules = _rules(box, grading=grading, episode=episode, unit=unit, profile=profile, receipts=receipts)
        add_entry(session, box, sealing.rules_entry(rules.document))
    planning.note_window(session, episode.id, opens_at, closes_at, actor=actor)
    audit.record(session, actor=actor, action="box.announced", subject=episode.reference)
    events.emit(session, GradingAnnounced(episode_id=episode.id))
    session.flush()
    return grading


def _window(
    episode: Episode, opens_at: datetime | None, closes_at: datetime | None
) -> tuple[datetime, datetime]:
    if episode.withdrawn_at is not None:
        raise Conflict(N_("这一期已经撤下，不能开评。"))
    if episode.voided_at is not None:
        raise Conflict(N_("这一期的票箱已经作废，不能再开评。要重新评议，请为这个单位新建一期。"))
    if opens_at is None or closes_at is None:
        raise Conflict(N_("这一期还没有安排播出，请先排播出，或者写明开评和截止时间。"), field="opens_at")
    opens_at = max(opens_at, clock.now()).replace(microsecond=0)
    closes_at = closes_at.replace(microsecond=0)
    if opens_at >= closes_at:
        raise Conflict(N_("截止时间要晚于开评时间，也要晚于现在。"), field="closes_at")
    return opens_at, closes_at


def _rules(
    box: BallotBox,
    *,
    grading: Grading,
    episode: Episode,
    unit: Unit,
    profile: SeasonProfile,
    receipts: NoteVerifier,
) -> BoxRules:
    return BoxRules(
        box=box.reference,
        episode=episode.reference,
        unit=unit.name,
        group=box.group,
        opens_at=written_moment(grading.opens_at),
        closes_at=written_moment(grading.closes_at),
        keys=PublicKeys(box=box.public_key.hex(), receipts=receipts.text),
        profile=profile,
    )


def add_entry(session: Session, box: BallotBox, entry: bytes) -> None:
    """Append an entry that is no ballot to a box."""
    session.add(
        BoxEntry(box_id=box.id, kind=entry[0], body=entry, entry_hash=leaf_hash(entry), made_at=clock.now())
    )


def propose_extension(
    session: Session, grading: Grading, *, closes_at: datetime, reason: str, actor: Actor
) -> TwoPersonAct:
    """Ask a second person to move the closing to a later moment. Raises `Conflict`, `Invalid`."""
    _refuse_when_over(grading)
    moment = closes_at.replace(microsecond=0)
    if moment <= grading.closes_at:
        raise Invalid(N_("延长后的截止时间须晚于原定时间。"), field="closes_at")
    return two_people.propose(
        session,
        grading,
        kind=ActKind.EXTEND,
        actor=actor,
        reason=_given(reason),
        detail={"closes_at": written_moment(moment)},
    )


def confirm_extension(session: Session, act_id: uuid.UUID, *, actor: Actor) -> Grading:
    """Move the closing, as an entry of its own in every box, and have it told. Raises `Conflict` once the old moment has come."""
    act = two_people.confirm(session, act_id, kind=ActKind.EXTEND, actor=actor)
    take_exclusive(session, act.grading_id)
    grading = locked(session, Grading, act.grading_id)
    _refuse_when_over(grading)
    grading.closes_at = read_moment(act.detail["closes_at"])
    for box in reading.boxes(session, grading.id):
        entry = sealing.extension_entry(
            box=box.reference, closes_at=act.detail["closes_at"], reason=act.reason, posts=_posts(act)
        )
        add_entry(session, box, entry)
    planning.note_window(
        session, grading.episode_id, grading.opens_at, grading.closes_at, actor=actor, reason=act.reason
    )
    # Nobody looks up whose ballots stand: whoever asked to be told of extensions is told of each (decision 0018).
    notifications.tell_all(session, purpose=Purpose.EXTENSION_NOTICES, key=f"extension:{act.id}")
    events.emit(session, GradingExtended(episode_id=grading.episode_id, closes_at=grading.closes_at))
    return grading


def propose_voiding(session: Session, grading: Grading, *, reason: str, actor: Actor) -> TwoPersonAct:
    """Ask a second person to declare the boxes void. Raises `Conflict` once a result stands in public."""
    _refuse_when_published(session, grading)
    return two_people.propose(session, grading, kind=ActKind.VOID, actor=actor, reason=_given(reason))


def confirm_voiding(session: Session, act_id: uuid.UUID, *, actor: Actor) -> Grading:
    """Declare the boxes void, as an entry of its own in each; no result will come of them."""
    act = two_people.confirm(session, act_id, kind=ActKind.VOID, actor=actor)
    take_exclusive(session, act.grading_id)
    grading = locked(session, Grading, act.grading_id)
    _refuse_when_published(session, grading)
    grading.voided_at = clock.now()
    for box in reading.boxes(session, grading.id):
        add_entry(
            session, box, sealing.voiding_entry(box=box.reference, reason=act.reason, posts=_posts(act))
        )
    planning.note_voided(session, grading.episode_id, act.reason, actor=actor)
    events.emit(session, GradingVoided(episode_id=grading.episode_id))
    return grading


def _posts(act: TwoPersonAct) -> tuple[str, str]:
    return act.proposed_post, act.confirmed_post


def _given(reason: str) -> str:
    text = reason.strip()
    if not 2 <= len(text) <= 500:
        raise Invalid(N_("请写明理由，2 到 500 字。"), field="reason")
    return text


def _refuse_when_over(grading: Grading) -> None:
    if grading.voided_at is not None:
        raise Conflict(N_("这一期的评议已经作废。"))
    if grading.closed_at is not None or clock.now() >= grading.closes_at:
        raise Conflict(N_("这一期已经截止，不能再延长。"))


def _refuse_when_published(session: Session, grading: Grading) -> None:
    episode = session.get_one(Episode, grading.episode_id)
    if grading.voided_at is not None or episode.voided_at is not None:
        raise Conflict(N_("这一期的评议已经作废。"))
    if episode.published_at is not None:
        raise Conflict(N_("结果已经公布，不能作废；请走更正程序。"))
