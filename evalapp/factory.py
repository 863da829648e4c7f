"""Builds the web application: every blueprint in one list, one guard, one policy."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from evalapp import wiring
from evalapp.accounts import api_views as accounts_api
from evalapp.accounts import browser as accounts_browser
from evalapp.accounts import kiosks
from evalapp.accounts import staff_views as accounts_staff
from evalapp.accounts import views as accounts
from evalapp.approvals import api_views as intake_api
from evalapp.approvals.views import cases, monitor, record
from evalapp.ballots import api_views as ballots_api
from evalapp.ballots import lane, polling
from evalapp.ballots import views as ballots
from evalapp.console import rules as rail
from evalapp.console.staff_views import (
    administrator,
    auditor,
    notices,
    office_appeals,
    office_boards,
    office_boxes,
    office_calendar,
    office_cards,
    office_cases,
    office_corrections,
    office_episodes,
    office_feeds,
    office_kiosks,
    office_lookbacks,
    office_matters,
    office_moderation,
    office_monitor,
    office_notices,
    office_points,
    office_powers,
    office_quarters,
    office_schedule,
    office_standings,
    office_supervision_notices,
    office_units,
    office_words,
    reports,
    retention,
    station,
    station_captions,
    station_media,
    station_uploads,
    unit_boards,
    unit_cards,
    unit_cases,
    unit_dossier,
    unit_feeds,
    unit_finances,
    unit_flowcharts,
    unit_highlights,
    unit_inbox,
    unit_items,
    unit_matters,
    unit_pledges,
    unit_powers,
    unit_profile,
    unit_results,
    unit_templates,
    unit_voices,
)
from evalapp.core.platform import Platform
from evalapp.core.settings import read_settings
from evalapp.disclosures import api_views as disclosures_api
from evalapp.disclosures import views as boards
from evalapp.notifications import views as notifications
from evalapp.opendata import views as opendata
from evalapp.opendata.api_views import comments as api_comments
from evalapp.pledges import api_views as pledges_api
from evalapp.pledges import views as pledges
from evalapp.portal import views as portal
from evalapp.powers.api_views import items as items_api
from evalapp.powers.api_views import powers as powers_api
from evalapp.powers.views import items, powers, years
from evalapp.programme import api_views as programme_api
from evalapp.programme import views as programme
from evalapp.results import api_views as results_api
from evalapp.results import views as results
from evalapp.supervision import views as matters
from evalapp.units import api_views as units_api
from evalapp.web import (
    access,
    assets,
    bodies,
    charts,
    context,
    cookies,
    errors,
    filters,
    headers,
    i18n,
    icons,
    kept,
    links,
    operation,
    page,
    templating,
)

BLUEPRINTS = (
    accounts.blueprint,
    accounts_api.blueprint,
    accounts_staff.blueprint,
    administrator.blueprint,
    api_comments.blueprint,
    auditor.blueprint,
    intake_api.blueprint,
    notices.blueprint,
    office_episodes.blueprint,
    ballots.blueprint,
    ballots_api.blueprint,
    boards.blueprint,
    cases.blueprint,
    disclosures_api.blueprint,
    office_boards.blueprint,
    office_boxes.blueprint,
    office_cases.blueprint,
    office_feeds.blueprint,
    office_calendar.blueprint,
    office_cards.blueprint,
    office_corrections.blueprint,
    office_kiosks.blueprint,
    office_lookbacks.blueprint,
    office_matters.blueprint,
    office_appeals.blueprint,
    office_moderation.blueprint,
    office_monitor.blueprint,
    office_notices.blueprint,
    office_points.blueprint,
    office_quarters.blueprint,
    office_powers.blueprint,
    office_supervision_notices.blueprint,
    office_schedule.blueprint,
    notifications.blueprint,
    matters.blueprint,
    monitor.blueprint,
    opendata.blueprint,
    office_standings.blueprint,
    operation.blueprint,
    record.blueprint,
    pledges.blueprint,
    pledges_api.blueprint,
    portal.blueprint,
    powers.blueprint,
    powers_api.blueprint,
    years.blueprint,
    items.blueprint,
    items_api.blueprint,
    results.blueprint,
    retention.blueprint,
    results_api.blueprint,
    programme.blueprint,
    programme_api.blueprint,
    office_words.blueprint,
    reports.blueprint,
    office_units.blueprint,
    station.blueprint,
    station_captions.blueprint,
    station_media.blueprint,
    station_uploads.blueprint,
    unit_boards.blueprint,
    unit_cards.blueprint,
    unit_cases.blueprint,
    unit_feeds.blueprint,
    unit_dossier.blueprint,
    unit_finances.blueprint,
    unit_highlights.blueprint,
    unit_flowcharts.blueprint,
    unit_pledges.blueprint,
    unit_powers.blueprint,
    unit_profile.blueprint,
    units_api.blueprint,
    unit_inbox.blueprint,
    unit_items.blueprint,
    unit_templates.blueprint,
    unit_matters.blueprint,
    unit_results.blueprint,
    unit_voices.blueprint,
)
# Views that change something and ask for no token of a form; each says why where it is named.
WITHOUT_TOKEN = (
    *accounts_api.WITHOUT_TOKEN,
    *intake_api.WITHOUT_TOKEN,
    *notifications.WITHOUT_TOKEN,
    *portal.WITHOUT_TOKEN,
)


class _Application(Flask):
    """A Flask without coroutines: not asking each view and handler whether it is one saves a ballot a thirtieth."""

    jinja_environment = templating.Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(platform: Platform | None = None) -> Flask:
    """Return the application on `platform` (opened from the environment when none is given).

    Raises `RuntimeError` when a view does not state its access.
    """
    opened = platform or Platform.open(read_settings())
    settings = opened.settings
    app = _Application(__name__, static_folder=None, template_folder=str(templating.folder()))
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value() or opened.keys.service("session").hex(),
        SESSION_COOKIE_NAME="__Host-evalapp" if settings.secure_cookies else "evalapp",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=64 * 1024,  # routes that take more say so
        MAX_FORM_MEMORY_SIZE=64 * 1024,
        MAX_FORM_PARTS=200,
        WTF_CSRF_TIME_LIMIT=None,  # a page may lie open; the session ends it
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer, which our pages do not send; headers.py checks the origin
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    app.wsgi_app = lane.Lane(app, app.wsgi_app, opened)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    context.init_app(app, opened)
    wiring.connect()
    kiosks.init_app(app)  # first: the pages of refusals too are shown by a kiosk
    bodies.init_app(app)  # before the check of the token, which reads the body
    protection = cookies.init_app(app)
    for part in (access, assets, charts, errors, filters, headers, i18n, icons, kept, links):
        part.init_app(app)
    page.init_app(app, rail.RAIL)
    accounts_browser.init_app(app)
    polling.init_app(app, opened)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for name in WITHOUT_TOKEN:
        protection.exempt(app.view_functions[name])
    access.check(app)
    return app
