"""请再问我: a wish of its own, apart from the ballot and from words, offered alike whatever anybody graded."""

from flask import abort, flash, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import browser
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.portal.queries import episode as pages
from evalapp.portal.views.blueprint import blueprint
from evalapp.results.rules.again import AgainKey
from evalapp.results.services import again
from evalapp.web.access import requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext
from evalapp.web.links import go_to

_WISHES = {"on": again.ask_again, "off": again.take_back}


@blueprint.post("/episodes/<int(max=999999):number>/ask-again/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def ask_again(number: int, wish: str) -> Response:
    if wish not in _WISHES:
        abort(404)
    episode_id, resident = pages.known_episode_id(db.session, number), browser.signed_in_resident()
    with transaction(db.session):
        _WISHES[wish](
            db.session,
            episode_id=episode_id,
            resident_id=resident.resident_id,
            key=AgainKey.of(platform().keys),
        )
    flash(
        gettext("记下了：以后回头看，会在“我的”请你再评一次。要短信，请在那里打开提醒。")
        if wish == "on"
        else gettext("不再问你，已经删掉。"),
        "ok",
    )
    return go_to(url_for("portal.episode", number=number) + "#rate")
