"""The description of the JSON interface is complete and true: every route is described, nothing else is."""

import re

from flask import Flask

from evalapp.opendata.catalogue import OPERATIONS
from evalapp.opendata.description import PREFIX

_CONVERTER = re.compile(r"<(?:[^:<>]+:)?(\w+)>")


def described() -> set[tuple[str, str]]:
    return {(operation.method, PREFIX + operation.path) for operation in OPERATIONS}


def routed(app: Flask) -> set[tuple[str, str]]:
    return {
        (method.lower(), _CONVERTER.sub(r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(PREFIX)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_address_is_described_and_nothing_else(app: Flask) -> None:
    assert described() == routed(app)


def test_an_address_without_a_description_is_noticed(app: Flask) -> None:
    """The planted defect: a route that nobody described."""
    app.add_url_rule("/api/v1/secret/<int:number>", "secret", str)
    assert ("get", "/api/v1/secret/{number}") in routed(app) - described()
