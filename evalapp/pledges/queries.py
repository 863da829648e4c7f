"""Reading pledges and highlights, as they are or as they were shown at a moment."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.base import Moment
from evalapp.core.errors import NotFound
from evalapp.core.i18n import N_
from evalapp.core.paging import Page, page_of
from evalapp.core.terms import Term
from evalapp.core.wording import Piece, difference
from evalapp.pledges.models import Highlight, HighlightProgress, HighlightVersion, Pledge, PledgeVersion
from evalapp.pledges.rules.evidence import Evidence, evidence
from evalapp.pledges.rules.highlights import is_late

MOST_OF_A_UNIT = 200
MINIMUM_CASES = 30  # a profile's minimum takes its place once cases are monitored


@dataclass(frozen=True, kw_only=True)
class ShownPledge:
    """A pledge in the wording of a moment, with what the record says of it."""

    id: uuid.UUID
    reference: str
    unit_id: uuid.UUID
    title: str
    text: str
    measured: str
    term: Term | None
    statutory: Term | None
    statutory_source: str
    version: int
    shown_from: datetime
    withdrawn_at: datetime | None
    evidence: Evidence


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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a unit undertook and did, in the wordings of a moment."""

    pledges: Sequence[ShownPledge]
    highlights: Sequence[ShownHighlight]


def shown_for_unit(session: Session, unit_id: uuid.UUID, *, at: datetime | None = None) -> Shown:
    """Return what the unit shows now or showed at the moment `at`, in two statements."""
    return Shown(
        pledges=shown_pledges(session, unit_id, at=at), highlights=shown_highlights(session, unit_id, at=at)
    )


def shown_pledges(session: Session, unit_id: uuid.UUID, *, at: datetime | None = None) -> list[ShownPledge]:
    """Return the unit's pledges as they are shown now or were at the moment `at`."""
    rows = session.execute(_shown_pledges(is_now=at is None), {"unit_id": unit_id, "at": at})
    return [_shown_pledge(pledge, version) for pledge, version in rows]


def shown_highlights(
    session: Session, unit_id: uuid.UUID, *, at: datetime | None = None
) -> list[ShownHighlight]:
    """Return the unit's highlights as they are shown now or were at the moment `at`, the newest year first."""
    rows = session.execute(_shown_highlights(is_now=at is None), {"unit_id": unit_id, "at": at})
    return [_shown_highlight(row, at) for row in rows]


