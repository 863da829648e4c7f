"""Opening matters, saying who handles them and how much they ask for, noting, closing, withdrawing."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock, events
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.names import cleaned_text
from evalapp.core.permissions import SYSTEM, Actor
from evalapp.core.references import next_reference
from evalapp.core.transaction import locked
from evalapp.notifications import services as notifications
from evalapp.notifications.models import TopicKind
from evalapp.supervision.events import MatterOpened
from evalapp.supervision.models import Matter, ReferenceCounter
from evalapp.supervision.queries import profiles
from evalapp.supervision.rules import states, wording
from evalapp.supervision.rules.plans import POST_LIMIT
from evalapp.supervision.rules.profile import SupervisionProfile, Term, Weight
from evalapp.supervision.rules.states import Act, MatterKind, Phase, Stage
from evalapp.supervision.rules.terms import Ending
from evalapp.supervision.services import clocks, timeline
from evalapp.supervision.services.holding import held, refuse_one_person
from evalapp.supervision.services.profiles import profile_in_force
from evalapp.units.models import Unit

TITLE_LIMIT = 120
NOTE_LIMIT = 2_000
_PREFIX = "/matters/"


def open_matter(
    session: Session,
    *,
    kind: MatterKind,
    title: str,
    path: str,
    about: str,
    unit_id: uuid.UUID,
    weight: Weight | None = None,
    is_public: bool = True,
    opened_at: datetime | None = None,
    key: str | None = None,
    term: Term | None = None,
    handler: str = "",
    actor: Actor = SYSTEM,
) -> Matter:
    """Open a matter and start its clock. With a `key` that is known already the earlier matter stands.

    `title` is never a resident's words; `path` and `about` are the public page and reference of what it is about. A
    question or a complaint needs a weight. A `term` of the caller's own takes the place of the profile's.
    """
    if key is not None:
        known = session.scalar(select(Matter).where(Matter.key == key))
        if known is not None:
            return known
    if kind in {MatterKind.QUESTION, MatterKind.COMPLAINT} and weight is None:
        raise Invalid(N_("请选这件事的类别：简单、一般还是复杂。"), field="weight")
    at = opened_at or clock.now()
    row = profile_in_force(session)
    reference = next_reference(session, ReferenceCounter, "MT", year=clock.local(at).year)
    words = cleaned_text(title, field="title", limit=TITLE_LIMIT, required=True).replace("\n", " ")
    matter = Matter(
        id=uuid.uuid4(),
        reference=reference,
        key=key,
        kind=kind,
        title=words,
        path=path,
        about=about,
        unit_id=unit_id,
        handler=cleaned_text(handler, field="handler", limit=POST_LIMIT),
        weight=weight,
        phase=Phase.OPEN,
        is_public=is_public,
        opened_at=at,
        profile_id=row.id,
        topic_id=notifications.open_topic(
            session, kind=TopicKind.MATTER, reference=reference, title=words, path=_PREFIX + reference
        ),
        version=0,
        reopened=0,
    )
    twice = Conflict(N_("这件事项刚刚已经立项。"))
    with refusing(session, {"uq_matters_key": twice}):
        session.add(matter)
    stage = Stage.RULE if kind in states.RULED else Stage.ANSWER
    clocks.start(session, matter, stage, term=term or first_term(matter, profiles.read(row)), at=at)
    timeline.record(session, matter, Act.OPENED, actor=actor, at=at)
    emit(session, MatterOpened, matter)
    return matter


def first_term(matter: Matter, profile: SupervisionProfile) -> Term:
    """Return the term for what is asked of the unit first, and again when the matter is opened again."""
    if matter.kind is MatterKind.OBJECTION:
        return profile.objection
    if matter.kind is MatterKind.LOW_GRADE:
        return profile.low_grade.handle
    if matter.kind is MatterKind.LINE_QUESTION:
        return profile.term_of_line_questions
    if matter.kind is MatterKind.CARD:
        return profile.contest
    if matter.kind is MatterKind.MONITORING:
        return profile.term_of_first_notice
    assert matter.weight is not None
    return profile.weights[matter.weight.value]


def classify(
    session: Session, *, matter_id: uuid.UUID, weight: Weight, actor: Actor, seen_version: int | None = None
) -> Matter:
    """Say anew how much a question asks for. The clock goes on from where it began, with the other term."""
    matter = held(session, matter_id, Act.CLASSIFIED, seen_version=seen_version)
    if matter.kind not in {MatterKind.QUESTION, MatterKind.COMPLAINT}:
        raise Conflict(N_("只有提问和投诉分简单、一般、复杂。"), field="weight")
    if matter.weight is weight:
        raise Conflict(N_("类别和原来一样，没有改动。"), field="weight")
    before, matter.weight = matter.weight, weight
    ended = clocks.stop(session, matter, Ending.PASSED_ON)
    began = ended.started_at if ended else clock.now()
    profile = profiles.profile_of(session, matter.profile_id)
    started = clocks.start(session, matter, Stage.ANSWER, term=first_term(matter, profile), at=began)
    if started.due_at is not None and started.due_at <= clock.now():
        raise Conflict(N_("按这个类别期限已经过了，不能改：逾期要有人催过。"), field="weight")
    detail = {"was": before and before.value, "is": weight.value}
    timeline.record(session, matter, Act.CLASSIFIED, actor=actor, detail=detail)
    return matter


def hand_over(
    session: Session,
    *,
    matter_id: uuid.UUID,
    handler: str,
    actor: Actor,
    unit_id: uuid.UUID | None = None,
    section_id: uuid.UUID | None = None,
    note: str = "",
    seen_version: int | None = None,
) -> Matter:
    """Say which post, and which section of the unit, handles a matter. The clock does not stop for it."""
    matter = held(session, matter_id, Act.HANDED_OVER, unit_id=unit_id, seen_version=seen_version)
    post = cleaned_text(handler, field="handler", limit=POST_LIMIT, required=True)
    words = cleaned_text(note, field="note", limit=NOTE_LIMIT)
    section = session.get(Unit, section_id) if section_id else None
    if section_id is not None and (section is None or section.parent_id != matter.unit_id):
        raise Invalid(N_("只能交给本单位的科室。别的单位的事请退给评议办。"), field="section")
    if (post, section_id) == (matter.handler, matter.section_id):
        raise Conflict(N_("已经在这个岗位手里。"), field="handler")
    matter.handler, matter.section_id = post, section_id
    detail = {"to": post, "section": section.name if section else ""}
    timeline.record(session, matter, Act.HANDED_OVER, actor=actor, detail=detail)
    if words:
        timeline.record(session, matter, Act.NOTED, actor=actor, note=words)
    return matter


def add_note(
    session: Session, *, matter_id: uuid.UUID, note: str, actor: Actor, unit_id: uuid.UUID | None = None
) -> Matter:
    """Keep a note that only the unit and the office read."""
    matter = held(session, matter_id, Act.NOTED, unit_id=unit_id)
    words = cleaned_text(note, field="note", limit=NOTE_LIMIT, required=True)
    timeline.record(session, matter, Act.NOTED, actor=actor, note=words)
    return matter


def close_matter(
    session: Session, *, matter_id: uuid.UUID, reason: str, actor: Actor, seen_version: int | None = None
) -> Matter:
    """End a matter for a reason told in public (the office's: one that fell away). It stays readable."""
    matter = held(session, matter_id, Act.CLOSED, seen_version=seen_version)
    refuse_one_person(matter, actor)
    why = wording.public_words(reason, field="reason", limit=clocks.REASON_LIMIT)
    clocks.stop(session, matter, Ending.CALLED_OFF)
    timeline.enter(matter, Phase.CLOSED)
    timeline.record(session, matter, Act.CLOSED, actor=actor, note=why)
    return matter


def withdraw_matter(session: Session, *, matter_id: uuid.UUID, reason: str, actor: Actor) -> Matter:
    """Take a matter out of every public page and every unit's desk; the office keeps it. A second time changes nothing."""
    matter = locked(session, Matter, matter_id)
    if matter.withdrawn_at is not None:
        return matter
    refuse_one_person(matter, actor)
    why = cleaned_text(reason, field="reason", limit=clocks.REASON_LIMIT, required=True)
    clocks.stop(session, matter, Ending.CALLED_OFF)
    matter.withdrawn_at, matter.withdrawn_reason, matter.withdrawn_by = clock.now(), why, actor.name
    notifications.take_back(session, reference=matter.reference)
    notifications.withdraw_topic(session, matter.topic_id)
    timeline.record(session, matter, Act.WITHDRAWN, actor=actor, note=why)
    return matter


def withdraw_about(session: Session, *, about: str, reason: str, actor: Actor) -> None:
    """Withdraw every matter about a public reference that stands for nothing any more."""
    for matter_id in session.scalars(
        select(Matter.id).where(Matter.about == about).order_by(Matter.id)
    ).all():
        withdraw_matter(session, matter_id=matter_id, reason=reason, actor=actor)


def emit(session: Session, kind: type, matter: Matter, **more: object) -> None:
    """State a fact about a matter."""
    events.emit(
        session,
        kind(matter_id=matter.id, reference=matter.reference, about=matter.about, kind=matter.kind, **more),
    )
