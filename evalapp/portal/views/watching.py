"""Home, the list of episodes, and the page of one."""

from flask import render_template, request, url_for

from evalapp.core import clock
from evalapp.core.i18n import N_
from evalapp.portal.queries import episodes as lists
from evalapp.portal.queries import home as homes
from evalapp.portal.queries.episodes import Shown
from evalapp.portal.views.blueprint import blueprint
from evalapp.web.access import public
from evalapp.web.context import db
from evalapp.web.i18n import gettext

LISTS = {Shown.ALL: N_("全部"), Shown.OPEN: N_("正在评议"), Shown.RESULTS: N_("已有结果")}
MOST_PAGES = 500


@blueprint.get("/")
@public
def home() -> str:
    return render_template("portal/home.html", page=homes.home_page(db.session), now=clock.now())


@blueprint.get("/episodes")
@public
def episodes() -> str:
    shown = Shown(request.args["show"]) if request.args.get("show") in set(Shown) else Shown.ALL
    year = request.args.get("year", type=int)
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    found = lists.episode_list(db.session, shown=shown, year=year, page=page)
    return render_template(
        "portal/episodes.html",
        found=found,
        choices=[
            (gettext(name), url_for("portal.episodes", show=one, year=year), one is shown)
            for one, name in LISTS.items()
        ],
        years=[
            (str(season.year), url_for("portal.episodes", show=shown, year=season.year), season.year == year)
            for season in found.seasons
        ],
        page_address=lambda number: url_for("portal.episodes", show=shown, year=year, page=number),
    )
