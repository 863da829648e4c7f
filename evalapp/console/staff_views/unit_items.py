"""The unit's item guides: writing, preview, publishing, withdrawing; their forms and filled samples."""

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from evalapp.console.forms.unit_items import (
    ItemFileForm,
    ItemForm,
    NewItemForm,
    PublishItemForm,
    WithdrawItemForm,
)
from evalapp.core import clock
from evalapp.core.errors import Conflict, Invalid, TooLarge
from evalapp.core.permissions import Permission
from evalapp.core.transaction import taking_back, transaction
from evalapp.powers import guides, reading
from evalapp.powers.queries import item_lists, items
from evalapp.powers.queries.items import OwnItem
from evalapp.powers.rules.items.text import ItemText
from evalapp.powers.rules.kinds import STATE_WORDS
from evalapp.powers.services import items as services
from evalapp.powers.services.items.files import stored_name_of
from evalapp.supervision import evidence
from evalapp.units import queries as units
from evalapp.units.models import Unit
from evalapp.web.access import current_actor, requires
from evalapp.web.acting import refusal_of
from evalapp.web.bodies import FORM_PREFIX, takes
from evalapp.web.context import db, platform
from evalapp.web.files import send_download
from evalapp.web.formbase import Form
from evalapp.web.i18n import _
from evalapp.web.links import go_to

blueprint = Blueprint("unit_items", __name__, url_prefix="/desk/unit/services")
_MOST_UPLOAD = evidence.MOST_BYTES + 1024**2  # with the form around it


@blueprint.get("")
@requires(Permission.KEEP_UNIT)
def index() -> str:
    unit = _own_unit()
    return render_template(
        "console/items/list.html",
        unit=unit,
        page=item_lists.unit_items(db.session, unit.id, cursor=request.args.get("cursor")),
        states=STATE_WORDS,
    )


@blueprint.get("/new")
@requires(Permission.KEEP_UNIT)
def new() -> str:
    return _new_page(_new_form())


