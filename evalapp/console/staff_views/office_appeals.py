"""Appeals against refusals: each is looked at by somebody else than who refused."""

import uuid
from typing import Any

from flask import Blueprint, flash, get_template_attribute, render_template, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from evalapp.comments import queries, services
from evalapp.comments.queries.office import AppealWaiting
from evalapp.comments.rules.moderation import REASONS, AppealOutcome
from evalapp.comments.rules.sealing import CommentKeys
from evalapp.console.forms.moderation import AppealForm
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, NotAllowed
from evalapp.core.permissions import Permission
from evalapp.core.transaction import transaction
from evalapp.web.access import current_actor, requires
from evalapp.web.context import db, platform
from evalapp.web.i18n import _, sentence
from evalapp.web.links import go_to
from evalapp.web.stamps import stamped

blueprint = Blueprint("office_appeals", __name__)
_DECISIONS = "console/moderation/_decisions.html"


@blueprint.get("/desk/office/appeals")
@requires(Permission.MODERATE_COMMENTS)
def appeals() -> str:
    return _page()


@blueprint.post("/desk/office/appeals/<uuid:appeal_id>")
@requires(Permission.MODERATE_COMMENTS)
def decide(appeal_id: uuid.UUID) -> Response | tuple[str, int]:
    form = AppealForm(prefix=str(appeal_id))
    if not form.validate_on_submit():
        return _page(refused=form), 422
    try:
        with transaction(db.session):
            services.decide_appeal(
                db.session,
                appeal_id=appeal_id,
                seen_version=form.seen.data,
                actor=current_actor(),
                keys=CommentKeys.of(platform().keys),
                outcome=form.outcome.data,
                note=form.note.data or "",
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(refused=form), refusal.status
    except (Conflict, NotAllowed) as refusal:
        return _page(conflict=sentence(refusal)), refusal.status
    restored = form.outcome.data is AppealOutcome.RESTORED
    flash(_("已恢复公开，作者会收到通知。") if restored else _("已维持，理由会告诉作者。"), "ok")
    return go_to(url_for(".appeals"))


def _page(*, refused: AppealForm | None = None, conflict: str = "") -> str:
    found = queries.appeals_waiting(
        db.session, reader_id=current_actor().id, keys=CommentKeys.of(platform().keys)
    )
    return render_template(
        "console/moderation/appeals.html",
        rows=[(one, _decision(one, refused)) for one in found],
        reasons=REASONS,
        today=clock.today(),
        conflict=conflict,
    )


def _decision(one: AppealWaiting, refused: AppealForm | None) -> Markup:
    """The form to decide with; a refused one keeps what was typed. None for whoever refused the comment."""
    if one.is_own:
        return Markup()
    values = {"appeal": str(one.id), "version": one.version, "token": generate_csrf()}
    if refused is not None and refused.prefix == str(one.id):
        return _form(**values, refused=refused)
    return stamped(_form, **values)


def _form(*, appeal: str, version: Any, token: str, refused: AppealForm | None = None) -> Markup:
    form = refused or AppealForm(formdata=None, prefix=appeal)
    form.seen.data, form.seen.raw_data = version, None
    made: Markup = get_template_attribute(_DECISIONS, "appeal_decision")(appeal, token, form)
    return made
