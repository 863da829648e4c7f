"""Reading highlights, as they are or as they were shown at a moment, with the progress reported by then."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.pledges.models import Highlight, HighlightProgress, HighlightVersion
from evalapp.pledges.queries.wordings import AT, is_shown, is_standing
from evalapp.pledges.rules.highlights import is_late

MOST_OF_A_UNIT = 200


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a highlight was on a day."""

    percent: int
    reached_on: date
    done: str
    proof: str
    proof_path: str


@dataclass(frozen=True, kw_only=True)
class ShownHighlight:
    """A highlight in the wording of a moment, with the progress reported by then."""

    id: uuid.UUID
    reference: str
    unit_id: uuid.UUID
    year: int
    title: str
    goal: str
    measures: Sequence[str]
    post: str
    due_on: date | None
    version: int
    shown_from: datetime
    withdrawn_at: datetime | None
    progress: Progress | None
    is_late: bool


def shown_highlights(
    session: Session, unit_id: uuid.UUID, *, at: datetime | None = None
) -> list[ShownHighlight]:
    """Return the unit's highlights as they are shown now or were at the moment `at`, the newest year first."""
    rows = session.execute(_shown_highlights(is_now=at is None), {"unit_id": unit_id, "at": at})
    return [_shown_highlight(row, at) for row in rows]


def shown_highlight(session: Session, reference: str) -> ShownHighlight:
    """Return a highlight in its newest wording, withdrawn or not; raises `NotFound`."""
    row = session.execute(_highlights(is_now=True).where(Highlight.reference == reference)).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return _shown_highlight(row)


def highlight_of_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> Highlight:
    """Return a highlight of this unit; that of another does not exist. Raises `NotFound`."""
    found = session.scalar(
        select(Highlight).where(Highlight.reference == reference, Highlight.unit_id == unit_id)
    )
    if found is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return found


def highlight_by_id(session: Session, highlight_id: uuid.UUID) -> Highlight:
    """Return a highlight by its key; raises `NotFound`."""
    found = session.scalar(select(Highlight).where(Highlight.id == highlight_id))
    if found is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return found


def highlight_versions(session: Session, highlight_id: uuid.UUID) -> list[HighlightVersion]:
    """Return every wording of a highlight, the newest first."""
    return list(
        session.scalars(
            select(HighlightVersion)
            .where(HighlightVersion.highlight_id == highlight_id)
            .order_by(HighlightVersion.number.desc())
            .limit(1_000)
        )
    )


def progress_reports(session: Session, highlight_id: uuid.UUID) -> list[HighlightProgress]:
    """Return every report of a highlight's progress, the newest first."""
    return list(
        session.scalars(
            select(HighlightProgress)
            .where(HighlightProgress.highlight_id == highlight_id)
            .order_by(HighlightProgress.recorded_at.desc(), HighlightProgress.id)
            .limit(1_000)
        )
    )


def unit_highlight_history(session: Session, unit_id: uuid.UUID) -> list[ShownHighlight]:
    """Return every highlight the unit ever had in its last wording, standing ones first."""
    rows = session.execute(
        _highlights(is_now=True)
        .where(Highlight.unit_id == unit_id)
        .order_by(Highlight.withdrawn_at.is_not(None), Highlight.year.desc(), Highlight.reference)
        .limit(MOST_OF_A_UNIT)
    )
    return [_shown_highlight(row) for row in rows]


@cache
def _shown_highlights(*, is_now: bool) -> Select[Highlight, HighlightVersion, HighlightProgress | None]:
    """The same of highlights."""
    return (
        _highlights(is_now=is_now)
        .where(Highlight.unit_id == bindparam("unit_id"), is_standing(Highlight, is_now=is_now))
        .order_by(Highlight.year.desc(), Highlight.reference)
        .limit(MOST_OF_A_UNIT)
    )


@cache
def _highlights(*, is_now: bool) -> Select[Highlight, HighlightVersion, HighlightProgress | None]:
    newest_first = (HighlightProgress.recorded_at.desc(), HighlightProgress.id)
    place = func.row_number().over(partition_by=HighlightProgress.highlight_id, order_by=newest_first)
    reports = select(HighlightProgress.id, place.label("place"))
    if not is_now:
        reports = reports.where(HighlightProgress.recorded_at <= AT)
    ranked = reports.subquery()
    newest = select(ranked.c.id).where(ranked.c.place == 1)
    return (
        select(Highlight, HighlightVersion, HighlightProgress)
        .join(HighlightVersion, HighlightVersion.highlight_id == Highlight.id)
        .outerjoin(
            HighlightProgress,
            (HighlightProgress.highlight_id == Highlight.id) & HighlightProgress.id.in_(newest),
        )
        .where(is_shown(HighlightVersion, is_now=is_now))
    )


def _shown_highlight(
    row: Row[Highlight, HighlightVersion, HighlightProgress | None], at: datetime | None = None
) -> ShownHighlight:
    day = clock.today() if at is None else clock.local(at).date()
    highlight, version, report = row
    progress = None
    if report is not None:
        progress = Progress(
            percent=report.percent,
            reached_on=report.reached_on,
            done=report.done,
            proof=report.proof,
            proof_path=report.proof_path,
        )
    return ShownHighlight(
        id=highlight.id,
        reference=highlight.reference,
        unit_id=highlight.unit_id,
        year=highlight.year,
        title=version.title,
        goal=version.goal,
        measures=[line for line in version.measures.splitlines() if line],
        post=version.post,
        due_on=version.due_on,
        version=version.number,
        shown_from=version.shown_from,
        withdrawn_at=highlight.withdrawn_at,
        progress=progress,
        is_late=is_late(version.due_on, report.percent if report else 0, day),
    )
