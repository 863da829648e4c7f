"""Service items for machines, under /api/v1."""

from typing import Any

from flask import Blueprint, Response, request

from evalapp.core.errors import Invalid
from evalapp.core.i18n import N_
from evalapp.powers.api_views.shapes import basis
from evalapp.powers.models import ItemFile
from evalapp.powers.queries import item_lists, items
from evalapp.powers.queries.item_lists import ListedItem, WantedItems
from evalapp.powers.queries.lists import TEXT_LIMIT
from evalapp.powers.rules.flow.graph import term_document
from evalapp.powers.rules.items.papers import Condition
from evalapp.powers.rules.items.profile import Axis, items_profile
from evalapp.powers.rules.items.text import Paper
from evalapp.units import queries as units
from evalapp.web.access import public
from evalapp.web.answers import asked_limit, data, page_of_data
from evalapp.web.context import db, platform

blueprint = Blueprint("services_api", __name__, url_prefix="/api/v1")


@blueprint.get("/services")
@public
def services() -> Response:
    """List the published items by code: `{items, next}`; `unit`, `subject`, `event` and `q` narrow it."""
    profile, asked = items_profile(), request.args.get("unit")
    labels = {axis: request.args.get(axis.value, "") for axis in Axis}
    for axis, label in labels.items():
        if label and label not in profile.names(axis):
            raise Invalid(N_("没有这一类事项。"), field=axis.value)
    unit = units.unit(db.session, asked) if asked else None
    page = item_lists.items_page(
        db.session,
        WantedItems(
            unit_id=unit.id if unit else None,
            subject=labels[Axis.SUBJECT],
            event=labels[Axis.EVENT],
            text=request.args.get("q", "")[:TEXT_LIMIT],
        ),
        limit=asked_limit(),
        cursor=request.args.get("cursor"),
    )
    return page_of_data([_listed(item) for item in page.items], following=page.next)


@blueprint.get("/services/<code>")
@public
def service(code: str) -> Response:
    """One item in its newest version, withdrawn or not, with what decides which papers one needs."""
    shown = items.shown_item(db.session, code)
    said = shown.text
    files = {file.token: file for file in items.files(db.session, shown.item.id)}
    return data(
        {
            "code": shown.item.code,
            "name": said.name,
            "power": shown.power.code,
            "state": shown.item.state.value,
            "withdrawn_reason": shown.item.withdrawn_reason or None,
            "unit": shown.unit.slug,
            "section": said.section or None,
            "subjects": list(said.subjects),
            "events": list(said.events),
            "conditions": list(said.conditions),
            "questions": [
                {"text": each.text, "choices": list(each.choices), "asked_if": _condition(each.asked_if)}
                for each in said.questions
            ],
            "papers": [_paper(each, files) for each in said.papers],
            "place": said.place,
            "hours": said.hours or None,
            "statutory": term_document(said.statutory),
            "promised": term_document(said.promised),
            "at_once": said.at_once,
            "special_steps": [
                {
                    "name": step.name,
                    "term": term_document(step.term),
                    "basis": step.basis or None,
                    "counts": step.counts,
                    "fee": step.fee or None,
                    "fee_basis": step.fee_basis or None,
                }
                for step in said.special
            ],
            "fee": said.fee or None,
            "fee_basis": said.fee_basis or None,
            "result": said.result or None,
            "bases": [basis(each) for each in said.bases],
            "faq": [{"question": one.question, "answer": one.answer} for one in said.faq],
            "visits": said.visits,
            "contact": said.contact,
            "complaint": said.complaint,
            "version": shown.version.number,
            "sha256": shown.version.fingerprint,
            "shown_from": shown.version.shown_from.isoformat(),
            "url": _url(shown.item.code),
        }
    )


def _listed(item: ListedItem) -> dict[str, Any]:
    return {"code": item.code, "name": item.name, "unit": item.unit_slug, "url": _url(item.code)}


def _paper(paper: Paper, files: dict[str, ItemFile]) -> dict[str, Any]:
    return {
        "name": paper.name,
        "source": paper.source or None,
        "kind": paper.kind.value,
        "copies": paper.copies,
        "when": paper.when or None,
        "needed_if": _condition(paper.needed_if),
        "form": _file(files.get(paper.form)),
        "sample": _file(files.get(paper.sample)),
        "note": paper.note or None,
    }


def _condition(condition: Condition) -> list[dict[str, Any]]:
    return [{"question": clause.question, "choices": list(clause.choices)} for clause in condition]


def _file(file: ItemFile | None) -> dict[str, Any] | None:
    if file is None:
        return None
    return {
        "name": file.file_name,
        "media_type": file.media_type,
        "size": file.size,
        "sha256": file.sha256,
        "url": f"{platform().settings.public_url}/services/files/{file.token}",
    }


def _url(code: str) -> str:
    return f"{platform().settings.public_url}/services/{code}"
