"""Staff sign in at a desk with a password and a code, set them up at first, and change them."""

import segno
from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import browser, queries, rules, totp
from evalapp.accounts.forms import ChangePasswordForm, DeskSignInForm, EnrolForm
from evalapp.accounts.services import desk_sign_in, sessions
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.web import links
from evalapp.web.access import current_actor, public, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("staff", __name__, url_prefix="/desk")

Answer = str | Response | tuple[str, int]


@blueprint.get("")
@requires(Permission.USE_DESK)
def desk() -> Response:
    """Go on to the person's own desk."""
    staff = browser.signed_in_staff()
    return go_to(rules.DESKS[staff.role])


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Password and code in one form, so that a refusal does not tell which of them was wrong."""
    onward = links.onward(request.args.get("next"), otherwise="/desk")
    if request.method == "GET" and current_actor().is_staff:
        return go_to(onward)
    form = DeskSignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, onward, status=422 if form.is_submitted() else 200)
    try:
        proven = _first_factor(form.login.data, form.password.data)
        with transaction(db.session):
            if proven.must_enrol:
                browser.begin_enrolling(desk_sign_in.begin_enrolment(db.session, platform().keys, proven))
                return go_to(url_for(".enrol"))
            token = desk_sign_in.sign_in(db.session, platform().keys, proven, code=form.code.data or "")
    except DomainError as error:
        form.refuse(error)
        return _sign_in_page(form, onward, status=error.status)
    browser.enter_as_staff(token)
    return go_to(onward)


@blueprint.route("/enrol", methods=["GET", "POST"])
@public
def enrol() -> Answer:
    """First sign-in: set a password of one's own and the second factor."""
    enrolment = queries.enrolment(db.session, browser.enrolling() or "")
    if enrolment is None:
        flash(_("这一步已经过期，请用一次性密码重新登录。"), "warn")
        return go_to(url_for(".sign_in"))
    login = queries.staff(db.session, enrolment.staff_id).login
    secret = desk_sign_in.enrolment_secret(platform().keys, enrolment)
    form = EnrolForm()
    if not form.validate_on_submit():
        return _enrol_page(form, login, secret, status=422 if form.is_submitted() else 200)
    try:
        with transaction(db.session):
            token = desk_sign_in.finish_enrolment(
                db.session,
                platform().keys,
                browser.enrolling() or "",
                password=form.new_password.data,
                code=form.code.data,
            )
    except DomainError as error:
        form.refuse(error)
        return _enrol_page(form, login, secret, status=error.status)
    browser.enter_as_staff(token)
    flash(_("密码和动态码已经设好。下次登录三样都要填。"), "ok")
    return go_to(url_for(".desk"))


@blueprint.route("/password", methods=["GET", "POST"])
@requires(Permission.USE_DESK)
def change_password() -> Answer:
    """Set another password; all other browsers are signed out."""
    staff = browser.signed_in_staff()
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _password_page(form, status=422 if form.is_submitted() else 200)
    try:
        proven = _first_factor(staff.login, form.password.data)
        with transaction(db.session):
            token = desk_sign_in.change_password(
                db.session,
                platform().keys,
                proven,
                code=form.code.data,
                password=form.new_password.data,
            )
    except DomainError as error:
        form.refuse(error)
        return _password_page(form, status=error.status)
    browser.enter_as_staff(token)
    flash(_("密码已经改好，其他地方的登录都已退出。"), "ok")
    return go_to(url_for(".desk"))


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign this browser out of the desk."""
    token = browser.leave_as_staff()
    if token is not None:
        with transaction(db.session):
            sessions.end(db.session, token)
    return go_to(url_for(".sign_in"))


def _first_factor(login: str, password: str) -> desk_sign_in.Proven:
    """Count the attempt, keep that, and only then check the password."""
    keys, network = platform().keys, browser.origin().network
    with transaction(db.session):
        attempt_id = desk_sign_in.count_attempt(db.session, keys, login=login, network=network)
    return desk_sign_in.check_password(db.session, attempt_id, login=login, password=password)


def _sign_in_page(form: DeskSignInForm, onward: str, *, status: int) -> tuple[str, int]:
    return render_template("accounts/staff/sign_in.html", form=form, onward=onward), status


def _password_page(form: ChangePasswordForm, *, status: int) -> tuple[str, int]:
    page = render_template("accounts/staff/change_password.html", form=form, least=rules.PASSWORD_LEAST)
    return page, status


def _enrol_page(form: EnrolForm, login: str, secret: str, *, status: int) -> tuple[str, int]:
    address = totp.address(secret, login=login, site=platform().settings.site_name)
    page = render_template(
        "accounts/staff/enrol.html",
        form=form,
        login=login,
        picture=segno.make(address, error="m").svg_data_uri(scale=5, border=4),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        least=rules.PASSWORD_LEAST,
    )
    return page, status
