"""Addresses that programs look for: which pages there are, what robots may read, whom to tell of a weakness."""

from datetime import timedelta
from xml.sax.saxutils import escape

from flask import Response

from evalapp.core import clock
from evalapp.portal.queries.findable import public_paths
from evalapp.portal.views.blueprint import blueprint
from evalapp.web.access import public
from evalapp.web.context import db, platform

PAGES = (
    "/",
    "/episodes",
    "/units",
    "/powers",
    "/services",
    "/boards",
    "/matters",
    "/league",
    "/about",
    "/rules",
    "/privacy",
    "/moderation",
    "/verify",
)
# What is somebody's own, what changes nothing by being read twice, and the search, which could be read for ever.
CLOSED = ("/api/", "/desk", "/kiosk", "/me", "/receipt", "/search", "/sign-in", "/preferences", "/verify/")
_VALID = timedelta(days=180)


@blueprint.get("/sitemap.xml")
@public
def sitemap() -> Response:
    base = platform().settings.public_url
    paths = [*PAGES, *public_paths(db.session)]
    lines = [f"<url><loc>{escape(base + path)}</loc></url>" for path in paths]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        + "\n".join(lines)
        + "\n</urlset>\n"
    )
    return Response(text, content_type="application/xml; charset=utf-8")


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    lines.append(f"Sitemap: {platform().settings.public_url}/sitemap.xml")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/.well-known/security.txt")
@public
def security() -> Response:
    """RFC 9116: where to tell of a weakness; the page explains what is protected and what is not."""
    base = platform().settings.public_url
    expires = (clock.now() + _VALID).strftime("%Y-%m-%dT00:00:00Z")
    text = (
        f"Contact: {base}/about\nPolicy: {base}/privacy\nExpires: {expires}\n"
        f"Preferred-Languages: zh, en\nCanonical: {base}/.well-known/security.txt\n"
    )
    return Response(text, content_type="text/plain; charset=utf-8")
