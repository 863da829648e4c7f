"""大家看 大家评: the application. One folder a domain; `factory` builds it, `cli` commands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Return what `flask --app evalapp …` looks for: the application with the commands of `evalapp`."""
    from evalapp.cli import flask_app

    return flask_app()
