"""After an objection was upheld: two people publish corrected figures, or a note that stands with those that are public."""

import hashlib
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.ballots.keepers import Keepers
from evalapp.ballots.models import ActKind, Grading, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.rules.profile import SeasonProfile
from evalapp.ballots.services import two_people
from evalapp.core import calendar, clock, events
from evalapp.core.errors import Conflict
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.transaction import locked
from evalapp.programme.models import Episode
from evalapp.programme.services import planning
from evalapp.results.events import ResultCorrected
from evalapp.results.models import Correction, Result
from evalapp.results.queries import objected
from evalapp.results.services import counting

TEXT_LIMIT = 500


def propose_correction(
    session: Session, grading: Grading, *, text: str, with_figures: bool, keepers: Keepers, actor: Actor
) -> TwoPersonAct:
    """Ask a second person to publish corrected figures, or to let a note stand with those that are public.

    Refuses figures that are no others, and those that differ by so few ballots of a group that the two documents
    together would tell how these were graded. Raises `Conflict`, `Invalid`, `KeyGone`, `BoxDamaged`.
    """
    grading, episode, result = _held(session, grading.id)
    words = cleaned_text(text, field="text", limit=TEXT_LIMIT, required=True)
    changed = objected.changed_since(session, grading.id, objected.standing_since(session, result))
    detail: dict[str, str] = {}
    if with_figures:
        _refuse_few(changed, gradings.profile_from(grading.profile))
        data = counting.worked_out(session, grading, episode, keepers=keepers)
        if data == result.document:
            raise Conflict(N_("重新计算的和公布的一样，没有可以更正的数。请先剔除或恢复评票，或者只加说明。"))
        detail = {"document": data.decode(), "hash": hashlib.sha256(data).hexdigest()}
    elif changed:
        raise Conflict(N_("剔除有了变动：请公布重新计算的结果，或者先把变动改回去。"))
    return two_people.propose(
        session, grading, kind=ActKind.CORRECT, actor=actor, reason=words, detail=detail
    )


def confirm_correction(session: Session, act_id: uuid.UUID, *, actor: Actor) -> Correction:
    """Publish the correction; corrected figures have a term for objections of their own. Raises `Conflict`."""
    act = two_people.confirm(session, act_id, kind=ActKind.CORRECT, actor=actor)
    grading, episode, result = _held(session, act.grading_id)
    made = Correction(
        id=uuid.uuid4(), episode_id=episode.id, act_id=act.id, text=act.reason, made_at=clock.now()
    )
    if "document" in act.detail:
        made.replaced, made.replaced_hash = result.document, result.document_hash
        counting.enter(result, act.detail["document"].encode(), actor=actor)
        days = gradings.profile_from(grading.profile).objection_days
        result.objections_until = calendar.term_ends_at(session, received_at=made.made_at, working_days=days)
    session.add(made)
    session.flush()
    for objection in objected.to_correct(session, episode.id):
        objection.correction_id = made.id
    session.flush()
    settle(session, episode.id, actor=actor)
    events.emit(session, ResultCorrected(episode_id=episode.id))
    return made


def settle(session: Session, episode_id: uuid.UUID, *, actor: Actor = SYSTEM) -> None:
    """Say when the result is final: at the end of its term at the earliest, and not while an objection holds it back."""
    until = session.scalar(select(Result.objections_until).where(Result.episode_id == episode_id))
    if until is not None and not objected.holds_final_back(session, episode_id):
        planning.note_published(session, episode_id, max(until, clock.now()), actor=actor)


def _held(session: Session, grading_id: uuid.UUID) -> tuple[Grading, Episode, Result]:
    grading = locked(session, Grading, grading_id)
    episode = locked(session, Episode, grading.episode_id)
    result = session.scalar(
        select(Result)
        .where(Result.episode_id == episode.id, Result.published_at.is_not(None))
        .execution_options(populate_existing=True)
    )
    if result is None or episode.voided_at is not None or not objected.is_to_correct(session, episode.id):
        raise Conflict(N_("没有成立而还没有更正的异议，公布的结果不能改。"))
    return grading, episode, result


def _refuse_few(changed: dict[str, int], profile: SeasonProfile) -> None:
    least = profile.breakdown_minimum
    if any(number < least for number in changed.values()):
        raise Conflict(
            N_(
                "有一类评议主体只变动了不到 %(least)s 张：前后两次的数相减就知道是怎么评的。请把变动改回去，只加说明。"
            ),
            least=least,
        )
