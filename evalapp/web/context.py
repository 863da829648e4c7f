"""What a request works with: the platform, and a database session of its own."""

from typing import cast

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from evalapp.core.platform import Platform

_EXTENSION = "evalapp"


class RequestDatabase:
    """`db.session` is the request's session, opened at first use and closed at its end."""

    @property
    def session(self) -> Session:
        if "db_session" not in g:
            g.db_session = platform().session()
        return cast("Session", g.db_session)


db = RequestDatabase()


def platform() -> Platform:
    """Return the platform that this application was built on."""
    return platform_of(current_app)


def platform_of(app: Flask) -> Platform:
    """Return the platform that `app` was built on."""
    return cast("Platform", app.extensions[_EXTENSION])


def init_app(app: Flask, opened: Platform) -> None:
    """Give `app` its platform, and close each request's session."""
    app.extensions[_EXTENSION] = opened

    @app.teardown_appcontext
    def _close(_error: BaseException | None) -> None:
        session = g.pop("db_session", None)
        if session is not None:
            session.close()
