"""Erases what residents wrote, when they ask for it."""

import uuid
from datetime import datetime

from evalapp.comments import services
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core.jobs import JobContext


def erase_author(context: JobContext) -> None:
    """Erase the words of a resident who erased their account. Run twice it finds nothing the second time."""
    with context.transaction() as session:
        services.erase_author(
            session,
            resident_id=uuid.UUID(context.payload["resident_id"]),
            keys=CommentKeys.of(context.platform.keys),
            until=datetime.fromisoformat(context.payload["until"]),
        )
