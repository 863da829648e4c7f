"""Keeps matters findable: by their reference, by what was said in public about mending them, by the numbers of notices."""

from collections.abc import Iterator, Sequence
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from evalapp.portal.models import FoundKind
from evalapp.portal.services.indexing import Findable, put, remove
from evalapp.supervision.events import MatterTold
from evalapp.supervision.models import (
    Matter,
    MatterEvent,
    Rectification,
    RectificationStep,
    SupervisionNotice,
)
from evalapp.supervision.queries.matters import is_public
from evalapp.supervision.rules.states import KIND_WORDS
from evalapp.units.models import Unit

_PIECE = 500


def every_matter(session: Session) -> Iterator[Findable]:
    """Everything that the pages of matters show."""
    for matter, unit in session.execute(_public().execution_options(yield_per=_PIECE)):
        yield _matter(session, matter, unit)


def matters_of(session: Session, unit: Unit) -> Iterator[Findable]:
    """Everything that the pages of one unit's matters show."""
    for matter, owner in session.execute(_public().where(Matter.unit_id == unit.id)):
        yield _matter(session, matter, owner)


def on_matter_told(session: Session, event: MatterTold) -> None:
    """A matter is found under what its page says now, and no longer when it is withdrawn."""
    row = session.execute(_public().where(Matter.id == event.matter_id)).one_or_none()
    if row is None:
        remove(session, _path(event.reference))
        return
    put(session, _matter(session, *row))


@cache
def _public() -> Select[Matter, Unit]:
    return (
        select(Matter, Unit)
        .join(Unit, Unit.id == Matter.unit_id)
        .where(is_public())
        .order_by(Matter.opened_at, Matter.reference)
    )


def _matter(session: Session, matter: Matter, unit: Unit) -> Findable:
    notices = session.execute(
        select(SupervisionNotice.number, SupervisionNotice.reason, SupervisionNotice.answer)
        .where(SupervisionNotice.matter_id == matter.id)
        .order_by(SupervisionNotice.issued_at)
    ).all()
    said = [*_timeline(session, matter), *_plans(session, matter)]
    said += [words for notice in notices for words in (notice.reason, notice.answer)]
    return Findable(
        kind=FoundKind.MATTER,
        path=_path(matter.reference),
        title=matter.title,
        place=f"{unit.name} {matter.reference}",
        also=(matter.reference, *(notice.number for notice in notices)),
        body="\n".join([KIND_WORDS[matter.kind], *dict.fromkeys(words for words in said if words)]),
    )


def _timeline(session: Session, matter: Matter) -> Sequence[str]:
    return session.scalars(
        select(MatterEvent.note)
        .where(MatterEvent.matter_id == matter.id, MatterEvent.is_public, MatterEvent.note != "")
        .order_by(MatterEvent.number)
    ).all()


def _plans(session: Session, matter: Matter) -> list[str]:
    rows = session.execute(
        select(
            Rectification.plan,
            Rectification.claim,
            Rectification.longer_because,
            RectificationStep.what,
            RectificationStep.outcome,
        )
        .outerjoin(RectificationStep, RectificationStep.rectification_id == Rectification.id)
        .where(Rectification.matter_id == matter.id)
        .order_by(Rectification.number, RectificationStep.number)
    )
    return [words for row in rows for words in row if words]


def _path(reference: str) -> str:
    return f"/matters/{reference}"
