"""What an applicant said of a case, and what the unit answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, CaseComplaint, CaseGrade
from evalapp.approvals.queries import profiles
from evalapp.approvals.queries.completed import COMPLETED
from evalapp.approvals.rules.profile import Rating
from evalapp.approvals.rules.rating import TOPIC_WORDS
from evalapp.core import clock
from evalapp.core.calendar import WorkCalendar
from evalapp.supervision.models import Matter, MatterEvent
from evalapp.supervision.queries.matters import ShownMatter, with_clock
from evalapp.supervision.rules import states
from evalapp.supervision.rules.grading import GRADE_WORDS
from evalapp.supervision.rules.states import Act, Phase

GRADED = COMPLETED
_ANSWERED = frozenset({Phase.ANSWERED, Phase.EXPLAINED})


@dataclass(frozen=True, kw_only=True)
class ShownGrade:
    """The grade of a case, with the words of what was ticked."""

    grade: int
    zh: Sequence[str]
    en: Sequence[str]
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A complaint, or the matter of a low grade: what was said, and what the unit answered last."""

    shown: ShownMatter
    complaint: CaseComplaint | None
    answer: MatterEvent | None

    @property
    def matter(self) -> Matter:
        return self.shown.matter

    @property
    def topic_words(self) -> str:
        return TOPIC_WORDS[self.complaint.topic] if self.complaint else ""

    @property
    def grade_words(self) -> str:
        """What the applicant said the answer is worth."""
        return GRADE_WORDS[self.matter.grade] if self.matter.grade else ""

    @property
    def may_judge(self) -> bool:
        """Whether the applicant may say now what the answer is worth."""
        rests_at = self.matter.rests_at
        return self.matter.phase in _ANSWERED and (rests_at is None or self.shown.now < rests_at)


@dataclass(frozen=True, kw_only=True)
class CaseVoices:
    """Everything that was said of one case."""

    grade: ShownGrade | None
    about_grade: Voice | None
    complaints: Sequence[Voice]

    @property
    def all(self) -> Sequence[Voice]:
        return [*self.complaints, *((self.about_grade,) if self.about_grade else ())]

    @property
    def is_waiting(self) -> bool:
        """Whether a complaint waits for its answer."""
        return any(one.matter.phase not in states.SETTLED for one in self.complaints)


NOTHING_SAID = CaseVoices(grade=None, about_grade=None, complaints=())


def voices_of(session: Session, reference: str) -> CaseVoices:
    """What was said of a case, in two statements."""
    grade = session.execute(_grade(), {"reference": reference}).scalar_one_or_none()
    now, found = clock.now(), list[Voice]()
    for matter, unit, running, complaint, answer in session.execute(_matters(), {"reference": reference}):
        shown = ShownMatter(matter=matter, unit=unit, running=running, now=now)
        found.append(Voice(shown=shown, complaint=complaint, answer=answer))
    return CaseVoices(
        grade=_shown(session, grade) if grade is not None else None,
        about_grade=next((one for one in found if one.complaint is None), None),
        complaints=[one for one in found if one.complaint is not None],
    )


def said_under(session: Session, person_id: str) -> dict[str, dict[str, Any]]:
    """What was said of the cases under a person's number, by reference, as plain data for that person alone."""
    found: dict[str, dict[str, Any]] = {}
    of_person = (Case.person_id == person_id) & (Case.person_id != "")
    grades = select(Case.reference, CaseGrade.grade).join(CaseGrade, CaseGrade.case_id == Case.id)
    for reference, grade in session.execute(grades.where(of_person)):
        found.setdefault(reference, {})["grade"] = grade
    words = select(Case.reference, CaseComplaint.words).join(CaseComplaint, CaseComplaint.case_id == Case.id)
    for reference, said in session.execute(words.where(of_person).order_by(CaseComplaint.made_at)):
        found.setdefault(reference, {}).setdefault("complaints", []).append(said)
    return found


def graded_until(calendar: WorkCalendar, closed_at: datetime, rating: Rating) -> date:
    """The last day on which a case that was closed then may be graded."""
    return calendar.add_working_days(clock.local(closed_at).date(), rating.days)


def grade_of_matter(session: Session, matter: Matter) -> ShownGrade | None:
    """The low grade that a matter is about, if it is one of a case."""
    found = session.scalar(select(CaseGrade).where(CaseGrade.matter_id == matter.id))
    return _shown(session, found) if found is not None else None


def complaint_of_matter(session: Session, matter: Matter) -> CaseComplaint | None:
    """The complaint that a matter is about, if it is one about a case."""
    return session.scalar(select(CaseComplaint).where(CaseComplaint.matter_id == matter.id))


def _shown(session: Session, grade: CaseGrade) -> ShownGrade:
    own = profiles.profile_of(session, grade.profile_id).own.rated
    ticked = [one for one in own.indicators if one.code in grade.indicators["codes"]]
    return ShownGrade(
        grade=grade.grade,
        zh=[one.zh for one in ticked],
        en=[one.en for one in ticked],
        given_at=grade.given_at,
    )


@cache
def _grade() -> Select[CaseGrade]:
    return (
        select(CaseGrade)
        .join(Case, Case.id == CaseGrade.case_id)
        .where(Case.reference == bindparam("reference"))
    )


@cache
def _matters() -> Select[*tuple[Any, ...]]:
    """Made once: the matters about a case that its applicant is behind, with the newest answer of each."""
    told = (
        select(func.max(MatterEvent.number))
        .where(MatterEvent.matter_id == Matter.id, MatterEvent.kind.in_((Act.ANSWERED, Act.EXPLAINED)))
        .correlate(Matter)
        .scalar_subquery()
    )
    return (
        with_clock()
        .add_columns(CaseComplaint, MatterEvent)
        .outerjoin(CaseComplaint, CaseComplaint.matter_id == Matter.id)
        .outerjoin(CaseGrade, CaseGrade.matter_id == Matter.id)
        .outerjoin(MatterEvent, (MatterEvent.matter_id == Matter.id) & (MatterEvent.number == told))
        .where(
            Matter.about == bindparam("reference"),
            Matter.withdrawn_at.is_(None),
            func.coalesce(CaseComplaint.id, CaseGrade.id).is_not(None),
        )
        .order_by(Matter.opened_at.desc(), Matter.id)
    )