@blueprint.post("/new")
@requires(Permission.KEEP_UNIT)
def make() -> Response | tuple[str, int]:
    unit, form = _own_unit(), _new_form()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        with transaction(db.session):
            made = services.draft_item(
                db.session,
                unit_id=unit.id,
                code=form.code,
                text=ItemText(name=form.name.data),
                actor=current_actor(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _new_page(form), refusal.status
    flash(_("草稿已建好，居民还看不到。"), "ok")
    return go_to(url_for(".item", code=made.code))


@blueprint.get("/<code>")
@requires(Permission.KEEP_UNIT)
def item(code: str) -> str:
    return _page(code)


@blueprint.post("/<code>")
@requires(Permission.KEEP_UNIT)
def save(code: str) -> Response | tuple[str, int]:
    own, form = _own_item(code), ItemForm()
    item_id = own.item.id
    refused = refusal_of(
        form,
        lambda: services.save_draft(
            db.session,
            item_id=item_id,
            text=form.text(),
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    )
    if refused:
        return _page(code, form), refused
    flash(_("草稿已保存，居民还看不到。"), "ok")
    return go_to(url_for(".preview", code=code))


@blueprint.get("/<code>/preview")
@requires(Permission.KEEP_UNIT)
def preview(code: str) -> str:
    own = _own_item(code)
    found = guides.found_out(own.text, {})
    return render_template(
        "console/items/preview.html",
        unit=own.unit,
        own=own,
        said=own.text,
        labels=guides.label_words(own.text),
        promise=guides.promise_words(own.text),
        papers=guides.shown_papers(own.text, items.files(db.session, own.item.id), found),
        found=found,
        steps=drawn.steps if (drawn := reading.own_flowchart(own.flowchart)) is not None else None,
        publishing=_publishing(own),
        today=clock.today(),
        term_words=reading.term_words,
    )


@blueprint.post("/<code>/publish")
@requires(Permission.KEEP_UNIT)
def publish(code: str) -> Response | tuple[str, int]:
    own, form = _own_item(code), PublishItemForm(prefix="publish-")
    item_id = own.item.id
    refused = refusal_of(
        form,
        lambda: services.publish_item(
            db.session,
            item_id=item_id,
            reason=form.reason.data or "",
            actor=current_actor(),
            seen_revision=form.seen.data,
        ),
    )
    if refused:
        return _page(code, publishing=form), refused
    flash(_("已公布，居民现在看得到。"), "ok")
    return go_to(url_for(".item", code=code))


@blueprint.post("/<code>/discard")
@requires(Permission.KEEP_UNIT)
def discard(code: str) -> Response:
    own = _own_item(code)
    with transaction(db.session):
        gone = services.discard_draft(db.session, item_id=own.item.id, actor=current_actor())
    for token in gone:
        platform().storage.remove(stored_name_of(token))
    flash(_("草稿已放弃。"), "ok")
    return go_to(url_for(".index"))


@blueprint.post("/<code>/withdraw")
@requires(Permission.KEEP_UNIT)
def withdraw(code: str) -> Response | tuple[str, int]:
    own, form = _own_item(code), WithdrawItemForm(prefix="withdraw-")
    item_id = own.item.id
    refused = refusal_of(
        form,
        lambda: services.withdraw_item(
            db.session, item_id=item_id, reason=form.reason.data, actor=current_actor()
        ),
    )
    if refused:
        return _page(code, withdrawing=form), refused
    flash(_("事项已撤回，内容和原因仍可查看。"), "ok")
    return go_to(url_for(".index"))


@blueprint.post("/<code>/files")
@requires(Permission.KEEP_UNIT)
@takes(lambda _settings: _MOST_UPLOAD, to_disk=True)
def add_file(code: str) -> Response | tuple[str, int]:
    own, form = _own_item(code), ItemFileForm(prefix="file-")
    if not form.validate_on_submit():
        return _page(code, adding=form), 422
    try:
        _keep_file(own, form)
    except (Invalid, Conflict, TooLarge) as refusal:
        form.refuse(refusal)
        return _page(code, adding=form), refusal.status
    flash(_("文件已上传。在材料那一行写上它的名字，居民就能下载。"), "ok")
    return go_to(url_for(".item", code=code, _anchor="files"))


@blueprint.get("/<code>/files/<token>")
@requires(Permission.KEEP_UNIT)
def file(code: str, token: str) -> Response:
    found = items.own_file(db.session, _own_item(code).item.id, token)
    return send_download(stored_name_of(found.token), file_name=found.file_name)


@blueprint.post("/<code>/files/<token>/remove")
@requires(Permission.KEEP_UNIT)
def remove_file(code: str, token: str) -> Response:
    own = _own_item(code)
    with transaction(db.session):
        services.remove_file(db.session, item_id=own.item.id, token=token, actor=current_actor())
    platform().storage.remove(stored_name_of(token))
    flash(_("文件已删去。"), "ok")
    return go_to(url_for(".item", code=code, _anchor="files"))


def _keep_file(own: OwnItem, form: ItemFileForm) -> None:
    """Look into the file outside the transaction, store it, then tell of it; refused, it is not left behind."""
    token, name = services.new_token(), form.file.data.filename or ""
    stored = stored_name_of(token)
    source = platform().settings.uploads_dir / f"{FORM_PREFIX}{token}"
    try:
        form.file.data.save(source)
        made = evidence.prepare_document(source, name)
        platform().storage.put(stored, made.path)
    finally:
        source.unlink(missing_ok=True)
    with taking_back(lambda: platform().storage.remove(stored)), transaction(db.session):
        services.add_file(
            db.session,
            item_id=own.item.id,
            token=token,
            file=made,
            file_name=name,
            actor=current_actor(),
        )


def _own_unit() -> Unit:
    return units.unit_of(db.session, current_actor())


def _own_item(code: str) -> OwnItem:
    return items.item_of_unit(db.session, code, unit_id=_own_unit().id)


def _new_form() -> NewItemForm:
    form = NewItemForm()
    form.offer(items.powers_to_apply_under(db.session, _own_unit().id))
    return form


def _new_page(form: NewItemForm) -> str:
    return render_template("console/items/new.html", unit=_own_unit(), form=form)


def _publishing(own: OwnItem) -> PublishItemForm:
    return PublishItemForm(formdata=None, prefix="publish-", data={"seen": own.revision})


def _page(
    code: str,
    form: ItemForm | None = None,
    *,
    publishing: PublishItemForm | None = None,
    withdrawing: Form | None = None,
    adding: Form | None = None,
) -> str:
    own = _own_item(code)
    files = items.files(db.session, own.item.id)
    return render_template(
        "console/items/edit.html",
        unit=own.unit,
        own=own,
        files=files,
        used=own.text.files,
        form=form or ItemForm.of(own.text, files, revision=own.revision),
        publishing=publishing or _publishing(own),
        withdrawing=withdrawing or WithdrawItemForm(formdata=None, prefix="withdraw-"),
        adding=adding or ItemFileForm(formdata=None, prefix="file-"),
        versions=items.versions(db.session, own.item.id),
    )
