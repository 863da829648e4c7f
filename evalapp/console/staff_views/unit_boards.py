"""The unit's board: writing, previewing, publishing, changing, withdrawing. Another unit's board does not exist here."""

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_boards import BoardFileForm, NewPostingForm, PostingForm, PublishForm
from evalapp.console.forms.unit_pledges import WithdrawForm
from evalapp.core.errors import DomainError
from evalapp.core.permissions import Permission
from evalapp.core.transaction import taking_back, transaction
from evalapp.disclosures import attachments, reading, services
from evalapp.disclosures.queries import boards, desk, postings
from evalapp.disclosures.queries.desk import DeskPosting
from evalapp.disclosures.rules.contents import PICTURE
from evalapp.disclosures.rules.previews import Preview
from evalapp.disclosures.services import posting
from evalapp.supervision.evidence import MOST_BYTES
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import FORM_PREFIX, takes
from evalapp.web.context import db, platform
from evalapp.web.files import send_download, send_stored
from evalapp.web.formbase import Form
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_boards", __name__, url_prefix="/desk/unit/boards")
_MOST_UPLOAD = MOST_BYTES + 1024**2  # with the form around it
_MOST_TYPED = 1024**2


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def index() -> str:
    unit = _own_unit()
    board = boards.board_of(db.session, unit.id)
    return render_template(
        "console/boards/index.html",
        unit=unit,
        page=boards.page_of_board(db.session, unit, board),
        postings=desk.postings(db.session, board.id) if board else [],
        statements=desk.statements(db.session, board.id) if board else [],
        **reading.words(),
    )


@blueprint.get("/new")
@requires(Permission.KEEP_UNIT)
def new() -> str:
    form = NewPostingForm(
        formdata=None, code=request.args.get("code"), period=request.args.get("period", "")[:10]
    )
    return _new_page(form)


@blueprint.post("/new")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_TYPED)
def write() -> Response | tuple[str, int]:
    unit, form = _own_unit(), NewPostingForm()
    _offer(form, unit)
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            made = services.write(
                db.session,
                board_id=services.ensure_board(db.session, unit_id=unit.id).id,
                code=form.code.data,
                period=form.period.data or "",
                formed_on=form.formed_on.data,
                wording=form.wording(),
                actor=current_actor(),
            )
            reference = made.reference
    except DomainError as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("草稿已保存，还没有公开。请看过预览再公开。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.get("/<reference>")
@requires(Permission.KEEP_UNIT)
def show(reference: str) -> str:
    return _page(_own(reference))


@blueprint.post("/<reference>")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_TYPED)
def revise(reference: str) -> Response | tuple[str, int]:
    page, form = _own(reference), PostingForm()
    return _done(
        page,
        "form",
        form,
        lambda made: services.revise(
            db.session,
            disclosure_id=made,
            wording=form.wording(),
            seen=form.seen.data,
            actor=current_actor(),
        ),
        _("草稿已保存，还没有公开。请看过预览再公开。"),
    )


@blueprint.post("/<reference>/publish")
@requires(Permission.KEEP_UNIT)
def publish(reference: str) -> Response | tuple[str, int]:
    page, form = _own(reference), PublishForm(prefix="publish-")
    return _done(
        page,
        "publishing",
        form,
        lambda made: services.publish(
            db.session, disclosure_id=made, reason=form.reason.data or "", actor=current_actor()
        ),
        _("已经公开。"),
    )