def shown_pledge(session: Session, reference: str) -> ShownPledge:
    """Return a pledge in its newest wording, withdrawn or not; raises `NotFound`."""
    row = session.execute(
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(Pledge.reference == reference, PledgeVersion.shown_until.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return _shown_pledge(*row)


def shown_highlight(session: Session, reference: str) -> ShownHighlight:
    """Return a highlight in its newest wording, withdrawn or not; raises `NotFound`."""
    row = session.execute(_highlights(is_now=True).where(Highlight.reference == reference)).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return _shown_highlight(row)


def pledge_of_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> Pledge:
    """Return a pledge of this unit; that of another does not exist. Raises `NotFound`."""
    found = session.scalar(select(Pledge).where(Pledge.reference == reference, Pledge.unit_id == unit_id))
    if found is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return found


def highlight_of_unit(session: Session, reference: str, *, unit_id: uuid.UUID) -> Highlight:
    """Return a highlight of this unit; that of another does not exist. Raises `NotFound`."""
    found = session.scalar(
        select(Highlight).where(Highlight.reference == reference, Highlight.unit_id == unit_id)
    )
    if found is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return found


def pledge_by_id(session: Session, pledge_id: uuid.UUID) -> Pledge:
    """Return a pledge by its key; raises `NotFound`."""
    found = session.scalar(select(Pledge).where(Pledge.id == pledge_id))
    if found is None:
        raise NotFound(N_("没有找到这项承诺。"))
    return found


def highlight_by_id(session: Session, highlight_id: uuid.UUID) -> Highlight:
    """Return a highlight by its key; raises `NotFound`."""
    found = session.scalar(select(Highlight).where(Highlight.id == highlight_id))
    if found is None:
        raise NotFound(N_("没有找到这项亮点工作。"))
    return found


def pledge_versions(session: Session, pledge_id: uuid.UUID) -> list[PledgeVersion]:
    """Return every wording of a pledge, the newest first."""
    return list(
        session.scalars(
            select(PledgeVersion)
            .where(PledgeVersion.pledge_id == pledge_id)
            .order_by(PledgeVersion.number.desc())
            .limit(1_000)
        )
    )


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


def unit_history(session: Session, unit_id: uuid.UUID) -> list[ShownPledge]:
    """Return every pledge the unit ever made in its last wording, standing ones first."""
    rows = session.execute(
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(Pledge.unit_id == unit_id, PledgeVersion.shown_until.is_(None))
        .order_by(Pledge.withdrawn_at.is_not(None), Pledge.reference)
        .limit(MOST_OF_A_UNIT)
    )
    return [_shown_pledge(pledge, version) for pledge, version in rows]


def unit_highlight_history(session: Session, unit_id: uuid.UUID) -> list[ShownHighlight]:
    """Return every highlight the unit ever had in its last wording, standing ones first."""
    rows = session.execute(
        _highlights(is_now=True)
        .where(Highlight.unit_id == unit_id)
        .order_by(Highlight.withdrawn_at.is_not(None), Highlight.year.desc(), Highlight.reference)
        .limit(MOST_OF_A_UNIT)
    )
    return [_shown_highlight(row) for row in rows]


def pledges_page(
    session: Session, *, unit_id: uuid.UUID | None = None, limit: int = 50, cursor: str | None = None
) -> Page[ShownPledge]:
    """Return a piece of the list of standing pledges, by reference, in two statements."""
    wanted = select(Pledge).where(Pledge.withdrawn_at.is_(None))
    if unit_id is not None:
        wanted = wanted.where(Pledge.unit_id == unit_id)
    page = page_of(session, wanted, by=(Pledge.reference,), limit=limit, cursor=cursor)
    versions = {
        version.pledge_id: version
        for version in session.scalars(
            select(PledgeVersion)
            .where(
                PledgeVersion.pledge_id.in_([pledge.id for pledge in page.items]),
                PledgeVersion.shown_until.is_(None),
            )
            .order_by(PledgeVersion.id)
            .limit(len(page.items))
        )
    }
    return Page(items=[_shown_pledge(pledge, versions[pledge.id]) for pledge in page.items], next=page.next)


Version = TypeVar("Version", PledgeVersion, HighlightVersion)


@dataclass(frozen=True, kw_only=True)
class Comparison(Generic[Version]):
    """Two wordings beside one another; `pieces` by the name of the field."""

    old: Version
    new: Version
    pieces: Mapping[str, Sequence[Piece]]


def comparison(
    versions: Sequence[Version], *, old: int | None, new: int | None, fields: Sequence[str]
) -> Comparison[Version] | None:
    """Return two wordings compared: the asked ones, or the newest and the one before; None while there is one.

    Raises `NotFound` for a wording that was never shown.
    """
    if len(versions) < 2:
        return None
    by_number = {version.number: version for version in versions}
    newest = max(by_number)
    was, now = by_number.get(old or newest - 1), by_number.get(new or newest)
    if was is None or now is None:
        raise NotFound(N_("没有这一版。"))
    pieces = {field: difference(getattr(was, field), getattr(now, field)) for field in fields}
    return Comparison(old=was, new=now, pieces=pieces)


_AT = bindparam("at", type_=Moment())


@cache
def _shown_pledges(*, is_now: bool) -> Select[Pledge, PledgeVersion]:
    """The pledges of `:unit_id` now or at `:at`; made once, because making it costs more than running it."""
    return (
        select(Pledge, PledgeVersion)
        .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
        .where(
            Pledge.unit_id == bindparam("unit_id"),
            _is_standing(Pledge, is_now=is_now),
            _is_shown(PledgeVersion, is_now=is_now),
        )
        .order_by(Pledge.reference)
        .limit(MOST_OF_A_UNIT)
    )


@cache
def _shown_highlights(*, is_now: bool) -> Select[Highlight, HighlightVersion, HighlightProgress | None]:
    """The same of highlights."""
    return (
        _highlights(is_now=is_now)
        .where(Highlight.unit_id == bindparam("unit_id"), _is_standing(Highlight, is_now=is_now))
        .order_by(Highlight.year.desc(), Highlight.reference)
        .limit(MOST_OF_A_UNIT)
    )


def _is_standing(kind: type[Pledge] | type[Highlight], *, is_now: bool) -> ColumnElement[bool]:
    standing: ColumnElement[bool] = kind.withdrawn_at.is_(None)
    return standing if is_now else standing | (kind.withdrawn_at > _AT)


def _is_shown(kind: type[PledgeVersion] | type[HighlightVersion], *, is_now: bool) -> ColumnElement[bool]:
    newest: ColumnElement[bool] = kind.shown_until.is_(None)
    return newest if is_now else (kind.shown_from <= _AT) & (newest | (kind.shown_until > _AT))


@cache
def _highlights(*, is_now: bool) -> Select[Highlight, HighlightVersion, HighlightProgress | None]:
    newest_first = (HighlightProgress.recorded_at.desc(), HighlightProgress.id)
    place = func.row_number().over(partition_by=HighlightProgress.highlight_id, order_by=newest_first)
    reports = select(HighlightProgress.id, place.label("place"))
    if not is_now:
        reports = reports.where(HighlightProgress.recorded_at <= _AT)
    ranked = reports.subquery()
    newest = select(ranked.c.id).where(ranked.c.place == 1)
    return (
        select(Highlight, HighlightVersion, HighlightProgress)
        .join(HighlightVersion, HighlightVersion.highlight_id == Highlight.id)
        .outerjoin(
            HighlightProgress,
            (HighlightProgress.highlight_id == Highlight.id) & HighlightProgress.id.in_(newest),
        )
        .where(_is_shown(HighlightVersion, is_now=is_now))
    )


def _shown_pledge(pledge: Pledge, version: PledgeVersion) -> ShownPledge:
    return ShownPledge(
        id=pledge.id,
        reference=pledge.reference,
        unit_id=pledge.unit_id,
        title=version.title,
        text=version.text,
        measured=version.measured,
        term=version.term,
        statutory=version.statutory,
        statutory_source=version.statutory_source,
        version=version.number,
        shown_from=version.shown_from,
        withdrawn_at=pledge.withdrawn_at,
        evidence=evidence(version.term, None, minimum=MINIMUM_CASES),
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
