"""Published results and the league table as JSON."""

import json

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from evalapp.results.queries import league as leagues
from evalapp.results.queries import published as results
from evalapp.web.access import public
from evalapp.web.context import db

blueprint = Blueprint("results_api", __name__, url_prefix="/api/v1")


@blueprint.get("/episodes/<int(max=999999):number>/result")
@public
def result(number: int) -> AnyResponse:
    """The published document, byte for byte; 404 before publication."""
    return _json(results.published(db.session, number).result.document)


@blueprint.get("/episodes/<int(max=999999):number>/result/<document_hash>")
@public
def replaced_result(number: int, document_hash: str) -> AnyResponse:
    """A document that was published and corrected since, byte for byte, by its SHA-256."""
    return _json(results.replaced(db.session, number, document_hash))


@blueprint.get("/league/<int(max=9999):year>")
@public
def league(year: int) -> AnyResponse:
    """The table of a season: classes with units, means, intervals and ranges of ranks."""
    shown = leagues.league_document(leagues.league(db.session, year))
    return _json(json.dumps(shown, ensure_ascii=False).encode())


def _json(body: bytes) -> AnyResponse:
    response = Response(body, content_type="application/json")
    response.add_etag()
    return response.make_conditional(request)
