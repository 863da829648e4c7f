"""Pages for those who run it: is it alive, is it ready, what is it, how does it do."""

from importlib.metadata import PackageNotFoundError, version

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from evalapp.web.access import public
from evalapp.web.context import db

blueprint = Blueprint("operation", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """The database answers too; 503 otherwise (the error handler says so)."""
    db.session.execute(text("SELECT 1"))
    return Response("ready\n", content_type="text/plain")


@blueprint.get("/version")
@public
def show_version() -> Response:
    return jsonify(name="evalapp", version=current_version())


def current_version() -> str:
    """Return the version that is installed."""
    try:
        return version("evalapp")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0.0.0"


@blueprint.get("/metrics")
@public
def metrics() -> Response:
    """Counts of the process, none of them about grades."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
