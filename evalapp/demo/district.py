"""Makes the units of 晴川区 with their functions, posts, pledges and highlights."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core import clock
from evalapp.core.permissions import SYSTEM
from evalapp.core.terms import Basis, Term, TimeUnit
from evalapp.demo.scripts import PlannedUnit, units
from evalapp.pledges.models import Highlight
from evalapp.pledges.services import highlights, pledges
from evalapp.units.models import Unit, UnitKind
from evalapp.units.services import profile, tree

# 0000 is nobody's dialling code.
_TELEPHONE = "0000-8600 {:04}"
_LAGGING = 70  # percent: what is behind was due in the middle of the year


def telephone(number: int) -> str:
    """A number that belongs to nobody."""
    return _TELEPHONE.format(number)


@dataclass(frozen=True, kw_only=True)
class District:
    """The units by the key of the script (审计)."""

    units: dict[str, Unit]


def build(session: Session) -> District:
    """Make every unit with what hangs on it."""
    made = {planned.key: _unit(session, planned, number) for number, planned in enumerate(units(), 1)}
    for planned in units():
        _promise(session, planned, made[planned.key])
    return District(units=made)


def _unit(session: Session, planned: PlannedUnit, number: int) -> Unit:
    unit = tree.add_unit(
        session,
        kind=UnitKind(planned.kind),
        name=planned.name,
        short_name=planned.short,
        slug=planned.slug,
        rank_class=planned.rank_class,
        actor=SYSTEM,
    )
    profile.write_contact(
        session,
        unit_id=unit.id,
        summary=planned.summary,
        telephone=telephone(number * 10),
        address=planned.address,
        office_hours="工作日 9:00–17:00，午间不休",
        actor=SYSTEM,
    )
    profile.write_functions(
        session,
        unit_id=unit.id,
        functions=[
            profile.FunctionText(title=title, text=text, handled_by=section)
            for title, text, section in planned.functions
        ],
        actor=SYSTEM,
    )
    head = "主任" if planned.kind == "subdistrict" else "局长"
    profile.write_posts(
        session,
        unit_id=unit.id,
        posts=[
            profile.PostText(title=head, duty="全面负责，上节目报告", telephone=telephone(number * 10 + 1)),
            profile.PostText(
                title="办公室主任", duty="答复留言的联系人", telephone=telephone(number * 10 + 2)
            ),
        ],
        actor=SYSTEM,
    )
    for position, section in enumerate(planned.sections, 1):
        tree.add_unit(
            session,
            kind=UnitKind.SECTION,
            name=f"{planned.name}{section}",
            short_name=section,
            slug=f"{planned.slug}-{position}",
            parent_id=unit.id,
            actor=SYSTEM,
        )
    for village, slug in planned.villages:
        tree.add_unit(
            session, kind=UnitKind.VILLAGE, name=village, slug=slug, parent_id=unit.id, actor=SYSTEM
        )
    return unit


def _promise(session: Session, planned: PlannedUnit, unit: Unit) -> None:
    for title, text, measured, amount, per, basis, statutory in planned.pledges:
        pledges.make_pledge(
            session,
            unit_id=unit.id,
            wording=pledges.PledgeWording(
                title=title,
                text=text,
                measured=measured,
                term=_term(amount, per, basis),
                statutory=_term(statutory, "day", "working") if statutory else None,
                statutory_source="《中华人民共和国行政许可法》第四十二条" if statutory else "",
            ),
            actor=SYSTEM,
        )
    for title, goal, measures, _, percent in planned.highlights:
        highlights.make_highlight(
            session,
            unit_id=unit.id,
            wording=highlights.HighlightWording(
                title=title,
                goal=goal,
                measures=measures.replace("、", "\n"),
                post=f"{planned.sections[0]}负责人" if planned.sections else "分管副职",
                due_on=date(clock.today().year, 12 if percent >= _LAGGING else 6, 30),
            ),
            actor=SYSTEM,
        )


def report(session: Session, made: District) -> None:
    """Have every unit report how far its highlights are."""
    for planned in units():
        kept = session.scalars(
            select(Highlight)
            .where(Highlight.unit_id == made.units[planned.key].id)
            .order_by(Highlight.reference)
        ).all()
        for highlight, (_, _, _, done, percent) in zip(kept, planned.highlights, strict=True):
            highlights.report_progress(
                session,
                highlight_id=highlight.id,
                percent=percent,
                reached_on=clock.today(),
                done=done,
                proof="见公开栏",
                proof_path=f"/boards/{planned.slug}",
                actor=SYSTEM,
            )


def _term(amount: Any, per: Any, basis: Any) -> Term:
    return Term(amount=int(amount), unit=TimeUnit(per), basis=Basis(basis))
