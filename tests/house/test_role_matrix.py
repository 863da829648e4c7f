"""The role matrix names every route of the application, and nothing else. `tests/integration/test_role_matrix.py`
asks for each of its cells."""

from flask import Flask

from tests.support.role_matrix import COLUMNS, asked_of, matrix


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    routes, rows = set(asked_of(app)), set(matrix())
    assert sorted(routes - rows) == [], "these routes have no row in tests/house/role_matrix.toml"
    assert sorted(rows - routes) == [], "these rows name no route"


def test_every_row_has_a_cell_for_everybody() -> None:
    assert [name for name, row in matrix().items() if row.keys() != set(COLUMNS)] == []


def test_a_route_without_a_row_is_noticed(app: Flask) -> None:
    """The planted defect: a route that nobody entered."""
    app.url_map.add(app.url_rule_class("/desk/secret", endpoint="secret", methods=["POST"]))
    assert "POST /desk/secret" in set(asked_of(app)) - set(matrix())
