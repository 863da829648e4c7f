"""One door for the second person, whatever it is that waits for them."""

import uuid
from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from evalapp.ballots.models import ActKind, TwoPersonAct
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import announcing
from evalapp.core.permissions import Actor
from evalapp.results.services import correcting, counting, publishing

_CONFIRM: Mapping[ActKind, Callable[..., object]] = {
    ActKind.EXTEND: announcing.confirm_extension,
    ActKind.VOID: announcing.confirm_voiding,
    ActKind.SET_APART: counting.confirm_setting_apart,
    ActKind.PUBLISH: publishing.confirm_publication,
    ActKind.PUT_BACK: counting.confirm_putting_back,
    ActKind.CORRECT: correcting.confirm_correction,
}


def approve(session: Session, act_id: uuid.UUID, *, number: int, actor: Actor) -> TwoPersonAct:
    """Confirm what somebody else proposed for the episode with this number, and do it. Raises what its kind raises."""
    act = gradings.act(session, act_id, number=number)
    _CONFIRM[act.kind](session, act.id, actor=actor)
    return act
