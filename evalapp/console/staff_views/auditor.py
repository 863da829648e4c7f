"""The auditors' page: the record of what staff did, which nobody can change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from wtforms.fields.choices import SelectChoice

from evalapp.audit import queries
from evalapp.console import words
from evalapp.console.forms.staff import SearchForm
from evalapp.core.permissions import Permission
from evalapp.web.access import requires
from evalapp.web.context import db
from evalapp.web.i18n import _

blueprint = Blueprint("auditor", __name__, url_prefix="/desk/audit")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A detail of an entry as auditors read it."""

    name: str
    value: str


@blueprint.get("")
@requires(Permission.READ_AUDIT)
def record() -> tuple[str, int]:
    """The record, newest first; a search that makes no sense shows everything and says what to mend."""
    form = SearchForm(request.args)
    known = [SelectChoice(action, _word(action)) for action in queries.actions(db.session)]
    form.action.choices = [SelectChoice("", _("全部")), *known]
    fits = form.validate()
    found = queries.entries(
        db.session, _search(form) if fits else queries.Search(), page=request.args.get("page", 1, type=int)
    )
    page = render_template(
        "console/audit/record.html",
        form=form,
        found=found,
        word=_word,
        facts=_facts,
        page_href=_href(request.args.to_dict()),
    )
    return page, 200 if fits else 422


def _search(form: SearchForm) -> queries.Search:
    return queries.Search(
        action=form.action.data or "",
        who=form.who.data or "",
        subject=form.subject.data or "",
        since=form.since.data,
        until=form.until.data,
    )


def _href(asked: dict[str, str]) -> Callable[[int], str]:
    kept = {
        name: value for name, value in asked.items() if name in {"action", "who", "subject", "since", "until"}
    }
    return lambda page: f"{url_for('.record')}?{urlencode({**kept, 'page': page})}"


def _word(action: str) -> str:
    label = words.ACTS.get(action)
    return _(label) if label else action


def _facts(detail: dict[str, Any]) -> list[Fact]:
    """What an entry keeps beside the act, in words as far as there are some."""
    return [
        Fact(name=_(words.FACTS[name]) if name in words.FACTS else name, value=_value(name, value))
        for name, value in detail.items()
    ]


def _value(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{fact.name} {fact.value}" for fact in _facts(value))
    if isinstance(value, list):
        return " · ".join(_value(name, each) for each in value)
    known = words.VALUES.get(name, {}).get(str(value))
    return _(known) if known else str(value)
