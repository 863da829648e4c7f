"""What applicants of the demonstration say of their cases: grades of what is over, and now and then a complaint."""

import random
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.approvals.models import Case, CaseBasis
from evalapp.approvals.queries import profiles, voices
from evalapp.approvals.rules import rating
from evalapp.approvals.rules.rating import Topic
from evalapp.approvals.services import voices as services
from evalapp.core import clock
from evalapp.core.platform import Platform

_LOOKS_BACK = timedelta(days=10)
_GRADED, _COMPLAINED = 0.12, 0.012  # of the cases that are over
_AFTER = (2, 40)  # hours
_GRADES, _WEIGHTS = (5, 4, 3, 2, 1), (52, 30, 12, 4, 2)
_WORDS = {
    Topic.SLOW: "催了两次才有回音，中间一个星期没有动静。",
    Topic.ATTITUDE: "问缺什么材料，窗口让回去自己看墙上的表。",
    Topic.PAPERS: "先说齐了，第二次去又要一份证明，跑了两趟。",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """How much was said."""

    grades: int
    complaints: int


def speak(platform: Platform) -> Said:
    """Let some of those whose cases were over in the last days say what they think, each as of when they said it."""
    now, said = clock.now(), {"grades": 0, "complaints": 0}
    with platform.session() as session:
        over = session.execute(
            select(Case.reference, Case.closed_at)
            .where(Case.closed_at > now - _LOOKS_BACK, Case.state.in_(voices.GRADED))
            .order_by(Case.closed_at, Case.reference)
        ).all()
    for reference, closed_at in over:
        assert closed_at is not None  # asked for
        rng = random.Random(reference)  # noqa: S311  invented, and the same whenever it is asked for
        lot, at = rng.random(), closed_at + timedelta(hours=rng.uniform(*_AFTER))
        if at < now and lot < _GRADED + _COMPLAINED:
            is_grade = lot < _GRADED
            with clock.at(at), platform.transaction() as session:
                if is_grade:
                    _grade(session, reference, rng)
                else:
                    topic = rng.choice(list(_WORDS))
                    services.complain(
                        session, platform.keys, reference=reference, topic=topic, words=_WORDS[topic]
                    )
            said["grades" if is_grade else "complaints"] += 1
    return Said(**said)


def _grade(session: Session, reference: str, rng: random.Random) -> None:
    came_by, profile_id = session.execute(
        select(Case.came_by, CaseBasis.profile_id)
        .join(CaseBasis, CaseBasis.id == Case.basis_id)
        .where(Case.reference == reference)
    ).one()
    own = profiles.profile_of(session, profile_id).own.rated
    (grade,) = rng.choices(_GRADES, _WEIGHTS)
    offered = [one.code for one in rating.offered(own, rating.place_of(came_by, own), grade)]
    ticked = rng.sample(offered, min(rng.randint(0, 2), len(offered), own.most))
    services.grade(session, reference=reference, grade=grade, codes=ticked)
