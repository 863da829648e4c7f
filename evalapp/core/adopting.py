"""Documents that a district adopts, one after the other: a profile by which matters or cases are kept.

Rows are only added, the highest number is in force, and what began under one keeps it.
"""

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from evalapp.core import clock
from evalapp.core.base import Keyed
from evalapp.core.constraints import refusing
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import SYSTEM, Actor


class Adopted(Keyed):
    """The columns of a domain's table of adopted documents."""

    __tablename__: str

    number: Mapped[int] = mapped_column(unique=True)  # the highest is in force
    document: Mapped[dict[str, Any]] = mapped_column()
    from_at: Mapped[datetime] = mapped_column()
    chosen_by: Mapped[str] = mapped_column()


R = TypeVar("R", bound=Adopted)
P = TypeVar("P")


class Adoptions(Generic[R, P]):
    """The documents of one table, each read once a process; `shipped` is the one in force before any was adopted."""

    def __init__(
        self, kind: type[R], *, read: Callable[[bytes], P], shipped: Callable[[], bytes], faulty: str
    ) -> None:
        """`read` raises pydantic's error, which `faulty` (with `faults`) puts into a sentence."""
        self._kind, self._read, self._shipped, self._faulty = kind, read, shipped, faulty
        self._known: dict[uuid.UUID, P] = {}  # rows are never changed
        self._default: P | None = None

    def newest(self, session: Session) -> R | None:
        """Return what was adopted last, or none when the shipped one was never taken over."""
        return session.scalar(select(self._kind).order_by(self._kind.number.desc()).limit(1))

    def in_force(self, session: Session) -> P:
        """Return what would hold for something that began now."""
        row = self.newest(session)
        return self.default() if row is None else self.read(row)

    def default(self) -> P:
        """Return the document that comes with the application."""
        if self._default is None:
            self._default = self._read(self._shipped())
        return self._default

    def of(self, session: Session, key: uuid.UUID) -> P:
        """Return a document by its key."""
        known = self._known.get(key)
        return known if known is not None else self.read(session.get_one(self._kind, key))

    def read(self, row: R) -> P:
        """Return the document of a row."""
        if row.id not in self._known:
            self._known[row.id] = self._read(json.dumps(row.document).encode())
        return self._known[row.id]

    def adopt(self, session: Session, document: bytes, *, actor: Actor) -> R:
        """Put a document in force from now on. Raises `Invalid` for one that does not hang together, `Conflict` for two at once."""
        try:
            self._read(document)
        except ValidationError as error:
            where = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc']) or 'JSON'}: {fault['msg']}"
                for fault in error.errors()
            )
            raise Invalid(self._faulty, faults=where) from error
        before = self.newest(session)
        row = self._kind()
        row.number = before.number + 1 if before else 1
        for name, value in self._values(document, actor).items():
            setattr(row, name, value)
        first = Conflict(N_("同事刚刚采用了一份办法，请看过再定。"))
        with refusing(session, {f"uq_{self._kind.__tablename__}_number": first}):
            session.add(row)
        return row

    def row_in_force(self, session: Session) -> R:
        """Return the row that is in force; the shipped one is taken over at first need, by whoever is first."""
        found = self.newest(session)
        if found is None:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            taken = insert(self._kind).values(number=1, **self._values(self._shipped(), SYSTEM))
            session.execute(taken.on_conflict_do_nothing(index_elements=["number"]))
            found = self.newest(session)
        assert found is not None  # ours, or that of whoever was first
        return found

    @staticmethod
    def _values(document: bytes, actor: Actor) -> dict[str, Any]:
        return {
            "id": uuid.uuid4(),
            "document": json.loads(document),
            "from_at": clock.now(),
            "chosen_by": actor.name,
        }
