"""Static files under addresses that carry their hash, so that browsers keep them for a year."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from werkzeug.security import safe_join

from evalapp.web import links
from evalapp.web.access import public

FOLDER = Path(__file__).parent.parent / "static"
_YEAR = 31_536_000
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json"}

_TEXTS = ("text/", "application/javascript", "application/json", "image/svg")

blueprint = Blueprint("assets", __name__)


@cache
def version(path: str) -> str:
    """Return a short hash of a static file; raises `FileNotFoundError` for one that is missing."""
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:10]


def static(path: str) -> str:
    """Return the address of a static file, for templates."""
    return links.address("assets.file", path=path, v=version(path))


@cache
def _packed(path: str) -> bytes | None:
    """Return a text file as gzip packs it, once a process; None for what is no text or would not shrink."""
    found = safe_join(str(FOLDER), path)
    if found is None or not Path(found).is_file() or not _type_of(path).startswith(_TEXTS):
        return None
    content = Path(found).read_bytes()
    packed = gzip.compress(content, mtime=0)
    return packed if len(packed) < len(content) else None


@blueprint.get("/static/<path:path>")
@public
def file(path: str) -> Response:
    packed = _packed(path) if "gzip" in request.headers.get("Accept-Encoding", "") else None
    kept_for = _YEAR if request.args.get("v") else 300
    if packed is None:
        response = send_from_directory(
            FOLDER, path, mimetype=_type_of(path), conditional=True, max_age=kept_for
        )
    else:
        response = Response(packed, mimetype=_type_of(path), headers={"Content-Encoding": "gzip"})
        response.cache_control.max_age = kept_for
        response.set_etag(f"{version(path)}-gzip")
        response.make_conditional(request)
    if request.args.get("v"):
        response.cache_control.immutable = True
        response.cache_control.public = True
        response.cache_control.no_cache = None
    response.vary.add("Accept-Encoding")
    return response


def _type_of(path: str) -> str:
    return _TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


def init_app(app: Flask) -> None:
    """Serve the static files of `app` and teach templates `static()`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["static"] = static
