"""Receipts: the one just handed out, and looking one up. Pages never say how anybody graded."""

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from evalapp.accounts.browser import signed_in_resident
from evalapp.ballots import polling
from evalapp.ballots.forms import StandingForm, VerifyForm
from evalapp.ballots.queries import gradings, receipts
from evalapp.ballots.services import standings
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
    """Enter the code from a client's card."""
    form = StandingForm()
    back = onward(request.args.get("next"), otherwise="/me")
    if form.validate_on_submit():
        try:
            resident_id, secret = signed_in_resident().resident_id, platform().keys.service("client-codes")
            with transaction(db.session):
                unit = standings.claim_code(
                    db.session, form.code.data, resident_id=resident_id, secret=secret
                )
        except DomainError as error:
            form.refuse(error)
        else:
            return render_template("ballots/standing_kept.html", unit=unit, back=back)
    page = render_template("ballots/standing.html", form=form, back=back)
    return page, 422 if form.has_errors else 200
