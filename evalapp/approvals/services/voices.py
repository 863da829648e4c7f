"""What applicants say of their cases: one grade when it is over, complaints at any time; the unit answers for what was low or wrong.

That whoever speaks is the applicant is for the caller to prove: by the code of the case, or by the number under which it is kept.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, CaseBasis, CaseComplaint, CaseGrade
from evalapp.approvals.queries import profiles, voices
from evalapp.approvals.rules import rating
from evalapp.approvals.rules.kinds import Channel, EventKind
from evalapp.approvals.rules.naming import called
from evalapp.approvals.rules.rating import TOPIC_WORDS, Topic
from evalapp.approvals.services.folded import hold_unit
from evalapp.approvals.services.taking import take_events
from evalapp.core import calendar, clock, masking
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid, NotFound
from evalapp.core.i18n import N_
from evalapp.core.keys import Keys
from evalapp.core.names import cleaned_text
from evalapp.powers.models import ServiceItem
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.grading import AnswerGrade
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import SETTLED, MatterKind
from evalapp.supervision.services.answering import ASKER

WORDS_LIMIT = 500
MOST_COMPLAINTS = 5  # about one case


@dataclass(frozen=True, kw_only=True)
class _Case:
    case: Case
    item: ServiceItem
    profile_id: uuid.UUID

    @property
    def title(self) -> str:
        return called(self.item.name, self.case.reference)


def grade(session: Session, *, reference: str, grade: int, codes: Sequence[str]) -> CaseGrade:
    """Keep the one grade of a case that is over. A low one opens a matter that the unit answers by the profile's term.

    Raises `Conflict` before the case is over, after the term, and for a second grade; `Invalid` for what is not offered.
    """
    found = _case(session, reference)
    case, own = found.case, profiles.profile_of(session, found.profile_id).own.rated
    if case.closed_at is None or case.state not in voices.GRADED:
        raise Conflict(N_("办结以后才能评。"))
    if clock.today() > voices.graded_until(calendar.load(session), case.closed_at, own):
        raise Conflict(N_("评价的期限已过。"))
    if grade not in rating.GRADES:
        raise Invalid(N_("请选一个等级。"), field="grade")
    place = rating.place_of(case.came_by, own)
    if not rating.are_offered(own, place, grade, codes):
        raise Invalid(N_("请只选这个等级下面的选项，最多 %(most)s 项。"), field="codes", most=own.most)
    matter = None
    if grade in rating.LOW:
        matter = supervision.open_matter(
            session,
            kind=MatterKind.LOW_GRADE,
            title=f"办件差评：{found.title}",
            path=f"/services/{found.item.code}",
            about=case.reference,
            unit_id=case.unit_id,
            is_public=False,
            key=f"case-grade:{case.reference}",
            actor=ASKER,
        )
    made = CaseGrade(
        id=uuid.uuid4(),
        case_id=case.id,
        unit_id=case.unit_id,
        grade=grade,
        indicators={"codes": list(codes)},
        profile_id=found.profile_id,
        given_at=clock.now(),
        matter_id=matter.id if matter else None,
    )
    twice = Conflict(N_("这个办件已经评过。一件事评一次，评了不改。"))
    with refusing(session, {"uq_case_grades_case_id": twice, "uq_case_grades_matter_id": twice}):
        session.add(made)
    return made


def complain(session: Session, keys: Keys, *, reference: str, topic: Topic, words: str) -> Matter:
    """Complain about a case, while it runs or after: a matter that the unit answers, and an event of the case.

    Refuses a second complaint while the first waits. Raises `NotFound`, `Conflict`, `Invalid`.
    """
    found = _case(session, reference)
    case = found.case
    hold_unit(session, case.unit_id)
    phases = session.scalars(
        select(Matter.phase)
        .join(CaseComplaint, CaseComplaint.matter_id == Matter.id)
        .where(CaseComplaint.case_id == case.id)
    ).all()
    if any(phase not in SETTLED for phase in phases):
        raise Conflict(N_("这个办件已经有一件投诉在等答复。"))
    if len(phases) >= MOST_COMPLAINTS:
        raise Conflict(N_("这个办件已经投诉过 %(most)s 次。可以打热线 12345。"), most=MOST_COMPLAINTS)
    said = masking.masked(cleaned_text(words, field="words", limit=WORDS_LIMIT, required=True)).text
    matter = supervision.open_matter(
        session,
        kind=MatterKind.COMPLAINT,
        weight=Weight.GENERAL,
        title=f"办件投诉：{TOPIC_WORDS[topic]}，{found.title}",
        path=f"/services/{found.item.code}",
        about=case.reference,
        unit_id=case.unit_id,
        is_public=False,
        key=f"case-complaint:{case.reference}:{len(phases)}",
        actor=ASKER,
    )
    session.add(
        CaseComplaint(
            id=uuid.uuid4(),
            case_id=case.id,
            matter_id=matter.id,
            topic=topic,
            words=said,
            made_at=clock.now(),
        )
    )
    session.flush()
    event = {
        "id": f"complaint-{matter.reference}",
        "case": case.number,
        "item": found.item.code,
        "kind": EventKind.COMPLAINED.value,
        "occurred_at": clock.now().isoformat(),
    }
    # A case that was closed long ago takes no event any more: the matter is answered all the same.
    take_events(session, keys, unit_id=case.unit_id, items=[event], channel=Channel.DESK)
    return matter


def judge_answer(
    session: Session, *, reference: str, matter_reference: str, grade: AnswerGrade, opens_again: bool
) -> Matter:
    """Keep what the applicant says of an answer; open the matter again if they want. Raises `NotFound`, `Conflict`, `Invalid`."""
    own = voices.voices_of(session, reference)
    found = next((one for one in own.all if one.matter.reference == matter_reference), None)
    if found is None:
        raise NotFound(N_("没有找到这件事项。"))
    if opens_again:
        return supervision.reopen(session, matter_id=found.matter.id, grade=grade)
    return supervision.grade_answer(session, matter_id=found.matter.id, grade=grade)


def _case(session: Session, reference: str) -> _Case:
    row = session.execute(
        select(Case, ServiceItem, CaseBasis.profile_id)
        .join(ServiceItem, ServiceItem.id == Case.item_id)
        .join(CaseBasis, CaseBasis.id == Case.basis_id)
        .where(Case.reference == reference)
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这个办件。"))
    return _Case(case=row[0], item=row[1], profile_id=row[2])
