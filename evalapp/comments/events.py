"""What others may act on when something becomes of a comment."""

import uuid
from dataclasses import dataclass

from evalapp.core.events import Event


@dataclass(frozen=True, kw_only=True)
class CommentChanged(Event):
    """What the public reads of a comment or of its reply became another: shown, hidden, masked, withdrawn, answered."""

    comment_id: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class CommentMoved(Event):
    """A comment went to the misconduct channel: whoever shows anything of it, shows nothing of it any more.

    `reference` is what it was called before; it is called so nowhere now.
    """

    comment_id: uuid.UUID
    reference: str
