"""What every entrance opens first: settings, database, files, keys, gateways. The web, the worker and commands share it."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

from evalapp.core import clock, logs
from evalapp.core.engine import make_engine, make_links, make_session_factory
from evalapp.core.gateways import SmsGateway, open_gateway
from evalapp.core.keys import Keys
from evalapp.core.lean import Links
from evalapp.core.mail import MailGateway, open_mail
from evalapp.core.settings import BadSettings, Settings
from evalapp.core.storage import LocalStorage, Storage
from evalapp.core.transaction import Lean, transaction


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The opened parts. Close it when done."""

    settings: Settings
    engine: Engine
    lean: Lean  # for the one route that a broadcast drives
    sessions: sessionmaker[Session]
    storage: Storage
    keys: Keys
    sms: SmsGateway
    mail: MailGateway

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open everything that `settings` name; makes the data folder."""
        clock.configure(offset_seconds=settings.clock_offset, timezone=settings.timezone)
        logs.configure(settings)
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remember_offset(settings)
        _own_database(settings)
        engine = make_engine(settings.database)
        return cls(
            settings=settings,
            engine=engine,
            lean=engine if engine.dialect.name == "sqlite" else make_links(settings.database),
            sessions=make_session_factory(engine),
            storage=LocalStorage(settings.media_dir),
            keys=Keys(settings.keys_dir),
            sms=open_gateway(settings),
            mail=open_mail(settings),
        )

    def session(self) -> Session:
        """Return a new session, to read with: `with platform.session() as session:`."""
        return self.sessions()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session and a transaction in one: what the block did is committed or nothing is."""
        with self.sessions() as session, transaction(session):
            yield session

    def close(self) -> None:
        """Let the database go."""
        self.engine.dispose()
        if isinstance(self.lean, Links):
            self.lean.close()


def _own_database(settings: Settings) -> None:
    """Make SQLite's file before SQLite does, which would let every account of the machine read it."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database is not None:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(url.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _remember_offset(settings: Settings) -> None:
    """Refuse a clock that is set back: a data folder remembers the largest offset it was used with."""
    path = settings.data_dir / "clock_offset"
    written = path.read_text().strip() if path.exists() else "0"
    if not written.isdecimal():
        raise BadSettings(
            f"{path} holds no number of seconds: write into it the largest EVALAPP_CLOCK_OFFSET used here, or 0"
        )
    largest = int(written)
    if settings.clock_offset < largest:
        raise BadSettings(
            f"EVALAPP_CLOCK_OFFSET={settings.clock_offset} is behind {largest}, which this data folder was used with: "
            "set that or more"
        )
    if settings.clock_offset > largest:
        path.write_text(str(settings.clock_offset))
