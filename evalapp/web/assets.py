"""Static files under addresses that carry their hash, so that browsers keep them for a year."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory, url_for

from evalapp.web.access import public

FOLDER = Path(__file__).parent.parent / "static"
_YEAR = 31_536_000
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}

blueprint = Blueprint("assets", __name__)


@cache
def version(path: str) -> str:
    """Return a short hash of a static file; raises `FileNotFoundError` for one that is missing."""
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:10]


def static(path: str) -> str:
    """Return the address of a static file, for templates."""
    return url_for("assets.file", path=path, v=version(path))


@blueprint.get("/static/<path:path>")
@public
def file(path: str) -> Response:
    wants_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    packed = wants_gzip and (FOLDER / f"{path}.gz").is_file()
    response = send_from_directory(
        FOLDER,
        f"{path}.gz" if packed else path,
        mimetype=_type_of(path),
        conditional=True,
        max_age=_YEAR if request.args.get("v") else 300,
    )
    if request.args.get("v"):
        response.cache_control.immutable = True
        response.cache_control.public = True
        response.cache_control.no_cache = None
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def _type_of(path: str) -> str:
    return _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def init_app(app: Flask) -> None:
    """Serve the static files of `app` and teach templates `static()`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["static"] = static
