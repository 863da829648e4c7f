"""Doing what somebody handed in asks for, and saying what speaks against it where it was typed."""

from collections.abc import Callable

from evalapp.core.errors import DomainError, NotFound
from evalapp.core.transaction import transaction
from evalapp.web.context import db
from evalapp.web.formbase import Form


def refusal_of(form: Form, change: Callable[[], object]) -> int | None:
    """Make the change that a form asks for, in a transaction of its own. None: it is made.

    Otherwise the status with which the page is shown again: the form then says why, and still holds what was typed.
    What does not exist has no page to be shown again: that refusal goes on.
    """
    if not form.validate_on_submit():
        return 422
    try:
        with transaction(db.session):
            change()
    except NotFound:
        raise
    except DomainError as refusal:
        form.refuse(refusal)
        return refusal.status
    return None
