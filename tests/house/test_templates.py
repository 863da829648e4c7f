"""Every page extends a layout and has a title; nothing inline; nothing marked safe."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from evalapp.web import templating

FOLDER = Path(templating.folder())
JINJA = Environment(extensions=["jinja2.ext.i18n"])
PAGES = sorted(
    path
    for path in FOLDER.rglob("*.html")
    if not path.name.startswith("_") and path.parent.name not in {"components", "layouts"}
)


def faults(source: str) -> list[str]:
    found = []
    if not re.search(r"{%-?\s*extends \"(layouts|errors)/", source):
        found.append("does not extend a layout")
    if not re.search(r"{%-?\s*block title\s*-?%}\s*\S", source):
        found.append("has no title")
    return found + shared_faults(source)


def shared_faults(source: str) -> list[str]:
    found = []
    if re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", source):
        found.append("has an inline style or handler")
    if re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", source):
        found.append("has an inline script")
    if re.search(r"\|\s*safe\b|autoescape false", source):
        found.append("marks text as safe")
    if re.search(r"(src|href)=\"(https?:)?//", source):
        found.append("loads from elsewhere")
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_page_extends_a_layout_and_has_a_title(path: Path) -> None:
    assert faults(path.read_text()) == []


def test_fragments_hold_nothing_inline() -> None:
    found = {str(path): shared_faults(path.read_text()) for path in FOLDER.rglob("*.html")}
    assert {path: list(said) for path, said in found.items() if said} == {}


def callers_out_of_reach(source: str) -> list[str]:
    """The macros that ask for their caller within a call block of their own, where it is the block's and never there."""
    return [
        macro.name
        for macro in JINJA.parse(source).find_all(nodes.Macro)
        for block in macro.find_all(nodes.CallBlock)
        for part in block.body
        if any(name.name == "caller" for name in part.find_all(nodes.Name))
    ]


def imported_for_nothing(source: str) -> set[str]:
    """What a template imports and never names."""
    tree = JINJA.parse(source)
    imported = {
        name[1] if isinstance(name, tuple) else name
        for line in tree.find_all(nodes.FromImport)
        for name in line.names
    }
    return imported - {name.name for name in tree.find_all(nodes.Name)}


def test_a_template_uses_what_it_imports() -> None:
    found = {str(path): imported_for_nothing(path.read_text()) for path in FOLDER.rglob("*.html")}
    assert {path: said for path, said in found.items() if said} == {}
    assert imported_for_nothing('{% from "a.html" import one, two as three %}{{ one() }}') == {"three"}


def test_a_macro_reaches_its_caller() -> None:
    found = {str(path): callers_out_of_reach(path.read_text()) for path in FOLDER.rglob("*.html")}
    assert {path: said for path, said in found.items() if said} == {}
    assert callers_out_of_reach("{% macro m() %}{% call t() %}{{ caller() }}{% endcall %}{% endmacro %}")


@pytest.mark.parametrize(
    "defect",
    [
        "<h1>bare</h1>",
        '{% extends "layouts/public.html" %}<h1>no title</h1>',
        '{% extends "layouts/public.html" %}{% block title %}t{% endblock %}<p style="x">',
        '{% extends "layouts/public.html" %}{% block title %}t{% endblock %}{{ x | safe }}',
        '{% extends "layouts/public.html" %}{% block title %}t{% endblock %}<script>alert(1)</script>',
    ],
)
def test_a_planted_defect_is_found(defect: str) -> None:
    assert faults(defect)
