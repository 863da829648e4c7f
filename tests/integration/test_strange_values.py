"""No field of any form, of any role, answers with an accident, whatever is typed into it or hidden in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from wtforms import IntegerField
from wtforms.validators import NumberRange

from evalapp.console.forms.boxes import CodesForm
from evalapp.core.settings import Settings
from tests.conftest import DATABASES
from tests.support.databases import new_postgres_database
from tests.support.role_matrix import COLUMNS, matrix
from tests.support.shown_forms import Shown, forms_of, made_forms, names_of
from tests.support.small_district import SAFE, Small, made_small, rules_of

STRANGE = {
    "many digits": "9" * 400,
    "more digits than Python reads": "9" * 5_000,
    "beyond a column": str(2**31),
    "beyond any column": str(2**64),
    "negative": "-1",
    "NUL": "一\x00二",
    "full-width digits": "９" * 30,
    "other digits": "٣٤" * 20,
    "superscript": "²",
    "end of the calendar": "9999-12-31",
    "end of the calendar with a time": "9999-12-31T23:59",
    "begin of the calendar": "0001-01-01",
    "invisible": "\u2066\u200b\u3164",
    "nothing": "",
}
# What SQLite could stumble over by itself; whatever a form does with a value shows on PostgreSQL.
OF_SQLITE = ("many digits", "beyond any column", "NUL", "end of the calendar with a time")
# Bytes that are no UTF-8, and a lone surrogate as a careless encoder writes it.
BROKEN = (b"%ff%fe%00", b"%ed%a0%80", b"%C0%80")
LONG = 100_000


READ_BY_HAND = {"/episodes/<int(max=999999):number>/ballot/withdraw": ("idempotency_key",)}


@pytest.fixture(scope="module", params=DATABASES)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("strange") / "var"
    if request.param == "sqlite":
        with made_small(Settings(data_dir=folder)) as made:
            yield made
        return
    server: str = request.getfixturevalue("postgres_server")
    with (
        new_postgres_database(server) as url,
        made_small(Settings(data_dir=folder, database_url=url), postgres_server=server) as made,
    ):
        yield made


def accidents(small: Small, form: Shown) -> Iterator[str]:
    """What of `form` answers with 5xx."""
    is_sqlite = small.platform.engine.dialect.name == "sqlite"
    strange = {what: value for what, value in STRANGE.items() if not is_sqlite or what in OF_SQLITE}
    for name in form.values:
        for what, value in strange.items():
            status = sent(small, form, form.values | {name: value})
            if status >= 500:
                yield f"{form.method} {form.action} {name} {what}: {status}"
    for name in form.values:
        for raw in BROKEN[: 1 if is_sqlite else None]:
            status = sent_raw(small, form, f"{name}=".encode() + raw)
            if status >= 500:
                yield f"{form.method} {form.action} {name} {raw!r}: {status}"
    status = sent(small, form, dict.fromkeys(form.values, "长" * (LONG // max(1, len(form.values)))))
    if status >= 500:
        yield f"{form.method} {form.action} everything long: {status}"


def sent(small: Small, form: Shown, values: dict[str, str]) -> int:
    where = {"query_string": values} if form.method == "GET" else {"data": values}
    return small.answer(form.method, form.action, form.column, headers={}, **where).status_code


def sent_raw(small: Small, form: Shown, body: bytes) -> int:
    if form.method == "GET":
        return small.answer(
            form.method, form.action, form.column, headers={}, query_string=body.decode()
        ).status_code
    options = {"data": body, "content_type": "application/x-www-form-urlencoded"}
    return small.answer(form.method, form.action, form.column, headers={}, **options).status_code


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nothing_typed_into_any_form_is_an_accident(small: Small) -> None:
    found, shown = [], forms_of(small)
    for form in [*shown, *forms_behind(small, shown)]:
        found += accidents(small, form)
        small.put_back()
    assert found == []


def forms_behind(small: Small, shown: list[Shown]) -> Iterator[Shown]:
    """The forms of addresses that ask for content and that no page of this district leads to, as their views make them."""
    adapter = small.app.url_map.bind("localhost")
    reached = {
        str(adapter.match(form.action.partition("?")[0], method=form.method, return_rule=True)[0].rule)
        for form in shown
    }
    for name, rule in rules_of(small.app).items():
        method, _space, route = name.partition(" ")
        column = next((column for column in COLUMNS if matrix().get(name, {}).get(column) == 422), None)
        if method in SAFE or route in reached or column is None:
            continue
        path = small.path(rule)
        with made_forms() as made:
            small.answer(method, path, column, headers={})
        for names in [names_of(form) for form in made] or [READ_BY_HAND[route]]:
            yield Shown(column, method, path, dict.fromkeys(names, "写一句话"))


@pytest.mark.slow
def test_a_bare_number_is_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the number of client codes as WTForms checks it."""
    form = next(form for form in forms_of(small) if form.action == "/desk/office/client-codes")
    assert list(accidents(small, form)) == []
    monkeypatch.setattr(CodesForm, "number", IntegerField(validators=[NumberRange(1, 500)]))
    assert any("number many digits: 500" in fault for fault in accidents(small, form))
