"""What templates call: macros, plain functions, and those that want the context; addresses built once."""

import pytest
from flask import Flask
from jinja2 import DictLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from evalapp.web import links
from evalapp.web.templating import Environment


class _Application(Flask):
    jinja_environment = Environment


@pytest.fixture
def app() -> Flask:
    app = _Application(__name__, static_folder=None)
    links.init_app(app)
    app.add_url_rule("/of/<name>", "of", lambda name: name)
    return app


def test_macros_escape_and_functions_get_what_they_ask_for(app: Flask) -> None:
    @pass_context
    def who(context: Context, *, end: str) -> str:
        return str(context["name"]) + end

    app.jinja_env.globals.update(who=who, twice=lambda text: text * 2)
    app.jinja_env.loader = DictLoader(
        {
            "m.html": "{% macro say(text) %}<b>{{ text }}</b>{{ caller() }}{% endmacro %}",
            "p.html": "{% from 'm.html' import say %}{% set name = '<乙>' %}"
            "{% for n in [1] %}{% call say(name) %}{{ who(end='!') }}{{ twice(name) }}{% endcall %}{% endfor %}",
        }
    )
    with app.test_request_context():
        told = app.jinja_env.get_template("p.html").render()
    assert told == "<b>&lt;乙&gt;</b>&lt;乙&gt;!&lt;乙&gt;&lt;乙&gt;"


class _WithItsOwn:
    def __html__(self) -> str:
        return "<i>own</i>"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>"), "<b>"),
        (_WithItsOwn(), "<i>own</i>"),
        (["<b>"], "[&#39;&lt;b&gt;&#39;]"),
        (7, "7"),
    ],
)
def test_every_kind_of_value_is_escaped_and_only_once(app: Flask, value: object, shown: str) -> None:
    page = "{% macro say(text) %}{{ text }}{% endmacro %}{{ say(value) }}"
    app.jinja_env.loader = DictLoader({"page.html": page})
    with app.test_request_context():
        assert app.jinja_env.get_template("page.html").render(value=value) == shown


def test_an_address_is_built_for_the_place_where_the_site_lies(app: Flask) -> None:
    with app.test_request_context():
        assert links.address("of", name="a b", page=None) == "/of/a%20b"
        assert links.address("of", name="a b", page=2, _anchor="x") == "/of/a%20b?page=2#x"
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": "/below"}):
        assert links.address("of", name="a b") == "/below/of/a%20b"
    with app.test_request_context(base_url="http://one.example"):
        assert links.address("of", name="a", _external=True) == "http://one.example/of/a"
    with app.test_request_context(base_url="http://two.example"):
        assert links.address("of", name="a", _external=True) == "http://two.example/of/a"
