"""Erases what residents wrote, when they ask for it, forgets what they said, and has authors told of answers."""

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


def forget_said(context: JobContext) -> None:
    """Forget what was said under a number that came back after so long. Run twice it finds nothing the second time."""
    with context.transaction() as session:
        services.forget_said(
            session,
            resident_id=uuid.UUID(context.payload["resident_id"]),
            keys=CommentKeys.of(context.platform.keys),
        )


def tell_author(context: JobContext) -> None:
    """Have the author of an answered comment told. Run twice it adds nothing to the letter that waits."""
    with context.transaction() as session:
        services.tell(
            session,
            comment_id=uuid.UUID(context.payload["comment_id"]),
            keys=CommentKeys.of(context.platform.keys),
        )