@blueprint.post("/<reference>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(reference: str) -> Response | tuple[str, int]:
    page, form = _own(reference), WithdrawForm(prefix="withdraw-")
    return _done(
        page,
        "withdrawing",
        form,
        lambda made: services.withdraw(
            db.session, disclosure_id=made, reason=form.reason.data, actor=current_actor()
        ),
        _("已经撤回，公开栏上留下撤回的记号和原因。"),
    )


@blueprint.post("/<reference>/drop")
@requires(Permission.KEEP_UNIT)
def drop(reference: str) -> Response:
    """Throw the draft away; what was handed in for a posting that was never shown goes with it."""
    page = _own(reference)
    disclosure_id, is_new = page.disclosure.id, page.disclosure.version == 0
    tokens = desk.tokens_of(db.session, disclosure_id) if is_new else []
    with transaction(db.session):
        services.drop_draft(db.session, disclosure_id=disclosure_id, actor=current_actor())
    for token in tokens:
        _forget(token)
    flash(_("草稿已删掉。"), "ok")
    return go_to(url_for(".index") if is_new else url_for(".show", reference=reference))


@blueprint.post("/<reference>/files")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_UPLOAD, to_disk=True)
def add_file(reference: str) -> Response | tuple[str, int]:
    page, form = _own(reference), BoardFileForm(prefix="file-")
    if not form.validate_on_submit():
        return _page(page, filing=form), 422
    try:
        _add_file(page.disclosure.id, form)
    except DomainError as refusal:
        form.refuse(refusal)
        return _page(_own(reference), filing=form), refusal.status
    flash(_("文件已放进草稿。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.post("/<reference>/files/<token>/remove")
@requires(Permission.KEEP_UNIT)
def remove_file(reference: str, token: str) -> Response:
    disclosure_id = _own(reference).disclosure.id
    with transaction(db.session):
        services.remove_file(db.session, disclosure_id=disclosure_id, token=token, actor=current_actor())
    flash(_("文件已从草稿里拿掉。"), "ok")
    return go_to(url_for(".show", reference=reference))


@blueprint.get("/<reference>/files/<token>")
@requires(Permission.KEEP_UNIT)
def file(reference: str, token: str) -> Response:
    """Send a file of one's own posting before it is shown: a picture to look at, a document to save."""
    _own(reference)
    found = desk.file_of_unit(db.session, token, unit_id=_own_unit().id)
    name = attachments.stored_name(found.token)
    if found.media_type == PICTURE:
        return send_stored(name, content_type=PICTURE, is_private=True)
    return send_download(name, file_name=found.file_name)


@blueprint.get("/<reference>/files/<token>/page.jpg")
@requires(Permission.KEEP_UNIT)
def page(reference: str, token: str) -> Response:
    """The first page of a document of one's own posting."""
    _own(reference)
    found = desk.file_of_unit(db.session, token, unit_id=_own_unit().id)
    return send_stored(attachments.page_name(found.token), content_type=PICTURE, is_private=True)


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own(reference: str) -> DeskPosting:
    return desk.posting_of_unit(db.session, reference, unit_id=_own_unit().id)


def _offer(form: NewPostingForm, unit: Unit) -> None:
    board = boards.board_of(db.session, unit.id)
    form.offer(desk.items_to_write(unit.kind, is_busy=board is not None and board.is_busy))


def _new_page(form: NewPostingForm) -> str:
    unit = _own_unit()
    _offer(form, unit)
    return render_template("console/boards/new.html", unit=unit, form=form)


def _done(
    page: DeskPosting, name: str, form: Form, change: Callable[[uuid.UUID], object], said: str
) -> Response | tuple[str, int]:
    """Do something to a posting; a refusal shows its page again with what was typed."""
    reference, disclosure_id = page.disclosure.reference, page.disclosure.id
    refused = refusal_of(form, lambda: change(disclosure_id))
    if refused:
        return _page(_own(reference), **{name: form}), refused
    flash(said, "ok")
    return go_to(url_for(".show", reference=reference))


def _add_file(disclosure_id: uuid.UUID, form: BoardFileForm) -> None:
    """Make the file fit to show outside the transaction, store it, then tell of it; refused, it is not left behind."""
    token, name = posting.new_token(), form.file.data.filename or ""
    stored = attachments.stored_name(token)
    source = platform().settings.uploads_dir / f"{FORM_PREFIX}{token}"
    made, seen = None, Preview()
    try:
        form.file.data.save(source)
        made = attachments.prepare(source, name)
        seen = attachments.previewed(made)
        platform().storage.put(stored, made.path)
        if seen.is_picture:
            platform().storage.put(attachments.page_name(token), attachments.drawn_page(made))
    finally:
        source.unlink(missing_ok=True)
        if made is not None:
            made.path.unlink(missing_ok=True)
            attachments.drawn_page(made).unlink(missing_ok=True)
    with taking_back(lambda: _forget(token)), transaction(db.session):
        services.add_file(
            db.session,
            disclosure_id=disclosure_id,
            token=token,
            file=made,
            file_name=name,
            caption=form.caption.data or "",
            preview=seen.document(),
            actor=current_actor(),
        )


def _forget(token: str) -> None:
    platform().storage.remove(attachments.stored_name(token))
    platform().storage.remove(attachments.page_name(token))


def _page(
    page: DeskPosting,
    form: PostingForm | None = None,
    publishing: PublishForm | None = None,
    withdrawing: WithdrawForm | None = None,
    filing: BoardFileForm | None = None,
) -> str:
    return render_template(
        "console/boards/posting.html",
        unit=_own_unit(),
        page=page,
        form=form or PostingForm.of(page.working, seen=page.draft_number),
        publishing=publishing or PublishForm(formdata=None, prefix="publish-"),
        withdrawing=withdrawing or WithdrawForm(formdata=None, prefix="withdraw-"),
        filing=filing or BoardFileForm(formdata=None, prefix="file-"),
        previews=postings.previews_of(db.session, page.disclosure.id, page.working),
        **reading.words(),
    )
