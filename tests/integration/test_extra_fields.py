"""What no form and no shape of ours asks for changes nothing, whatever it is called."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import request
from sqlalchemy import Boolean, Column, Date, Integer, LargeBinary, Uuid, select, text
from sqlalchemy.orm import Session

from evalapp import schema
from evalapp.accounts import consents, rules, vault
from evalapp.accounts.models import Resident, StaffMember
from evalapp.core.base import Moment
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.units import services
from evalapp.units.models import Unit
from tests.support.accounts import People, phone
from tests.support.shown_forms import Shown, forms_of, made_forms, names_of
from tests.support.small_district import SAFE, Small, made_small

Kept = dict[str, dict[str, list[str]]]
MARK = "MARK-OF-AN-EXTRA-FIELD"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("extra") / "var"
    with made_small(Settings(data_dir=folder)) as made:
        yield made


# What is sealed differs with the second in which it was sealed, which two of three tries may share.
SEALED = {
    column.name
    for table in schema.METADATA.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary)
}


def extra_for(column: "Column[object]") -> str:
    """A value that this column would take, and that nothing in the district has."""
    if isinstance(column.type, Moment):
        return "2001-02-03T04:05"
    if isinstance(column.type, Date):
        return "2001-02-03"
    if isinstance(column.type, Uuid):
        return str(uuid.UUID(int=1))
    if isinstance(column.type, Boolean):
        return "y"
    if isinstance(column.type, Integer):
        return "4242"
    members = getattr(column.type, "enums", None)
    return str(members[-1]) if members else MARK


EXTRAS = {
    column.name: extra_for(column) for table in schema.METADATA.sorted_tables for column in table.columns
} | {"is_admin": "y", "is_staff": "y", "permissions": "staff:manage", "roles": "administrator"}


def handed_in(small: Small, form: Shown, extras: dict[str, str]) -> tuple[int, Kept]:
    """What the form is answered with, and everything that is in the tables then; the district is put back."""
    data = extras | form.values
    status = small.answer(form.method, form.action, form.column, headers={}, data=data).status_code
    found = kept(small)
    small.put_back()
    return status, found


def kept(small: Small) -> Kept:
    """Every value of every column."""
    found: Kept = {}
    with small.platform.session() as session:
        for table in schema.METADATA.sorted_tables:
            names = [column.name for column in table.columns]
            rows = session.execute(text(f'SELECT {", ".join(map(quoted, names))} FROM "{table.name}"')).all()
            found[table.name] = {
                name: sorted(map(str, values))
                for name, values in zip(
                    names, zip(*rows, strict=True) if rows else ((),) * len(names), strict=True
                )
            }
    return found


def quoted(name: str) -> str:
    return f'"{name}"'


def shape(values: list[str]) -> list[str]:
    """Of values that differ each time (ids, times, sealed bytes) only whether there is one."""
    return sorted("none" if value == "None" else "some" for value in values)


def changed_by_extras(small: Small, form: Shown) -> Iterator[str]:
    """What is different when `form` is handed in with the names of all columns beside its own."""
    with made_forms() as made:
        first, again = handed_in(small, form, {}), handed_in(small, form, {})
    own = {name for each in made for name in names_of(each)}
    with_extras = handed_in(
        small, form, {name: value for name, value in EXTRAS.items() if name not in own | form.values.keys()}
    )
    where = f"{form.column} {form.method} {form.action}"
    if with_extras[0] != first[0]:
        yield f"{where}: {first[0]} became {with_extras[0]}"
    for table, columns in first[1].items():
        for column, values in columns.items():
            now = with_extras[1][table][column]
            is_steady = values == again[1][table][column] and column not in SEALED
            if (now != values) if is_steady else (shape(now) != shape(values)) or MARK in " ".join(now):
                yield f"{where}: {table}.{column}"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fields_that_no_form_asks_for_change_nothing(small: Small) -> None:
    forms = [form for form in forms_of(small) if form.method not in SAFE]
    assert len(forms) > 50
    assert [fault for form in forms for fault in changed_by_extras(small, form)] == []


@pytest.mark.slow
def test_a_view_that_takes_whatever_is_sent_is_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the form of a unit writes every field that a unit has."""
    forms = [form for form in forms_of(small) if form.action == f"/desk/office/units/{small.samples['slug']}"]
    real = services.edit_unit

    def takes_all(session: Session, **given: Any) -> Unit:
        unit = real(session, **given)
        for name, value in request.form.items():
            if name in {"address", "telephone"}:
                setattr(unit, name, value)
        return unit

    monkeypatch.setattr(services, "edit_unit", takes_all)
    assert any("units.address" in fault for form in forms for fault in changed_by_extras(small, form))


def test_a_program_that_signs_in_becomes_no_more_than_a_resident(platform: Platform, people: People) -> None:
    client, number = people.client().client, phone(77)
    extras = {
        "role": "administrator",
        "is_staff": True,
        "permissions": ["staff:manage"],
        "person_id": "1" * 64,
    }
    client.post("/api/v1/sign-in/code", json={"phone": number} | extras)
    code = people.outbox.code(number)
    body = {"phone": number, "code": code, "consent": consents.SIGN_IN.version}
    assert client.post("/api/v1/sign-in", json=body | extras).status_code == 200
    with platform.session() as session:
        resident = session.scalars(select(Resident)).one()
        assert resident.person_id == vault.person_id(
            platform.keys, rules.parse_number(number, production=False)
        )
        assert session.scalars(select(StaffMember)).all() == []
    assert client.get("/desk/staff").status_code in {302, 303, 401, 403}
