"""Writes the OpenAPI 3.1 description of the JSON interface from the catalogue."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from evalapp.opendata.catalogue import OPERATIONS, Operation, shapes
from evalapp.web.i18n import gettext

PREFIX = "/api/v1"
_REFERENCE = "#/components/schemas/{model}"
_PLACE = re.compile(r"{(\w+)}")
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 100}
_SAME = 304
_SIGNED = ("X-Intake-Key", "X-Intake-Time", "X-Intake-Signature")  # who sends none is refused with 401
_NUMBERS = {"number", "year"}


def describe(*, url: str, title: str, version: str) -> dict[str, Any]:
    """Return the description as plain values, in the reader's language."""
    names, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method] = _operation(operation, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "evalapp"}},
        },
    }


def _schemas() -> tuple[dict[type[BaseModel], str], dict[str, Any]]:
    used: list[type[BaseModel]] = [shapes.Problem]
    for operation in OPERATIONS:
        used += [shape for shape in (operation.request, operation.answer) if shape is not None]
    wanted = list(dict.fromkeys(used))
    _, made = models_json_schema(
        [(shape, "serialization") for shape in wanted], ref_template=_REFERENCE, by_alias=True
    )
    return {shape: shape.__name__ for shape in wanted}, made["$defs"]


def _operation(operation: Operation, names: dict[type[BaseModel], str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": gettext(operation.summary),
        "operationId": _identifier(operation),
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _answer(operation, names)}
        | {str(status): _problem(status) for status in operation.statuses},
    }
    if operation.request is not None:
        schema = {"$ref": _REFERENCE.format(model=names[operation.request])}
        described["requestBody"] = {
            "required": operation.method == "post",
            "content": {"application/json": {"schema": schema}},
        }
    if operation.needs_session:
        described["security"] = [{"session": []}]
    return described


def _identifier(operation: Operation) -> str:
    return "_".join([operation.method, *re.findall(r"\w+", operation.path)]).replace("-", "_")


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 999_999}
            if name in _NUMBERS
            else {"type": "string"},
        }
        for name in _PLACE.findall(operation.path)
    ]
    found += [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": _LIMIT if name == "limit" else {"type": "string"},
        }
        for name in operation.parameters
    ]
    if operation.is_change and operation.has_token:
        found.append({"name": "X-CSRF-Token", "in": "header", "required": True, "schema": {"type": "string"}})
    if operation.is_signed:
        found += [
            {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
            for name in _SIGNED
        ]
    if operation.needs_key:
        schema = {"type": "string", "minLength": 1, "maxLength": 128}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema})
    return found


def _answer(operation: Operation, names: dict[type[BaseModel], str]) -> dict[str, Any]:
    if operation.answer is None:
        return {"description": "ok"}
    schema: dict[str, Any] = {"$ref": _REFERENCE.format(model=names[operation.answer])}
    if operation.is_list:
        schema = {
            "type": "object",
            "required": ["items", "next"],
            "properties": {"items": {"type": "array", "items": schema}, "next": {"type": ["string", "null"]}},
        }
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def _problem(status: int) -> dict[str, Any]:
    if status == _SAME:
        return {"description": "not modified"}
    schema = {"$ref": _REFERENCE.format(model="Problem")}
    return {"description": "refused", "content": {"application/problem+json": {"schema": schema}}}
