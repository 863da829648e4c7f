"""Ties pledges to the items by whose cases they are measured."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.core.permissions import SYSTEM
from evalapp.demo.applying import content
from evalapp.pledges.models import Pledge, PledgeVersion
from evalapp.pledges.services import pledges
from evalapp.powers.models import ServiceItem


def tie_pledges(session: Session) -> None:
    """Say by the cases of which items pledges are measured, in a wording of its own: pledges were there before the guides."""
    for title, names in content()["pledges"].items():
        for pledge, version in session.execute(
            select(Pledge, PledgeVersion)
            .join(PledgeVersion, PledgeVersion.pledge_id == Pledge.id)
            .where(PledgeVersion.title == title, PledgeVersion.shown_until.is_(None))
        ).all():
            codes = session.scalars(
                select(ServiceItem.code).where(
                    ServiceItem.unit_id == pledge.unit_id, ServiceItem.name.in_(names)
                )
            ).all()
            pledges.reword_pledge(
                session,
                pledge_id=pledge.id,
                wording=pledges.PledgeWording(
                    title=version.title,
                    text=version.text,
                    measured=version.measured,
                    term=version.term,
                    statutory=version.statutory,
                    statutory_source=version.statutory_source,
                    items=tuple(codes),
                ),
                reason="写明用哪些事项的办件来检验",
                actor=SYSTEM,
            )
