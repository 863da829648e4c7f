"""The public pages of matters: the list by unit and state, and one with its clock explained day by day."""

import uuid

from flask import Blueprint, Response, render_template, request, url_for

from evalapp.accounts import browser
from evalapp.core.i18n import N_
from evalapp.notifications.queries import topics
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.supervision.queries import files, lists, matters, notices, pages, profiles, rates
from evalapp.supervision.queries.lists import Which
from evalapp.supervision.reading import chosen, facts, page_number, words
from evalapp.units import queries as units
from evalapp.web.access import current_actor, public
from evalapp.web.context import db, platform
from evalapp.web.files import send_download, send_stored
from evalapp.web.i18n import gettext
from evalapp.web.kept import kept_a_minute

blueprint = Blueprint("matters", __name__)

_CHOICES = {
    Which.RUNNING: N_("在办"),
    Which.LATE: N_("逾期"),
    Which.OFFICE: N_("核查、复核中"),
    Which.DONE: N_("已办"),
}


@blueprint.get("/matters")
@public
def index() -> str:
    slug, which = request.args.get("unit", ""), chosen(request.args.get("which"))
    unit = units.unit(db.session, slug) if slug else None
    unit_id = unit.id if unit else None
    first = page_number() == 1 and unit is None
    return render_template(
        "supervision/index.html",
        matters=lists.public_page(db.session, which=which, page=page_number(), unit_id=unit_id),
        which=which,
        unit=unit,
        units=units.tree(db.session),
        choices=[
            (gettext(name), url_for(".index", which=each.value, unit=slug or None), each is which)
            for each, name in _CHOICES.items()
        ],
        page_href=lambda n: url_for(".index", which=which.value, unit=slug or None, page=n),
        rates=kept_a_minute("matter_rates", lambda: rates.unit_rates(db.session)) if first else [],
        minimum=profiles.in_force(db.session).rate_minimum if first else 0,
        points=notices.point_changes(db.session, unit_id=unit_id, limit=20) if page_number() == 1 else [],
    )


@blueprint.get("/matters/<reference>")
@public
def show(reference: str) -> str:
    shown = matters.shown_in_public(db.session, reference)
    page = pages.matter_page(db.session, shown, with_internal=False)
    return render_template(
        "supervision/matter.html",
        page=page,
        facts=facts(shown),
        is_followed=_is_followed(shown.matter.topic_id),
        **words(),
    )


def _is_followed(topic_id: uuid.UUID) -> bool:
    """Whether the resident who is signed in follows a matter; nobody does who is not."""
    if not current_actor().is_resident:
        return False
    resident_id = browser.signed_in_resident().resident_id
    key = FollowingKey.of(platform().keys)
    return topics.is_followed(db.session, topic_id, resident_id=resident_id, key=key)


@blueprint.get("/matters/pictures/<token>.jpg")
@public
def picture(token: str) -> Response:
    return send_stored(files.picture_in_public(db.session, token), content_type="image/jpeg")


@blueprint.get("/matters/documents/<token>")
@public
def document(token: str) -> Response:
    """Send a document to be saved and never shown: nothing in it is trusted."""
    found = files.document_in_public(db.session, token)
    return send_download(files.stored_name(found), file_name=found.file_name)
