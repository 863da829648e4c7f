"""Every view states who may open it, and the application refuses to start otherwise."""

import pytest
from flask import Flask

from evalapp.web import access


def test_every_view_states_its_access(app: Flask) -> None:
    access.check(app)


def test_a_silent_view_is_noticed(app: Flask) -> None:
    """The planted defect: a view without a word about its access."""
    app.view_functions["silent"] = lambda: "secret"
    with pytest.raises(RuntimeError, match="silent"):
        access.check(app)
