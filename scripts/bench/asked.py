"""Clocks for many comments at once: half of those that are shown ask for something; what is answered has kept its term."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, insert, update

from evalapp.comments.models import Comment, ReplyDraft
from evalapp.comments.rules.asking import Asking
from evalapp.comments.rules.moderation import CommentState
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.notifications.models import Topic, TopicKind
from evalapp.supervision.models import Deadline, Matter
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind, Phase, Stage
from evalapp.supervision.rules.terms import Ending
from evalapp.supervision.services.profiles import profile_in_force

BATCH = 5_000


def ask(platform: Platform, comments: Sequence[dict[str, Any]], unit_id: uuid.UUID) -> None:
    """Give the comments their matters, deadlines up to twenty days from now or ten behind, and a few drafts to sign."""
    asking = [row for row in comments if row["state"] is CommentState.SHOWN][::2]
    with platform.transaction() as session:
        profile_id, now = profile_in_force(session).id, clock.now()
    for start in range(0, len(asking), BATCH):
        with platform.transaction() as session:
            made = [
                _one(row, start + place, unit_id, profile_id, now)
                for place, row in enumerate(asking[start : start + BATCH])
            ]
            for kind in (Topic, Matter, Deadline):
                session.execute(insert(kind), [one[kind] for one in made])
            session.connection().execute(
                update(Comment.__table__)
                .where(Comment.__table__.c.id == bindparam("comment"))
                .values(matter_id=bindparam("matter"), asking=Asking.GENERAL_QUESTION),
                [
                    {"comment": row["id"], "matter": one[Matter]["id"]}
                    for row, one in zip(asking[start : start + BATCH], made, strict=True)
                ],
            )
    waiting = [row for row in asking if not row["is_answered"]][::50]
    with platform.transaction() as session:
        session.execute(
            insert(ReplyDraft),
            [
                {"id": uuid.uuid4(), "comment_id": row["id"], "unit_id": unit_id, "text": "灯下周换好。",
                 "version": 1, "saved_at": now, "staff_id": None, "post": "科长", "submitted_at": now, "sent_back": ""}
                for row in waiting
            ],
        )  # fmt: skip


def _one(
    row: dict[str, Any], number: int, unit_id: uuid.UUID, profile_id: uuid.UUID, now: datetime
) -> dict[Any, Any]:
    matter_id, topic_id, reference = uuid.uuid4(), uuid.uuid4(), f"MT-2026-{number:06}"
    due, is_running = now + timedelta(days=number % 30 - 10, seconds=number), not row["is_answered"]
    began, on = now - timedelta(days=12), clock.local(due).date()
    return {
        Topic: {"id": topic_id, "kind": TopicKind.MATTER, "reference": reference, "title": "提问",
                "path": f"/matters/{reference}", "created_at": began},
        Matter: {"id": matter_id, "reference": reference, "kind": MatterKind.QUESTION, "title": f"第 {number} 个提问",
                 "path": "/episodes/16", "about": row["reference"], "unit_id": unit_id, "handler": "",
                 "weight": Weight.GENERAL, "phase": Phase.OPEN if is_running else Phase.ANSWERED,
                 "settled_at": None if is_running else now, "is_public": True, "opened_at": began,
                 "profile_id": profile_id, "topic_id": topic_id, "version": 1, "reopened": 0, "withdrawn_reason": "",
                 "withdrawn_by": ""},
        Deadline: {"id": uuid.uuid4(), "matter_id": matter_id, "unit_id": unit_id, "stage": Stage.ANSWER, "number": 1,
                   "started_at": began, "started_on": began.date(), "working_days": 5, "source": "x", "due_on": on,
                   "listed_on": on, "due_at": due, "soon_at": due - timedelta(days=1),
                   "very_late_at": due + timedelta(days=7), "is_provisional": False,
                   "ended_at": None if is_running else due - timedelta(hours=1),
                   "ended_how": None if is_running else Ending.MET, "next_act_at": None},
    }  # fmt: skip
