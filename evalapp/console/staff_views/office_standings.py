"""Who stands for what: inviting the panel by number, printing clients' codes."""

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.accounts import vault
from evalapp.accounts.rules import parse_number
from evalapp.ballots.queries import gradings
from evalapp.ballots.services import standings
from evalapp.console.forms.boxes import CodesForm, InviteForm
from evalapp.console.queries import boxes
from evalapp.core.errors import DomainError, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.units import queries as units
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.formbase import of_district
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_standings", __name__)


@blueprint.route("/desk/office/boxes/<int(max=999999):number>/panel", methods=["GET", "POST"])
@requires(Permission.INVITE_PANEL)
def panel(number: int) -> Response | str | tuple[str, int]:
    """Invite people by number to grade an episode as the panel; their numbers are not kept, only keyed hashes."""
    form = InviteForm()
    episode = gradings.episode(db.session, number)
    if form.validate_on_submit():
        try:
            people = _people(form.numbers.data or "")
            with transaction(db.session):
                new = standings.invite(db.session, episode, person_ids=people, actor=current_actor())
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("新邀请 %(number)s 人。", number=new), "ok")
            return go_to(url_for("office_boxes.show", number=number))
    page = render_template("console/standings/panel.html", form=form, episode=episode)
    return (page, 422) if form.is_submitted() else page


@blueprint.route("/desk/office/client-codes", methods=["GET", "POST"])
@requires(Permission.INVITE_PANEL)
def client_codes() -> str | tuple[str, int]:
    """Print numbered codes for a unit to hand to its clients. They are shown this once."""
    form = CodesForm()
    form.unit.choices = [of_district(unit.slug, unit.name) for unit in boxes.units_for_codes(db.session)]
    if form.validate_on_submit():
        try:
            unit = units.unit(db.session, form.unit.data or "")
            with transaction(db.session):
                printed = standings.print_client_codes(
                    db.session,
                    unit,
                    number=form.number.data or 0,
                    secret=platform().keys.service("client-codes"),
                    actor=current_actor(),
                )
        except DomainError as error:
            form.refuse(error)
        else:
            return render_template("console/standings/printed.html", unit=unit, printed=printed)
    page = render_template("console/standings/client_codes.html", form=form)
    return (page, 422) if form.is_submitted() else page


def _people(text: str) -> list[str]:
    """The keyed hashes of the numbers, one a line. Raises `Invalid` that names the line."""
    people, settings = [], platform().settings
    for place, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            number = parse_number(line, production=settings.is_production)
        except Invalid:
            raise Invalid(N_("第 %(line)s 行不是手机号码。"), field="numbers", line=place) from None
        people.append(vault.person_id(platform().keys, number))
    return people
