"""Standing as a client by a completed case, in place of a printed code: kept like one, so that casting knows no difference."""

import os
import secrets
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalapp.ballots.events import GradingClosed, GradingVoided
from evalapp.ballots.models import ClientCode, Grading
from evalapp.ballots.queries import case_standings as queries
from evalapp.ballots.queries.case_standings import CaseStanding
from evalapp.ballots.rules.receipts import CODE_BYTES
from evalapp.ballots.rules.voters import client_code_hash
from evalapp.core import clock
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.programme.models import Episode

_NUMBERS = 2**31 - 1  # below nought: casting takes the lowest of a person's codes, and these lapse first


def claim_own(
    session: Session, number: int, *, person_ids: Sequence[str], resident_id: uuid.UUID, secret: bytes
) -> CaseStanding:
    """Make whoever has a completed case under the own number a client for the episode with this number.

    Raises `NotFound` where none of the cases counts, `Conflict` when it was taken at the same moment.
    """
    offers = queries.offered_to_person(session, person_ids, secret=secret)
    found = next((each for each in offers if each.number == number), None)
    if found is None:
        raise NotFound(N_("没有能用在这一期的办结件，或者已经用过。"))
    return _keep(session, found, resident_id=resident_id, secret=secret)


def claim_case(
    session: Session, case_id: uuid.UUID, *, resident_id: uuid.UUID, secret: bytes
) -> CaseStanding:
    """Make whoever proved a case by number and code a client for the next episode of its unit.

    Raises `Conflict` where there is none, where it is too old, or where it was used.
    """
    offers = queries.offered_by_case(session, case_id, secret=secret)
    if not offers:
        raise Conflict(N_("这个办件现在不能用：还没有办结，办结太久，已经用过，或者这个单位近期没有评议。"))
    return _keep(session, offers[0], resident_id=resident_id, secret=secret)


def on_grading_over(session: Session, event: GradingClosed | GradingVoided) -> None:
    """React to the end of grading, or to one that is void: standing that was not used lapses.

    The case may serve for the unit's next episode.
    """
    closed = session.execute(
        select(Episode.unit_id, Grading.closes_at)
        .join(Grading, Grading.episode_id == Episode.id)
        .where(Episode.id == event.episode_id)
    ).one()
    session.execute(
        delete(ClientCode)
        .where(
            ClientCode.unit_id == closed.unit_id,
            ClientCode.case_mark.is_not(None),
            ClientCode.used_mark.is_(None),
            ClientCode.made_at < closed.closes_at,
        )
        .execution_options(synchronize_session=False)
    )


def _keep(session: Session, found: CaseStanding, *, resident_id: uuid.UUID, secret: bytes) -> CaseStanding:
    """The row says neither for which episode nor, without the key, by which case; and of when, the day alone."""
    taken = Conflict(N_("这个办件在这一期已经用过。"))
    with refusing(session, {"uq_client_codes_case_mark": taken}):
        session.add(
            ClientCode(
                unit_id=found.unit_id,
                number=-1 - secrets.randbelow(_NUMBERS),
                code_hash=client_code_hash(secret, os.urandom(CODE_BYTES).hex()),
                case_mark=found.mark,
                made_at=clock.start_of(clock.today()),
                resident_id=resident_id,
            )
        )
    return found
