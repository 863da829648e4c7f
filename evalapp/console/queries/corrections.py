"""Reading what an upheld objection asks the office to correct."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalapp.ballots.models import ActKind, Grading, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.results.models import Objection, SetApart
from evalapp.results.queries import objected


@dataclass(frozen=True, kw_only=True)
class ApartRow:
    """What two people set apart in one act and nobody put back."""

    act: TwoPersonAct
    words: str
    words_en: str
    number: int


@dataclass(frozen=True, kw_only=True)
class CorrectionPage:
    objections: Sequence[Objection]
    apart: Sequence[ApartRow]
    waiting: Sequence[TwoPersonAct]

    @property
    def is_waiting(self) -> bool:
        """Whether a correction waits for its second person."""
        return any(act.kind is ActKind.CORRECT for act in self.waiting)


def correction_page(session: Session, grading: Grading) -> CorrectionPage:
    """The upheld objections that nothing was corrected after, and what is set apart."""
    profile = gradings.profile_from(grading.profile)
    words = {listed.code: listed for listed in profile.exclusion_reasons}
    rows = session.execute(
        select(TwoPersonAct, SetApart.reason, func.count().label("number"))
        .join(SetApart, SetApart.act_id == TwoPersonAct.id)
        .where(TwoPersonAct.grading_id == grading.id, SetApart.put_back_id.is_(None))
        .group_by(TwoPersonAct.id, SetApart.reason)
        .order_by(TwoPersonAct.confirmed_at, TwoPersonAct.id)
    ).all()
    return CorrectionPage(
        objections=objected.to_correct(session, grading.episode_id),
        apart=[
            ApartRow(act=row[0], words=words[row[1]].zh, words_en=words[row[1]].en, number=row[2])
            for row in rows
        ],
        waiting=gradings.waiting_acts(session, grading.id),
    )
