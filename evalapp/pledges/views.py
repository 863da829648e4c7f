"""The public page of a pledge and of a highlight: its words, its evidence, and every wording it ever had."""

from flask import Blueprint, render_template, request, url_for

from evalapp.core import clock
from evalapp.pledges import queries
from evalapp.pledges.queries import ShownHighlight
from evalapp.units import queries as units
from evalapp.web import asked, qr
from evalapp.web.access import public
from evalapp.web.context import db, platform

blueprint = Blueprint("pledges", __name__)
_LARGEST = 1_000_000


@blueprint.get("/pledges/<reference>")
@public
def pledge(reference: str) -> str:
    to = asked.month("to")  # as somebody claimed it, or now
    shown = queries.shown_pledge(db.session, reference, at=clock.start_of(to) if to else None)
    versions = queries.pledge_versions(db.session, shown.id)
    return render_template(
        "pledges/pledge.html",
        pledge=shown,
        to=to,
        unit=units.unit_by_id(db.session, shown.unit_id),
        versions=versions,
        measured_by=queries.measuring_items(db.session, shown.version_id),
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
            versions, old=_version("old"), new=_version("new"), fields=("title", "goal", "measures", "post")
        ),
        withdrawal=queries.highlight_by_id(db.session, shown.id) if shown.withdrawn_at else None,
    )


@blueprint.get("/units/<slug>/highlights")
@public
def wall(slug: str) -> str:
    """The table of highlights as it hangs on the unit's wall, one for each year."""
    return _wall(slug, "pledges/wall.html")


@blueprint.get("/units/<slug>/highlights/print")
@public
def print_wall(slug: str) -> str:
    return _wall(slug, "pledges/wall_print.html")


def _wall(slug: str, template: str) -> str:
    unit = units.unit(db.session, slug)
    years: dict[int, list[ShownHighlight]] = {}
    for one in queries.shown_highlights(db.session, unit.id):
        years.setdefault(one.year, []).append(one)
    return render_template(
        template,
        unit=unit,
        years=years,
        code=qr.of_public_address(platform().settings.public_url + url_for(".wall", slug=unit.slug)),
        printed_on=clock.today(),
    )


def _version(name: str) -> int | None:
    number = request.args.get(name, type=int)
    return number if number is not None and 0 < number < _LARGEST else None
