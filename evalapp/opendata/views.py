"""The description of the JSON interface, for machines and as a page."""

import json
from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from markupsafe import Markup

from evalapp.opendata import description
from evalapp.web.access import public
from evalapp.web.context import platform
from evalapp.web.kept import kept_in_each_language
from evalapp.web.operation import current_version

blueprint = Blueprint("opendata", __name__)


@dataclass(frozen=True, kw_only=True)
class _Described:
    """The interface as it is, in one language: for machines, and the part of the page that names every address."""

    machine: bytes
    page: Markup


@blueprint.get("/openapi.json")
@public
def openapi() -> Response:
    """The OpenAPI 3.1 description."""
    return Response(_described().machine, mimetype="application/json")


@blueprint.get("/api/docs")
@public
def docs() -> str:
    """The same as a page, without a line of script."""
    return render_template("opendata/docs.html", described=_described().page)


def _described() -> _Described:
    """It changes with the code alone, and takes far longer than a page may."""
    return kept_in_each_language("interface", _describe)


def _describe() -> _Described:
    settings = platform().settings
    told = description.describe(url=settings.public_url, title=settings.site_name, version=current_version())
    machine = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    page = render_template("opendata/_described.html", described=told)
    return _Described(machine=machine, page=Markup(page))  # noqa: S704  our own template
