"""Setting, rewording and withdrawing highlights, and reporting how far they are."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.audit import services as audit
from evalapp.core import clock, events
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import Actor
from evalapp.core.references import next_reference
from evalapp.core.transaction import locked
from evalapp.pledges.events import HighlightShown, HighlightWithdrawn, ProgressReported
from evalapp.pledges.models import Highlight, HighlightProgress, HighlightVersion, ReferenceCounter
from evalapp.pledges.rules.highlights import page_of_proof
from evalapp.units import services as units

TITLE_LIMIT = 40
GOAL_LIMIT = 120
MEASURES_LIMIT = 500
POST_LIMIT = 30
REASON_LIMIT = 200
DONE_LIMIT = 30
PROOF_LIMIT = 80


@dataclass(frozen=True, kw_only=True)
class HighlightWording:
    """What a highlight says: the goal of the year, the measures taken for it, one a line, who answers for it and by when."""

    title: str
    goal: str
    measures: str = ""
    post: str = ""
    due_on: date | None = None


def make_highlight(
    session: Session, *, unit_id: uuid.UUID, wording: HighlightWording, actor: Actor, year: int | None = None
) -> Highlight:
    """Set a highlight of the unit for a year (this one when none is given). Refuses a closed unit."""
    unit = units.open_unit(session, unit_id)
    this_year = clock.today().year
    wanted = this_year if year is None else year
    if not this_year - 5 <= wanted <= this_year + 1:
        raise Invalid(N_("年度不对。"), field="year")
    said = _cleaned(wording, year=wanted)
    highlight = Highlight(
        id=uuid.uuid4(),
        reference=next_reference(session, ReferenceCounter, "HL", year=clock.today().year),
        unit_id=unit.id,
        year=wanted,
        created_at=clock.now(),
    )
    session.add(highlight)
    session.flush()
    _show(session, highlight, said, number=1, reason="", actor=actor)
    audit.record(session, actor=actor, action="highlight.made", subject=highlight.reference)
    return highlight


def reword_highlight(
    session: Session,
    *,
    highlight_id: uuid.UUID,
    wording: HighlightWording,
    reason: str,
    actor: Actor,
    seen_version: int | None = None,
) -> Highlight:
    """Show another wording from now on; the one before is kept with its time. The same wording changes nothing.

    Refuses without a reason, a withdrawn highlight, and a wording written over one that was not seen.
    """
    highlight = _standing(session, highlight_id)
    shown = session.scalars(
        select(HighlightVersion)
        .where(HighlightVersion.highlight_id == highlight.id, HighlightVersion.shown_until.is_(None))
        .with_for_update()
    ).one()
    if seen_version is not None and seen_version != shown.number:
        raise Conflict(N_("同事刚刚改过这一项。请看过新的内容，再改一次。"))
    said = _cleaned(wording, year=highlight.year)
    if said == HighlightWording(
        title=shown.title,
        goal=shown.goal,
        measures=shown.measures,
        post=shown.post,
        due_on=shown.due_on,
    ):
        return highlight
    why = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    shown.shown_until = clock.now()
    session.flush()
    _show(session, highlight, said, number=shown.number + 1, reason=why, actor=actor)
    audit.record(
        session,
        actor=actor,
        action="highlight.reworded",
        subject=highlight.reference,
        detail={"version": shown.number + 1},
    )
    return highlight


def report_progress(
    session: Session,
    *,
    highlight_id: uuid.UUID,
    percent: int,
    reached_on: date,
    done: str = "",
    proof: str = "",
    proof_path: str = "",
    actor: Actor,
) -> HighlightProgress:
    """Report how far a highlight was on a day; earlier reports are kept. Refuses a day that has not come.

    `proof_path` is the address of a public page of this site on which the evidence can be seen. Raises `Invalid`.
    """
    highlight = _standing(session, highlight_id)
    if not 0 <= percent <= 100:
        raise Invalid(N_("进度应在 0 到 100 之间。"), field="percent")
    if reached_on > clock.today():
        raise Invalid(N_("日期还没有到。"), field="reached_on")
    report = HighlightProgress(
        highlight_id=highlight.id,
        percent=percent,
        reached_on=reached_on,
        done=cleaned_text(done, field="done", limit=DONE_LIMIT),
        proof=cleaned_text(proof, field="proof", limit=PROOF_LIMIT, required=bool(proof_path.strip())),
        proof_path=page_of_proof(proof_path),
        recorded_at=clock.now(),
        recorded_by=actor.name,
    )
    session.add(report)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="highlight.progressed",
        subject=highlight.reference,
        detail={"percent": percent},
    )
    events.emit(session, ProgressReported(highlight_id=highlight.id))
    return report


def withdraw_highlight(session: Session, *, highlight_id: uuid.UUID, reason: str, actor: Actor) -> Highlight:
    """Withdraw a highlight: it stays readable with the reason. Refuses without one; a second time changes nothing."""
    highlight = locked(session, Highlight, highlight_id)
    if highlight.withdrawn_at is not None:
        return highlight
    units.open_unit(session, highlight.unit_id)
    highlight.withdrawn_reason = cleaned_text(reason, field="reason", limit=REASON_LIMIT, required=True)
    highlight.withdrawn_at, highlight.withdrawn_by = clock.now(), actor.name
    session.flush()
    audit.record(session, actor=actor, action="highlight.withdrawn", subject=highlight.reference)
    events.emit(session, HighlightWithdrawn(highlight_id=highlight.id))
    return highlight


def _standing(session: Session, highlight_id: uuid.UUID) -> Highlight:
    highlight = locked(session, Highlight, highlight_id)
    if highlight.withdrawn_at is not None:
        raise Conflict(N_("这项亮点工作已经撤回，不能再改。"))
    units.open_unit(session, highlight.unit_id)
    return highlight


def _show(
    session: Session,
    highlight: Highlight,
    said: HighlightWording,
    *,
    number: int,
    reason: str,
    actor: Actor,
) -> None:
    session.add(
        HighlightVersion(
            highlight_id=highlight.id,
            number=number,
            title=said.title,
            goal=said.goal,
            measures=said.measures,
            post=said.post,
            due_on=said.due_on,
            shown_from=clock.now(),
            written_by=actor.name,
            reason=reason,
        )
    )
    session.flush()
    events.emit(session, HighlightShown(highlight_id=highlight.id))


def _cleaned(wording: HighlightWording, *, year: int) -> HighlightWording:
    if wording.due_on is not None and wording.due_on.year != year:
        raise Invalid(N_("完成时限应在 %(year)s 年以内。"), field="due_on", year=year)
    measures = cleaned_text(wording.measures, field="measures", limit=MEASURES_LIMIT)
    return HighlightWording(
        title=cleaned_text(wording.title, field="title", limit=TITLE_LIMIT, required=True).replace("\n", " "),
        goal=cleaned_text(wording.goal, field="goal", limit=GOAL_LIMIT, required=True),
        measures="\n".join(line.strip() for line in measures.split("\n") if line.strip()),
        post=cleaned_text(wording.post, field="post", limit=POST_LIMIT).replace("\n", " "),
        due_on=wording.due_on,
    )
