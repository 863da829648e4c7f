"""Refusals that are fit to show: what a service raises instead of returning a failure."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a sentence for the person in front of it.

    `message` is a Chinese source text (mark it with `N_`) with `%(name)s` places that `params` fill;
    whoever shows it translates it. `field` names the form field that it belongs to, where there is one;
    `code` is a stable word for machines; `title` says the same to people, where the status alone says too little.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    title: ClassVar[str] = ""

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class Invalid(DomainError):  # noqa: N818  refusals are named by what they say, as in CONTRIBUTING.md
    """What was handed in has the wrong shape or breaks a rule of content."""

    status = 422
    code = "invalid"


class NotSignedIn(DomainError):  # noqa: N818
    """Nobody is signed in, and somebody must be."""

    status = 401
    code = "not-signed-in"


class NotAllowed(DomainError):  # noqa: N818
    """This person may not do this, and may know that it exists."""

    status = 403
    code = "not-allowed"


class NotFound(DomainError):  # noqa: N818
    """There is no such thing, or none that this person may know of."""

    status = 404
    code = "not-found"


class Conflict(DomainError):  # noqa: N818
    """The state of things does not allow it now, or somebody else was first."""

    status = 409
    code = "conflict"


class TooLarge(DomainError):  # noqa: N818
    """More bytes than the limit that the sentence names."""

    status = 413
    code = "too-large"


class UnsupportedType(DomainError):  # noqa: N818
    """A kind of content that is not taken here."""

    status = 415
    code = "unsupported-type"


class TooMany(DomainError):  # noqa: N818
    """A limit is used up; `retry_after` is the number of seconds until it is worth another try."""

    status = 429
    code = "too-many"

    def __init__(
        self, message: str, *, retry_after: int = 60, field: str | None = None, **params: object
    ) -> None:
        super().__init__(message, field=field, **params)
        self.retry_after = retry_after


class Unavailable(DomainError):  # noqa: N818
    """Not possible at the moment though nothing is wrong with the request; `retry_after` in seconds."""

    status = 503
    code = "unavailable"

    def __init__(
        self, message: str, *, retry_after: int = 5, field: str | None = None, **params: object
    ) -> None:
        super().__init__(message, field=field, **params)
        self.retry_after = retry_after


class NoRoom(DomainError):  # noqa: N818
    """The disk has too little room left to take it."""

    status = 507
    code = "no-room"
