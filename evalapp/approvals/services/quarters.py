"""Grades units' quarters once they are over, by what is in the database; a figure that changes later is another row."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from evalapp.accounts.services.serialising import one_at_a_time
from evalapp.approvals.models import ApprovalsProfileInForce, UnitQuarter
from evalapp.approvals.queries import profiles, quarters
from evalapp.approvals.rules.journal import MonitorAct
from evalapp.approvals.rules.quarters import Figures, YearQuarter, closes_at, graded, is_failing
from evalapp.approvals.services import journal
from evalapp.approvals.services.profiles import profile_in_force
from evalapp.audit import services as audit
from evalapp.core import calendar, clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules import states, wording
from evalapp.supervision.rules.states import MatterKind
from evalapp.units.models import Unit

REASON_LIMIT = 300


def due(session: Session) -> Sequence[YearQuarter]:
    """The quarters whose time to be graded has come, the earliest first."""
    newest = quarters.newest_closed(session)
    return _until_now(session, newest.next if newest is not None else quarters.first_watched(session))


def due_of_history(session: Session) -> Sequence[YearQuarter]:
    """The quarters of cases that were taken over from before anybody watched, once all of them are there."""
    return (
        _until_now(session, quarters.first_whole(session)) if quarters.newest_closed(session) is None else []
    )


def _until_now(session: Session, one: YearQuarter | None) -> Sequence[YearQuarter]:
    if one is None:
        return []
    days, rule = calendar.load(session), profiles.in_force(session).own.contest
    found = []
    while closes_at(one, rule, days) <= clock.now():
        found.append(one)
        one = one.next
    return found


def close_quarter(session: Session, one: YearQuarter) -> int:
    """Grade a quarter of every unit and publish it; return of how many. A second time it finds it done."""
    one_at_a_time(session, f"quarter:{one.said}")
    newest = quarters.newest_closed(session)
    if newest is not None and newest >= one:
        return 0
    profile = _profile(session, one)
    found = quarters.figures(session, one)
    for unit_id, figures in sorted(found.items()):
        _publish(session, one, unit_id, figures, profile, number=1, reason="", by=SYSTEM.name)
    return len(found)


def correct(
    session: Session,
    *,
    unit_id: uuid.UUID,
    one: YearQuarter,
    reason: str,
    posts: Sequence[str],
) -> UnitQuarter | None:
    """Publish a quarter that was graded already anew, if its figures are others now; what stood stays to be read."""
    one_at_a_time(session, f"quarter:{one.said}")
    before = quarters.standing(session, one, unit_id=unit_id)
    if before is None:
        return None
    figures = quarters.figures(session, one, unit_id=unit_id).get(unit_id, Figures())
    if figures == quarters.figures_of(before):
        return None
    profile = session.get_one(ApprovalsProfileInForce, before.profile_id)
    made = _publish(
        session, one, unit_id, figures, profile, number=before.number + 1, reason=reason, by="、".join(posts)
    )
    unit = session.get_one(Unit, unit_id)
    journal.note(
        session,
        MonitorAct.CORRECTED,
        unit_id=unit_id,
        subject=one.said,
        path=f"/monitor/units/{unit.slug}",
        about=f"{_said(before)} → {_said(made)}",
        reason=reason,
        posts=posts,
    )
    return made


def recount(
    session: Session, *, unit_id: uuid.UUID, one: YearQuarter, reason: str, actor: Actor
) -> UnitQuarter | None:
    """Reckon a published quarter again, for the office: it follows from what is kept, nobody chooses it. Raises `NotFound`."""
    if quarters.standing(session, one, unit_id=unit_id) is None:
        raise NotFound(N_("这个单位这一季还没有公布。"))
    words = wording.public_words(reason, field="reason", limit=REASON_LIMIT)
    made = correct(session, unit_id=unit_id, one=one, reason=words, posts=[actor.name])
    audit.record(
        session,
        actor=actor,
        action="quarter.recounted",
        subject=session.get_one(Unit, unit_id).slug,
        detail={"period": one.said},
    )
    return made


def _publish(
    session: Session,
    one: YearQuarter,
    unit_id: uuid.UUID,
    figures: Figures,
    profile: ApprovalsProfileInForce,
    *,
    number: int,
    reason: str,
    by: str,
) -> UnitQuarter:
    rule = profiles.read(profile).own.quarter
    found = graded(figures, rule)
    made = UnitQuarter(
        id=uuid.uuid4(),
        unit_id=unit_id,
        year=one.year,
        quarter=one.quarter,
        number=number,
        profile_id=profile.id,
        completed=figures.completed,
        kept=figures.kept,
        yellow=figures.yellow,
        red=figures.red,
        yellow_points=figures.yellow_points,
        red_points=figures.red_points,
        manual=figures.manual,
        score=found.score,
        grade=found.grade,
        reason=reason,
        made_at=clock.now(),
        made_by=by,
        matter_id=_advise(session, one, unit_id, found.grade, fails=is_failing(found.grade, rule)),
    )
    session.add(made)
    session.flush()
    return made


def _advise(
    session: Session, one: YearQuarter, unit_id: uuid.UUID, grade: str, *, fails: bool
) -> uuid.UUID | None:
    """A unit that fails gets its 监察建议书; one that after a correction does not, has it called off."""
    before = quarters.standing(session, one, unit_id=unit_id)
    known = session.get(Matter, before.matter_id) if before is not None and before.matter_id else None
    if not fails:
        if known is not None and known.phase not in states.OVER and known.withdrawn_at is None:
            said = f"更正以后 {one.said} 的等次是“{grade or '不评'}”。"
            supervision.close_matter(session, matter_id=known.id, reason=said, actor=SYSTEM)
        return None
    if known is not None:
        return known.id
    unit = session.get_one(Unit, unit_id)
    matter = supervision.open_matter(
        session,
        kind=MatterKind.MONITORING,
        key=f"quarter:{one.said}:{unit_id}",
        title=f"监察建议书：{one.year} 年第 {one.quarter} 季度监察等次“{grade}”",
        path=f"/monitor/units/{unit.slug}",
        about=one.said,
        unit_id=unit_id,
    )
    supervision.begin_with_notice(
        session,
        matter,
        reason=f"{one.year} 年第 {one.quarter} 季度监察等次“{grade}”，请写明怎么改、哪天改好。",
    )
    return matter.id


def _profile(session: Session, one: YearQuarter) -> ApprovalsProfileInForce:
    return quarters.profile_row_at(session, one.ends_at) or profile_in_force(session)


def _said(row: UnitQuarter) -> str:
    return f"{row.grade} {row.score / 100:.2f}" if row.score is not None else "不评"
