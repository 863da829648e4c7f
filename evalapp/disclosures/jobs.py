"""Work for the worker: forgetting what an erased resident asked."""

import uuid

from evalapp.core.jobs import JobContext
from evalapp.disclosures import services
from evalapp.disclosures.rules.asking import QuestionKey


def erase_asker(context: JobContext) -> None:
    """Empty the words of whatever a resident asked about lines."""
    key = QuestionKey.of(context.platform.keys)
    with context.transaction() as session:
        services.erase_asker(session, resident_id=uuid.UUID(context.payload["resident_id"]), key=key)
