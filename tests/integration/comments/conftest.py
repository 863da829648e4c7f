"""A resident who asks, and the question."""

import pytest

from evalapp.comments.models import Comment
from evalapp.core.permissions import Actor
from tests.support.comments import Comments
from tests.support.matters import Matters


@pytest.fixture
def author(comments: Comments) -> Actor:
    return comments.resident()


@pytest.fixture
def asked(comments: Comments, matters: Matters, author: Actor) -> Comment:
    """A question that was approved."""
    return comments.now(comments.asked(author=author))
