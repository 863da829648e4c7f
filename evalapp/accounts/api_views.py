"""Residents sign in and out through the API."""

from flask import Blueprint, Response, jsonify
from pydantic import BaseModel, ConfigDict, Field

from evalapp.accounts import browser, consents, rules, vault
from evalapp.accounts.services import codes, questions, residents, sessions
from evalapp.accounts.services.questions import Answer, QuestionAsked
from evalapp.core.transaction import transaction
from evalapp.web import i18n, payload
from evalapp.web.access import public
from evalapp.web.context import db, platform
from evalapp.web.cookies import token_for_programs
from evalapp.web.errors import problem

blueprint = Blueprint("accounts_api", __name__, url_prefix="/api/v1")
# Before signing in there is no session whose token could be sent: these two are bound to the browser by its cookie.
WITHOUT_TOKEN = ("accounts_api.ask_code", "accounts_api.sign_in")


class CodeBody(BaseModel):
    model_config = ConfigDict(strict=True)

    phone: str = Field(max_length=40)


class CodeAskedBody(CodeBody):
    question: str = Field(default="", max_length=100)
    answer: str = Field(default="", max_length=40)


class SignInBody(CodeBody):
    code: str = Field(max_length=20)
    consent: str | None = Field(default=None, max_length=40)
    reply_notices: bool = False


@blueprint.get("/consent")
@public
def consent() -> Response:
    """What a resident agrees to, in the reader's language: the first text is needed for signing in."""
    lang = i18n.language()
    return jsonify(
        version=consents.SIGN_IN.version,
        text=consents.SIGN_IN.text(lang),
        purposes=[
            {"purpose": each.purpose.value, "version": each.version, "text": each.text(lang)}
            for each in consents.TEXTS.values()
        ],
    )


@blueprint.post("/sign-in/code")
@public
def ask_code() -> Response:
    """Send a code to a number, known or not, and bind it to this client's cookie.

    While codes run short the refusal holds a question in words; it is asked again with the question and an answer.
    """
    body = payload.read(CodeAskedBody)
    number = rules.parse_number(body.phone, production=platform().settings.is_production)
    asking = browser.asking()
    answer = Answer(token=body.question, typed=body.answer)
    try:
        with transaction(db.session):
            codes.ask(db.session, platform(), number=number, asking=asking, answer=answer)
    except QuestionAsked as error:
        return _asked_back(error)
    return jsonify(
        expires_in=int(rules.CODE_LIFE.total_seconds()), again_in=platform().settings.code_seconds_between
    )


def _asked_back(error: QuestionAsked) -> Response:
    question = questions.question_for(db.session, platform(), browser=browser.asking().browser)
    asked = {"token": question.token, "text": question.text(i18n.language())}
    return problem(error.status, i18n.sentence(error), code=error.code, field=error.field, question=asked)


@blueprint.post("/sign-in")
@public
def sign_in() -> Response:
    """Sign in with the code; the answer holds the token for later requests."""
    body = payload.read(SignInBody)
    number = rules.parse_number(body.phone, production=platform().settings.is_production)
    residents.check_consent(body.consent)
    person = vault.person_id(platform().keys, number)
    with transaction(db.session):
        attempt = codes.count_try(db.session, browser=browser.asked_with(), person=person)
    with transaction(db.session):
        token = residents.sign_in(
            db.session,
            platform(),
            attempt,
            code=body.code,
            consent=body.consent or "",
            notices=body.reply_notices,
        )
    browser.enter_as_resident(token)
    return jsonify(csrf_token=token_for_programs())


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign this client out."""
    token = browser.leave_as_resident()
    if token is not None:
        with transaction(db.session):
            sessions.end(db.session, token)
    return Response(status=204)
