"""The public page of a pledge and of a highlight: its words, its evidence, and every wording it ever had."""

from flask import Blueprint, render_template, request

from evalapp.pledges import queries
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.context import db

blueprint = Blueprint("pledges", __name__)
_LARGEST = 1_000_000


@blueprint.get("/pledges/<reference>")
@public
def pledge(reference: str) -> str:
    shown = queries.shown_pledge(db.session, reference)
    versions = queries.pledge_versions(db.session, shown.id)
    return render_template(
        "pledges/pledge.html",
        pledge=shown,
        unit=units.unit_by_id(db.session, shown.unit_id),
        versions=versions,
        comparison=queries.comparison(
            versions,
            old=_version("old"),
            new=_version("new"),
            fields=("title", "text", "measured", "statutory_source"),
        ),
        withdrawal=queries.pledge_by_id(db.session, shown.id) if shown.withdrawn_at else None,
    )


@blueprint.get("/highlights/<reference>")
@public
def highlight(reference: str) -> str:
    shown = queries.shown_highlight(db.session, reference)
    versions = queries.highlight_versions(db.session, shown.id)
    return render_template(
        "pledges/highlight.html",
        highlight=shown,
        unit=units.unit_by_id(db.session, shown.unit_id),
        versions=versions,
        reports=queries.progress_reports(db.session, shown.id),
        comparison=queries.comparison(
            versions, old=_version("old"), new=_version("new"), fields=("title", "goal", "measures")
        ),
        withdrawal=queries.highlight_by_id(db.session, shown.id) if shown.withdrawn_at else None,
    )


def _version(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number < _LARGEST else None
