"""Public pages of results and the league table; before publication there is nothing to see."""

from flask import Blueprint, Response, render_template, url_for

from evalapp.ballots.queries import gradings
from evalapp.core import clock
from evalapp.results.queries import aftermath, lookbacks
from evalapp.results.queries import league as leagues
from evalapp.results.queries import published as results
from evalapp.results.queries.sheet import sheet, table_rows
from evalapp.web import qr
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.sheets import send_csv

blueprint = Blueprint("results", __name__)
COLUMNS = ("group", "dimension", "5", "4", "3", "2", "1", "unknown", "people")
LEAGUE_COLUMNS = ("class", "unit", "name", "mean", "half_width", "rank_from", "rank_to", "people", "episodes")


@blueprint.get("/episodes/<int(max=999999):number>/results")
@public
def show(number: int) -> str:
    """The result of an episode; 404 before publication."""
    found = results.published(db.session, number)
    graded = gradings.graded_episode(db.session, number)
    profile = gradings.profile_from(graded.grading.profile)
    table = leagues.league(db.session, found.year)
    address = platform().settings.public_url + url_for(".show", number=number)
    return render_template(
        "results/show.html",
        found=found,
        sheet=sheet(found.document, profile),
        profile=profile,
        comparisons=lookbacks.of_episode(db.session, found.episode.id),
        aftermath=aftermath.of_episode(db.session, found.episode, profile),
        ranks=table.ranks_of(found.unit.slug),
        peers=table.class_of(found.unit.slug),
        address=address,
        now=clock.now(),
        code=qr.of_public_address(address),
    )


@blueprint.get("/episodes/<int(max=999999):number>/results.csv")
@public
def table(number: int) -> Response:
    """The published counts as a table."""
    found = results.published(db.session, number)
    return send_csv([COLUMNS, *table_rows(found.document)], file_name=f"{found.episode.reference}.csv")


@blueprint.get("/league")
@public
def newest() -> str:
    return _league(leagues.newest(db.session))


@blueprint.get("/league/<int(max=9999):year>")
@public
def league(year: int) -> str:
    return _league(leagues.league(db.session, year))


@blueprint.get("/league/<int(max=9999):year>.csv")
@public
def league_table(year: int) -> Response:
    """The league table as data."""
    shown = leagues.league_document(leagues.league(db.session, year))
    return send_csv([LEAGUE_COLUMNS, *leagues.league_rows(shown)], file_name=f"league-{year}.csv")


def _league(table: leagues.League) -> str:
    return render_template("results/league.html", league=table)
