"""Keeps in the audit how comments are moderated, whenever the setting says something new."""

from sqlalchemy.orm import Session

from evalapp.audit import queries as audit_queries
from evalapp.audit import services as audit
from evalapp.comments.rules.moderation import Moderation
from evalapp.core.permissions import SYSTEM

ACTION = "setting.comment_moderation"


def record_choice(session: Session, chosen: Moderation) -> None:
    """Record the choice unless the last one recorded is the same."""
    last = audit_queries.latest(session, ACTION)
    if last is None or last.detail.get("value") != chosen.value:
        audit.record(
            session, actor=SYSTEM, action=ACTION, subject="comment_moderation", detail={"value": chosen.value}
        )
