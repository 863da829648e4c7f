"""Every page extends a layout and has a title; nothing inline; nothing marked safe."""

import re
from collections.abc import Mapping
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


def without_callers(sources: Mapping[str, str]) -> set[str]:
    """The macros that no template names, by their template: neither theirs nor one that imports them; and no view, as a text."""
    trees = {path: JINJA.parse(source) for path, source in sources.items()}
    views = "".join(path.read_text() for path in (FOLDER.parent / "evalapp").rglob("*views/*.py"))
    imported = {
        (line.template.value, name[0] if isinstance(name, tuple) else name)
        for tree in trees.values()
        for line in tree.find_all(nodes.FromImport)
        for name in line.names
        if isinstance(line.template, nodes.Const)
    }
    return {
        f"{path}: {macro.name}"
        for path, tree in trees.items()
        for macro in tree.find_all(nodes.Macro)
        if (path, macro.name) not in imported
        and all(name.name != macro.name for name in tree.find_all(nodes.Name))
        and f'"{macro.name}"' not in views
    }


def test_a_macro_has_a_caller() -> None:
    sources = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.html")}
    assert without_callers(sources) == set()
    assert without_callers(sources | {"a.html": "{% macro alone() %}{% endmacro %}"}) == {"a.html: alone"}


def test_a_class_of_a_sheet_is_on_a_page() -> None:
    """Or in a script; a name that is put together, such as `dk-indent-2`, by what it begins with."""
    package = FOLDER.parent / "evalapp"
    pages = [*FOLDER.rglob("*.html"), *package.rglob("*.py"), *(package / "static" / "js").rglob("*.js")]
    named = set(re.findall(r"dk-[a-z0-9]+(?:-[a-z0-9]+)*-?", "\n".join(path.read_text() for path in pages)))

    def unnamed(sheet: str) -> set[str]:
        classes = set(re.findall(r"\.(dk-[a-z0-9-]+)", sheet))
        return {one for one in classes - named if f"{one.rpartition('-')[0]}-" not in named}

    sheets = "\n".join(path.read_text() for path in (package / "static" / "css").glob("*.css"))
    assert unnamed(sheets) == set()
    assert unnamed(".dk-of-no-page {}") == {"dk-of-no-page"}


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
