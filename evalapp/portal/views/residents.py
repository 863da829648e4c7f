"""A resident's own page: what they handed in (that, never how they graded), their data, their consent, the way out."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response, flash, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.accounts import browser, consents, vault, vault_mail
from evalapp.accounts import queries as accounts
from evalapp.accounts.queries import ResidentSession
from evalapp.accounts.rules import CodePurpose, Purpose, parse_number
from evalapp.accounts.services import codes, numbers, residents, sessions
from evalapp.accounts.vault_mail import Owner
from evalapp.approvals.queries import applicants, voices
from evalapp.approvals.services import telling
from evalapp.ballots import polling
from evalapp.ballots.keepers import KeyGone
from evalapp.ballots.queries import receipts
from evalapp.ballots.queries.receipts import Standing
from evalapp.ballots.queries.standings import OwnStandings, own_standings
from evalapp.comments.queries import authors, meeting
from evalapp.comments.queries.authors import OwnComment
from evalapp.comments.queries.meeting import MetComment
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.core import clock
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.disclosures.queries import asking
from evalapp.disclosures.queries.finances import AskedLine
from evalapp.disclosures.rules.asking import QuestionKey
from evalapp.notifications.queries import letters
from evalapp.notifications.rules.news import news_words
from evalapp.notifications.rules.timing import Rhythm
from evalapp.portal.forms import EraseForm, NewNumberForm, NumberCodeForm
from evalapp.portal.views import following
from evalapp.portal.views.blueprint import blueprint
from evalapp.portal.views.episode_page import appeal_forms
from evalapp.programme.queries import planning
from evalapp.results.queries import lookbacks
from evalapp.results.rules.again import AgainKey
from evalapp.web.access import requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext, language
from evalapp.web.links import go_to

_NEWEST_CASES = 5  # on one's own page; all are at /cases


@blueprint.get("/me")
@requires(Permission.SEE_OWN_PAGE)
def me() -> str:
    resident = browser.signed_in_resident()
    owner, own_list = Owner(resident_id=resident.resident_id), following.own_list(resident)
    written = _comments()
    return render_template(
        "portal/me.html",
        number=vault.masked_number(db.session, platform().keys, resident.person_id),
        since=resident.known_since,
        ballots=_ballots(resident),
        comments=written,
        questions=_questions(),
        applied=applicants.own_cases(db.session, resident.person_id, limit=_NEWEST_CASES),
        met=[one for one in _met() if one.is_asked],
        appeals=appeal_forms(written),
        agreed=accounts.standing_consents(db.session, resident.resident_id),
        notices=[
            (each.purpose, each.text(language()))
            for each in (consents.REPLY_NOTICES, consents.EXTENSION_NOTICES)
        ],
        extended=planning.extended_now(db.session),
        to_grade_again=lookbacks.to_grade_again(db.session),
        followed=own_list.followed,
        mailbox=vault_mail.shown(db.session, platform().keys, owner)[0],
        news_words=_news_words,
        is_daily=own_list.rhythm is Rhythm.DAILY,
        digest_hour=platform().settings.digest_hour,
        quiet=platform().settings.quiet,
        consent=consents.SIGN_IN.text(language()),
        now=clock.now(),
    )


@blueprint.get("/me/data.json")
@requires(Permission.SEE_OWN_PAGE)
def own_data() -> Response:
    """A copy of everything that is kept about the resident; of ballots, that there is one."""
    resident = browser.signed_in_resident()
    listed, stands = following.own_list(resident), _standings(resident)
    said = voices.said_under(db.session, resident.person_id)
    data: dict[str, Any] = {
        "account": residents.own_data(db.session, platform(), resident.resident_id),
        "letters": listed.rhythm.value,
        "letters_waiting": [
            moment.isoformat() for moment in letters.waiting_since(db.session, resident.resident_id)
        ],
        "following": [
            {
                "reference": one.topic.reference,
                "title": gettext("已撤下的事项") if one.is_withdrawn else one.topic.title,
                "since": one.since.isoformat(),
            }
            for one in listed.followed
        ],
        "client_of": [
            {"unit": one.unit, "card": one.number, "used": one.is_used} for one in stands.client_of
        ],
        "invitations": [
            {"episode": one.episode, "title": one.title, "group": one.group, "at": one.at.isoformat()}
            for one in stands.invited_to
        ],
        "staff_lists": list(stands.staff_of),
        "no_messages_about_cases": telling.is_quiet(db.session, resident.person_id),
        "applications": [
            {
                "reference": one.reference,
                "number": one.number,
                "unit": one.unit,
                "item": one.item,
                "applicant": one.applicant,
                "state": one.state.value,
                "since": one.began_at.isoformat(),
                **said.get(one.reference, {}),
            }
            for one in applicants.own_cases(db.session, resident.person_id)
        ],
        "ballots": [
            {"episode": standing.episode.number, "title": standing.episode.title, "receipt": standing.code}
            for standing in _ballots(resident)
        ],
        "comments": [
            {
                "reference": one.reference,
                "about": one.thread_title,
                "written_at": one.written_at.isoformat(),
                "text": one.text,
                "public_text": one.public_text,
                "state": one.state.value,
            }
            for one in _comments()
        ],
        "line_questions": [
            {
                "reference": one.shown.matter.reference,
                "about": one.shown.matter.title,
                "asked_at": one.question.asked_at.isoformat(),
                "words": one.question.words,
                "answer": one.answer.note if one.answer else None,
            }
            for one in _questions()
        ],
        "met_too": [
            {"reference": one.reference, "about": one.thread_title, "says_mended": one.said} for one in _met()
        ],
        "asked_again": list(
            lookbacks.wishes_of(
                db.session, resident_id=resident.resident_id, key=AgainKey.of(platform().keys)
            )
        ),
    }
    answer = Response(
        json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/me/sign-out-everywhere")
@requires(Permission.SEE_OWN_PAGE)
def sign_out_everywhere() -> AnyResponse:
    resident = browser.signed_in_resident()
    with transaction(db.session):
        sessions.end_all_of_resident(db.session, resident.resident_id)
    browser.leave_as_resident()
    flash(gettext("已经在所有设备上退出。"), "ok")
    return go_to(url_for("portal.home"))


@blueprint.post("/me/notices/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def notices(wish: str) -> AnyResponse:
    """Agree to messages about replies and what one follows, or take that back."""
    return _wished(wish, Purpose.REPLY_NOTICES)


@blueprint.post("/me/extension-notices/<wish>")
@requires(Permission.SEE_OWN_PAGE)
def extension_notices(wish: str) -> AnyResponse:
    """Agree to messages about grading that closes later than announced, or take that back."""
    return _wished(wish, Purpose.EXTENSION_NOTICES)


@blueprint.route("/me/number", methods=["GET", "POST"])
@requires(Permission.SEE_OWN_PAGE)
def change_number() -> AnyResponse | tuple[str, int]:
    """The first step to another number: a code goes there, whether anybody is known by it or not."""
    form = NewNumberForm()
    if not form.validate_on_submit():
        return _number_page(form, status=422 if form.is_submitted() else 200)
    try:
        number = parse_number(form.phone.data, production=platform().settings.is_production)
        asking = browser.asking()
        with transaction(db.session):
            codes.ask(
                db.session,
                platform(),
                number=number,
                asking=asking,
                answer=form.answered,
                purpose=CodePurpose.CHANGE_NUMBER,
            )
    except DomainError as error:
        form.refuse(error)
        return _number_page(form, status=error.status)
    return go_to(url_for(".prove_number"))


@blueprint.route("/me/number/code", methods=["GET", "POST"])
@requires(Permission.SEE_OWN_PAGE)
def prove_number() -> AnyResponse | tuple[str, int]:
    """The second step: the code from the new number."""
    asked = accounts.latest_request(
        db.session, browser=browser.asked_with(), purpose=CodePurpose.CHANGE_NUMBER
    )
    if asked is None:
        return go_to(url_for(".change_number"))
    form, status = NumberCodeForm(), 200
    if form.validate_on_submit():
        try:
            token = _changed_number(form)
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            browser.enter_as_resident(token)
            flash(gettext("号码已经换好，其他设备都已退出。以后用新号码登录。"), "ok")
            return go_to(url_for(".me"))
    elif form.is_submitted():
        status = 422
    masked = vault.masked_number(db.session, platform().keys, asked.person_id)
    return render_template("portal/prove_number.html", form=form, masked=masked), status


@blueprint.route("/me/erase", methods=["GET", "POST"])
@requires(Permission.SEE_OWN_PAGE)
def erase() -> AnyResponse | tuple[str, int]:
    """Withdraw consent and close the account, at once."""
    resident, form = browser.signed_in_resident(), EraseForm()
    if not form.validate_on_submit():
        return render_template("portal/erase.html", form=form), 422 if form.is_submitted() else 200
    with transaction(db.session):
        residents.erase(db.session, resident.resident_id)
    browser.leave_as_resident()
    flash(gettext("已经注销，手机号已删除。"), "ok")
    return go_to(url_for("portal.home"))


def _wished(wish: str, purpose: Purpose) -> AnyResponse:
    resident = browser.signed_in_resident()
    change = residents.give_consent if wish == "on" else residents.withdraw_consent
    with transaction(db.session):
        change(db.session, resident.resident_id, purpose)
        residents.speak(db.session, resident.resident_id, language())
    flash(gettext("已经改好。"), "ok")
    return go_to(url_for("portal.me"))


def _number_page(form: NewNumberForm, *, status: int) -> tuple[str, int]:
    form.put(browser.question())
    return render_template("portal/number.html", form=form), status


def _changed_number(form: NumberCodeForm) -> str:
    """Count the try, keep that, and only then look whether the code is right."""
    resident = browser.signed_in_resident()
    with transaction(db.session):
        attempt = codes.count_try(db.session, browser=browser.asked_with(), purpose=CodePurpose.CHANGE_NUMBER)
    with transaction(db.session):
        return numbers.change(
            db.session, platform(), attempt, code=form.code.data, resident_id=resident.resident_id
        )


def _news_words(kind: str) -> str:
    return gettext(news_words(kind))


def _ballots(resident: ResidentSession) -> list[Standing]:
    """What this person handed in; nothing where a restored folder came without the boxes' keys.

    Boxes that closed before the resident is known are left out: the number may have been somebody else's then.
    """
    try:
        own = receipts.own(db.session, person=resident.person_ids, keepers=polling.polling().keepers)
    except KeyGone:
        return []
    return [standing for standing in own if standing.closes_at > resident.known_since]


def _standings(resident: ResidentSession) -> OwnStandings:
    return own_standings(
        db.session,
        resident_id=resident.resident_id,
        person=resident.person_ids,
        known_since=resident.known_since,
    )


def _met() -> list[MetComment]:
    keys, resident_id = CommentKeys.of(platform().keys), browser.signed_in_resident().resident_id
    return meeting.met_comments(db.session, resident_id=resident_id, keys=keys)


def _questions() -> Sequence[AskedLine]:
    return asking.own_questions(
        db.session,
        resident_id=browser.signed_in_resident().resident_id,
        key=QuestionKey.of(platform().keys),
    )


def _comments() -> list[OwnComment]:
    keys, resident_id = CommentKeys.of(platform().keys), browser.signed_in_resident().resident_id
    return authors.comments_of(db.session, resident_id=resident_id, keys=keys)
