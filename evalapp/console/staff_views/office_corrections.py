"""After an upheld objection: what was set apart is counted again or not, and two people correct the result or add a note."""

import uuid

from flask import Blueprint, flash, render_template, url_for
from werkzeug.wrappers import Response

from evalapp.ballots import polling
from evalapp.ballots.queries import gradings
from evalapp.console.forms.boxes import CorrectionForm, PutBackForm
from evalapp.console.queries import corrections
from evalapp.core.permissions import Permission
from evalapp.results.rules.objections import REASON_WORDS
from evalapp.results.services import correcting, counting
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.context import db
from evalapp.web.formbase import Form
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("office_corrections", __name__, url_prefix="/desk/office/boxes")


@blueprint.get("/<int(max=999999):number>/correction")
@requires(Permission.RUN_BOXES)
def show(number: int) -> str:
    return _page(number)


@blueprint.post("/<int(max=999999):number>/correction")
@requires(Permission.APPROVE_RESULTS)
def propose(number: int) -> Response | tuple[str, int]:
    form = CorrectionForm(prefix="correct")
    grading = gradings.graded_episode(db.session, number).grading
    if status := refusal_of(
        form,
        lambda: correcting.propose_correction(
            db.session,
            grading,
            text=form.text.data or "",
            with_figures=form.what.data == CorrectionForm.FIGURES,
            keepers=polling.polling().keepers,
            actor=current_actor(),
        ),
    ):
        return _page(number, refused=("correct", form)), status
    flash(_("已提出更正，等另一人确认。"), "ok")
    return go_to(url_for("office_boxes.show", number=number))


@blueprint.post("/<int(max=999999):number>/correction/<uuid:act_id>/put-back")
@requires(Permission.RUN_BOXES)
def put_back(number: int, act_id: uuid.UUID) -> Response | tuple[str, int]:
    form = PutBackForm(prefix=f"back-{act_id}")
    grading = gradings.graded_episode(db.session, number).grading
    if status := refusal_of(
        form,
        lambda: counting.propose_putting_back(
            db.session, grading, act_id=act_id, note=form.note.data or "", actor=current_actor()
        ),
    ):
        return _page(number, refused=(f"back-{act_id}", form)), status
    flash(_("已提出恢复，等另一人确认。"), "ok")
    return go_to(url_for("office_boxes.show", number=number))


def _page(number: int, *, refused: tuple[str, Form] | None = None) -> str:
    graded = gradings.graded_episode(db.session, number)
    page = corrections.correction_page(db.session, graded.grading)
    forms: dict[str, Form] = {"correct": CorrectionForm(None, prefix="correct")}
    for row in page.apart:
        forms[f"back-{row.act.id}"] = PutBackForm(None, prefix=f"back-{row.act.id}")
    if refused is not None:
        forms[refused[0]] = refused[1]
    return render_template(
        "console/boxes/correction.html",
        number=number,
        page=page,
        forms=forms,
        refused=refused and refused[1],
        reasons=REASON_WORDS,
    )
