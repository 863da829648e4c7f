"""The description of the JSON interface, for machines and as a page."""

from flask import Blueprint, Response, jsonify, render_template

from evalapp.opendata import description
from evalapp.web.access import public
from evalapp.web.context import platform
from evalapp.web.operation import current_version

blueprint = Blueprint("opendata", __name__)


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The OpenAPI 3.1 description."""
    return jsonify(_described())


@blueprint.get("/api/docs")
@public
def docs() -> str:
    """The same as a page, without a line of script."""
    return render_template("opendata/docs.html", described=_described())


def _described() -> dict[str, object]:
    settings = platform().settings
    return description.describe(url=settings.public_url, title=settings.site_name, version=current_version())
