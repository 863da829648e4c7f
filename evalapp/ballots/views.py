"""Receipts: the one just handed out, and looking one up. Pages never say how anybody graded."""

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.accounts.browser import origin, signed_in_resident
from evalapp.approvals.services import tracing
from evalapp.ballots import polling
from evalapp.ballots.forms import CaseStandingForm, StandingForm, VerifyForm
from evalapp.ballots.queries import gradings, receipts
from evalapp.ballots.queries.case_standings import CaseStanding, offered_to_person
from evalapp.ballots.services import case_standings, standings
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.web import qr
from evalapp.web.access import public, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import gettext
from evalapp.web.links import go_to, onward

blueprint = Blueprint("ballots", __name__)


@blueprint.get("/receipt")
@requires(Permission.CAST_BALLOT)
def receipt() -> str:
    """The receipt of the last ballot of this browser."""
    kept = polling.handed_out()
    address = f"{platform().settings.public_url}{url_for('.verify_code', code=kept.code)}"
    found = gradings.graded_episode(db.session, kept.number)
    return render_template(
        "ballots/receipt.html",
        kept=kept,
        found=found,
        code=qr.draw(address, title=gettext("核验这张回执")),
        form=VerifyForm(formdata=None),
    )


@blueprint.get("/receipt.txt")
@requires(Permission.CAST_BALLOT)
def receipt_file() -> Response:
    """The same as a signed note, to keep."""
    kept = polling.handed_out()
    answer = Response(kept.note, content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kept.code}.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/verify")
@public
def verify() -> AnyResponse | str:
    """Ask for a receipt's code."""
    form = VerifyForm(request.args)
    if request.args.get("code") and form.validate():
        return go_to(url_for(".verify_code", code=form.code.data))
    return render_template("ballots/verify.html", form=form, asked="", is_received=None)


@blueprint.get("/verify/<code>")
@public
def verify_code(code: str) -> tuple[str, int]:
    """已收件 or 查无: whether a ballot with this code lies in a box."""
    is_received = receipts.is_received(db.session, code)
    page = render_template(
        "ballots/verify.html", form=VerifyForm(data={"code": code}), asked=code, is_received=is_received
    )
    return page, 200 if is_received else 404


@blueprint.route("/me/standing", methods=["GET", "POST"])
@requires(Permission.CAST_BALLOT)
def standing() -> AnyResponse | str | tuple[str, int]:
    """Enter the code from a client's card, or take a completed case in its place."""
    form = StandingForm()
    if form.validate_on_submit():
        try:
            resident_id, secret = signed_in_resident().resident_id, _secret()
            with transaction(db.session):
                unit = standings.claim_code(
                    db.session, form.code.data, resident_id=resident_id, secret=secret
                )
        except DomainError as error:
            form.refuse(error)
        else:
            return _kept(unit.name)
    return _standing_page(form, CaseStandingForm(formdata=None, prefix="case"), is_faulty=form.has_errors)


@blueprint.post("/me/standing/own/<int(max=999999):number>")
@requires(Permission.CAST_BALLOT)
def standing_by_own_case(number: int) -> str:
    """Take a completed case under the own number as standing for an episode."""
    resident = signed_in_resident()
    with transaction(db.session):
        taken = case_standings.claim_own(
            db.session,
            number,
            person_ids=resident.person_ids.every,
            resident_id=resident.resident_id,
            secret=_secret(),
        )
    return _kept(taken.unit)


@blueprint.post("/me/standing/case")
@requires(Permission.CAST_BALLOT)
def standing_by_case() -> AnyResponse | str | tuple[str, int]:
    """Take a completed case, proven by its number and code, whoever's number is in it."""
    form = CaseStandingForm(prefix="case")
    if not form.validate_on_submit():
        return _standing_page(StandingForm(formdata=None), form, is_faulty=True)
    try:
        taken = _claimed(form)
    except DomainError as error:
        form.refuse(error)
        return _standing_page(StandingForm(formdata=None), form, is_faulty=True)
    return _kept(taken.unit)


def _claimed(form: CaseStandingForm) -> CaseStanding:
    """Count the try, keep that, and only then look whether the code is right."""
    keys, number = platform().keys, form.number.data
    with transaction(db.session):
        attempt = tracing.count_try(db.session, keys, number=number, origin=origin())
    with transaction(db.session):
        case_id = tracing.find(db.session, keys, attempt, number=number, code=form.code.data).id
    with transaction(db.session):
        resident_id = signed_in_resident().resident_id
        return case_standings.claim_case(db.session, case_id, resident_id=resident_id, secret=_secret())


def _standing_page(
    form: StandingForm, case_form: CaseStandingForm, *, is_faulty: bool
) -> str | tuple[str, int]:
    offers = offered_to_person(db.session, signed_in_resident().person_ids.every, secret=_secret())
    page = render_template(
        "ballots/standing.html", form=form, case_form=case_form, offers=offers, back=_back()
    )
    return page, 422 if is_faulty else 200


def _kept(unit: str) -> str:
    return render_template("ballots/standing_kept.html", unit=unit, back=_back())


def _back() -> str:
    return onward(request.args.get("next"), otherwise="/me")


def _secret() -> bytes:
    return platform().keys.service("client-codes")
