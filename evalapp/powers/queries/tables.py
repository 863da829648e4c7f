"""Whole tables of powers, to be taken away and handed in again."""

import uuid
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from evalapp.powers.models import KeptFlowchart, Power, PowerVersion
from evalapp.powers.rules import rows
from evalapp.powers.rules.kinds import PowerState
from evalapp.units.models import Unit

_BATCH = 200


def exported(session: Session, *, unit_id: uuid.UUID | None = None) -> Iterator[Mapping[str, str]]:
    """Give the published powers by code, as the cells that an import reads again; some hundreds are held at a time."""
    above = aliased(Power)
    statement = (
        select(Power.code, above.code.label("parent"), Unit.slug, PowerVersion, KeptFlowchart)
        .join(Unit, Unit.id == Power.unit_id)
        .join(PowerVersion, (PowerVersion.power_id == Power.id) & PowerVersion.shown_until.is_(None))
        .outerjoin(above, above.id == Power.parent_id)
        .outerjoin(KeptFlowchart, KeptFlowchart.id == PowerVersion.flowchart_id)
        .where(Power.state == PowerState.PUBLISHED)
        .order_by(Power.code)
        .limit(_BATCH)
    )
    if unit_id is not None:
        statement = statement.where(Power.unit_id == unit_id)
    last = ""
    while found := session.execute(statement.where(Power.code > last)).all():
        for code, parent, slug, version, chart in found:
            kept: KeptFlowchart | None = chart  # of an outer join
            yield rows.written(
                unit=slug,
                code=code,
                parent=parent or "",
                text=version.text,
                flowchart=kept.chart if kept is not None else None,
            )
        last = found[-1].code
        session.expunge_all()
