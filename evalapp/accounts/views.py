"""Residents sign in and out, in two steps that work without JavaScript."""

from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import browser, consents, queries, rules, vault, vault_mail
from evalapp.accounts.forms import CodeForm, PhoneForm, StopForm
from evalapp.accounts.services import codes, residents, sessions
from evalapp.core.errors import DomainError
from evalapp.core.transaction import transaction
from evalapp.web import i18n, links
from evalapp.web.access import current_actor, public
from evalapp.web.context import db, platform
from evalapp.web.links import go_to

blueprint = Blueprint("accounts", __name__)

Answer = str | Response | tuple[str, int]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """The first step: a number, to which a code is sent, whether we know it or not."""
    onward = _onward()
    if request.method == "GET" and current_actor().is_resident:
        return go_to(onward)
    form = PhoneForm()
    if not form.validate_on_submit():
        return _phone_page(form, onward, status=422 if form.is_submitted() else 200)
    try:
        number = rules.parse_number(form.phone.data, production=platform().settings.is_production)
        asking = browser.asking()
        with transaction(db.session):
            codes.ask(db.session, platform(), number=number, asking=asking, answer=form.answered)
    except DomainError as error:
        form.refuse(error)
        return _phone_page(form, onward, status=error.status)
    return go_to(url_for(".enter_code", next=onward))


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@public
def enter_code() -> Answer:
    """The second step: the code and the consent."""
    onward = _onward()
    asked = queries.latest_request(db.session, browser=browser.asked_with())
    if asked is None:
        return go_to(url_for(".sign_in", next=onward))
    masked = vault.masked_number(db.session, platform().keys, asked.person_id)
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form, onward, masked, status=422 if form.is_submitted() else 200)
    try:
        token = _sign_in(form)
    except DomainError as error:
        form.refuse(error)
        return _code_page(form, onward, masked, status=error.status)
    browser.enter_as_resident(token)
    return go_to(onward)


@blueprint.post("/sign-in/again")
@public
def ask_again() -> Answer:
    """Send another code to the number that this browser asked for last."""
    onward = _onward()
    form = PhoneForm(formdata=None)
    try:
        with transaction(db.session):
            codes.ask_again(db.session, platform(), asking=browser.asking())
    except DomainError as error:
        form.refuse(error)
        return _phone_page(form, onward, status=error.status)
    return go_to(url_for(".enter_code", next=onward))


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign this browser out."""
    token = browser.leave_as_resident()
    if token is not None:
        with transaction(db.session):
            sessions.end(db.session, token)
    return go_to("/")


@blueprint.route("/stop/<code>", methods=["GET", "POST"])
@public
def stop(code: str) -> Answer:
    """Stop our messages to the number to which this address was sent, or let them come again."""
    is_stopped = vault.is_stopped(db.session, code)
    form = StopForm()
    if form.validate_on_submit():
        change = vault.allow_sending if is_stopped else vault.stop_sending
        with transaction(db.session):
            change(db.session, code)
        return go_to(url_for(".stop", code=code))
    return render_template("accounts/stop.html", form=form, is_stopped=is_stopped, days=rules.BLOCK_LIFE.days)


@blueprint.route("/mail/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_address(token: str) -> Answer:
    """The holder of a mailbox says that letters may come: opening shows, the button does."""
    asked = vault_mail.waiting(db.session, platform().keys, token)
    form = StopForm()
    if form.validate_on_submit():
        with transaction(db.session):
            vault_mail.confirm(db.session, platform().keys, token)
        return go_to(url_for(".confirm_address", token=token))
    return render_template("accounts/confirm_address.html", form=form, asked=asked)


def _sign_in(form: CodeForm) -> str:
    """Count the try, keep that, and only then look whether the code is right."""
    with transaction(db.session):
        attempt = codes.count_try(db.session, browser=browser.asked_with())
    with transaction(db.session):
        return residents.sign_in(
            db.session,
            platform(),
            attempt,
            code=form.code.data,
            consent=consents.SIGN_IN.version,
            notices=form.notices.data,
        )


def _onward() -> str:
    return links.onward(request.args.get("next"), otherwise="/me")


def _phone_page(form: PhoneForm, onward: str, *, status: int) -> tuple[str, int]:
    form.put(browser.question())
    return render_template("accounts/sign_in.html", form=form, onward=onward), status


def _code_page(form: CodeForm, onward: str, masked: str, *, status: int) -> Response:
    page = render_template(
        "accounts/enter_code.html",
        form=form,
        onward=onward,
        masked=masked,
        consent=consents.SIGN_IN.text(i18n.language()),
        notices=consents.REPLY_NOTICES.text(i18n.language()),
        minutes=int(rules.CODE_LIFE.total_seconds() // 60),
    )
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"  # it shows the ends of somebody's number
    return answer
