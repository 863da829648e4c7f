"""What the asker says of the answer, and what they and whoever met with the same say of what was mended.

That it is the asker shows the seal of their comment (docs/decisions/0009); that somebody met with the same, their mark.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalapp.comments.models import Comment, MetToo
from evalapp.comments.rules import sealing
from evalapp.comments.rules.moderation import CommentState
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.comments.services.authorship import own_comment
from evalapp.core.errors import Conflict, NotFound
from evalapp.core.i18n import N_
from evalapp.core.permissions import Actor
from evalapp.supervision import services as supervision
from evalapp.supervision.models import Matter
from evalapp.supervision.rules.grading import AnswerGrade


def grade_answer(
    session: Session, *, reference: str, author: Actor, keys: CommentKeys, grade: AnswerGrade
) -> Matter:
    """Keep what the asker says of the answer to their comment. Raises `NotFound` for another's, `Conflict`."""
    matter_id = _own_matter(session, reference=reference, author=author, keys=keys)
    return supervision.grade_answer(session, matter_id=matter_id, grade=grade)


def reopen(session: Session, *, reference: str, author: Actor, keys: CommentKeys) -> Matter:
    """Open the matter of one's comment again, with the grade that stands. Raises `NotFound` for another's, `Conflict`."""
    matter_id = _own_matter(session, reference=reference, author=author, keys=keys)
    grade = session.scalar(select(Matter.grade).where(Matter.id == matter_id))
    if grade is None:
        raise Conflict(N_("请先说这个答复怎么样，再重新打开。"))
    return supervision.reopen(session, matter_id=matter_id, grade=grade)


def say_whether_mended(
    session: Session, *, reference: str, author: Actor, keys: CommentKeys, is_mended: bool
) -> Matter:
    """Keep the asker's word on what was checked: confirmed, or opened again. Raises `NotFound` for another's, `Conflict`."""
    matter_id = _own_matter(session, reference=reference, author=author, keys=keys)
    assert author.id is not None
    mark = sealing.confirmation_mark(keys, matter_id=matter_id, resident_id=author.id)
    return supervision.confirm(session, matter_id=matter_id, pseudonym=mark, is_mended=is_mended)


def say_as_one_who_met(
    session: Session, *, reference: str, resident: Actor, keys: CommentKeys, is_mended: bool
) -> Matter:
    """Keep the word of somebody who said 我也遇到 on what was checked: counted, and enough of them open it again.

    Raises `NotFound` for whoever did not say so (the asker too: their word goes by their comment), `Conflict`.
    """
    assert resident.id is not None
    found = session.execute(
        select(Comment.id, Comment.thread_id, Comment.matter_id).where(
            Comment.reference == reference, Comment.state == CommentState.SHOWN
        )
    ).one_or_none()
    if found is None or found.matter_id is None:
        raise NotFound(N_("没有找到这条留言。"))
    met = sealing.met_mark(keys, thread_id=found.thread_id, resident_id=resident.id)
    if session.get(MetToo, (found.id, met)) is None:
        raise NotFound(N_("没有找到这条留言。"))
    mark = sealing.confirmation_mark(keys, matter_id=found.matter_id, resident_id=resident.id)
    return supervision.confirm(
        session, matter_id=found.matter_id, pseudonym=mark, is_mended=is_mended, is_asker=False
    )


def _own_matter(session: Session, *, reference: str, author: Actor, keys: CommentKeys) -> uuid.UUID:
    matter_id = own_comment(session, reference=reference, author=author, keys=keys).matter_id
    if matter_id is None:
        raise Conflict(N_("这条留言没有要评价的答复。"))
    return matter_id
