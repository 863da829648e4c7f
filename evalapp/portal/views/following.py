"""Following a unit, an episode or anything else that has a topic, and how a resident wants letters."""

import uuid

from flask import abort, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import browser, vault_mail
from evalapp.accounts.forms import AddressForm
from evalapp.accounts.queries import ResidentSession
from evalapp.accounts.vault_mail import Owner
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.notifications import services
from evalapp.notifications.queries import topics
from evalapp.notifications.queries.topics import OwnList
from evalapp.notifications.rules.sealing import FollowingKey
from evalapp.notifications.rules.timing import Rhythm
from evalapp.portal.queries import episode as pages
from evalapp.portal.views.blueprint import blueprint
from evalapp.programme.services import following as episodes
from evalapp.units import queries as units
from evalapp.units import services as unit_services
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext, language
from evalapp.web.links import go_to

Answer = str | Response | tuple[str, int]
_WISHES = {"on": True, "off": False}


@blueprint.post("/units/<slug>/follow/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def follow_unit(slug: str, wish: str) -> Response:
    unit_id = units.unit(db.session, slug).id
    with transaction(db.session):
        _follow(unit_services.topic_of(db.session, unit_id), wish)
    return _said(wish, url_for("portal.unit", slug=slug))


@blueprint.post("/episodes/<int(max=999999):number>/follow/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def follow_episode(number: int, wish: str) -> Response:
    episode_id = pages.known_episode_id(db.session, number)
    with transaction(db.session):
        _follow(episodes.topic_of(db.session, episode_id), wish)
    return _said(wish, url_for("portal.episode", number=number))


@blueprint.post("/following/<uuid:topic_id>/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def follow_topic(topic_id: uuid.UUID, wish: str) -> Response:
    """Follow what has a topic already, or stop; goes on at the page of what it is about."""
    topic = topics.topic(db.session, topic_id)
    with transaction(db.session):
        _follow(topic_id, wish)
    return _said(wish, topic.path if _WISHES[wish] else url_for("portal.me") + "#following")


@blueprint.post("/me/rhythm/<rhythm>")
@requires(Permission.SEE_OWN_PAGE)
def set_rhythm(rhythm: str) -> Response:
    """Letters at once, or one a day."""
    if rhythm not in set(Rhythm):
        abort(404)
    resident = browser.signed_in_resident()
    with transaction(db.session):
        services.set_rhythm(db.session, resident_id=resident.resident_id, rhythm=Rhythm(rhythm))
    flash(gettext("已经改好。"), "ok")
    return go_to(url_for("portal.me") + "#notices")


@blueprint.route("/me/mail", methods=["GET", "POST"])
@requires(Permission.SEE_OWN_PAGE)
def mail() -> Answer:
    """Give a mail address: a letter goes there, and the address is used once it was opened."""
    form, owner = AddressForm(), Owner(resident_id=browser.signed_in_resident().resident_id)
    if not form.validate_on_submit():
        return _mail_page(form, owner, status=422 if form.is_submitted() else 200)
    try:
        with transaction(db.session):
            vault_mail.ask(
                db.session, platform().keys, owner=owner, address=form.address.data, lang=language()
            )
    except DomainError as error:
        form.refuse(error)
        return _mail_page(form, owner, status=error.status)
    flash(gettext("确认信已经寄出，请在 24 小时内打开信里的地址。"), "ok")
    return go_to(url_for("portal.mail"))


@blueprint.post("/me/mail/remove")
@requires(Permission.SEE_OWN_PAGE)
def remove_mail() -> Response:
    with transaction(db.session):
        vault_mail.forget(db.session, Owner(resident_id=browser.signed_in_resident().resident_id))
    flash(gettext("邮箱已经删除，以后发短信。"), "ok")
    return go_to(url_for("portal.mail"))


def follows_unit(unit_id: uuid.UUID) -> bool:
    """Whether whoever is signed in follows a unit; nobody does who is not."""
    return current_actor().is_resident and follows(units.topic_id(db.session, unit_id))


def follows(topic_id: uuid.UUID | None) -> bool:
    """Whether the resident who is signed in follows a topic; None is what nobody follows yet."""
    resident_id = browser.signed_in_resident().resident_id
    return topics.is_followed(db.session, topic_id, resident_id=resident_id, key=_key())


def own_list(resident: ResidentSession) -> OwnList:
    """What a resident follows, and how they want letters."""
    return topics.own_list(
        db.session, resident_id=resident.resident_id, key=_key(), known_since=resident.known_since
    )


def _follow(topic_id: uuid.UUID, wish: str) -> None:
    if wish not in _WISHES:
        abort(404)
    change = services.follow if _WISHES[wish] else services.unfollow
    change(db.session, topic_id, resident_id=browser.signed_in_resident().resident_id, key=_key())


def _said(wish: str, path: str) -> Response:
    words = gettext("已关注，有新进展会出现在“我的”。") if _WISHES[wish] else gettext("已取消关注。")
    flash(words, "ok")
    return go_to(path)


def _mail_page(form: AddressForm, owner: Owner, *, status: int) -> tuple[str, int]:
    used, asked = vault_mail.shown(db.session, platform().keys, owner)
    return render_template("portal/mail.html", form=form, used=used, asked=asked), status


def _key() -> FollowingKey:
    return FollowingKey.of(platform().keys)
