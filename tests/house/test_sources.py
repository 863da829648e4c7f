"""Our own rules about the source tree, each with a planted defect that shows that its check can fail."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("evalapp", "episodes")
MAY_IMPORT_INSIDE = {"evalapp/cli.py", "evalapp/__init__.py"}
MAY_COMMIT = {"evalapp/core/transaction.py"}
MAY_SEND_ON = {"evalapp/web/access.py", "evalapp/web/links.py"}
MAY_READ_ENVIRONMENT = {"evalapp/core/settings.py", "evalapp/operate/serving.py", "episodes/binaries.py"}
MAY_ASK_THE_TIME = {"evalapp/core/clock.py"}
UNBOUNDED = {
    "DateField",
    "DateTimeField",
    "DateTimeLocalField",
    "DecimalField",
    "FloatField",
    "IntegerField",
    "IntegerRangeField",
    "NumberRange",
}

Rule = Callable[[str, str], list[str]]


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations/versions" not in str(path):
                yield str(path.relative_to(ROOT)), path.read_text()


def imports_inside_functions(name: str, source: str) -> list[str]:
    if name in MAY_IMPORT_INSIDE:
        return []
    return [
        f"{name}:{inner.lineno}"
        for outer in ast.walk(ast.parse(source))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def sends_on(name: str, source: str) -> list[str]:
    """Everybody sends readers on with `links.go_to`, which answers 303 after something was handed in."""
    if name in MAY_SEND_ON:
        return []
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.ImportFrom) and "redirect" in {alias.name for alias in node.names})
        or (isinstance(node, ast.Attribute) and node.attr == "redirect")
    ]


def commits(name: str, source: str) -> list[str]:
    if name in MAY_COMMIT:
        return []
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
        and "session" in ast.unparse(node.func.value)
    ]


def asks_the_time(name: str, source: str) -> list[str]:
    if name in MAY_ASK_THE_TIME or name.startswith("episodes/"):
        return []
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "today", "utcnow"}
        and ast.unparse(node.value) in {"datetime", "date", "datetime.datetime", "datetime.date"}
    ]


def reads_the_environment(name: str, source: str) -> list[str]:
    if name in MAY_READ_ENVIRONMENT:
        return []
    return [f"{name}:{number}" for number, line in enumerate(source.splitlines(), 1) if "os.environ" in line]


def bare_numbers_and_days(name: str, source: str) -> list[str]:
    """Forms take numbers and days through `web/formbase.py`, which bounds them: what the column cannot hold is no 500."""
    if name == "evalapp/web/formbase.py":
        return []
    return [
        f"{name}:{node.lineno}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("wtforms")
        and UNBOUNDED & {alias.name for alias in node.names}
    ]


def too_long(name: str, source: str) -> list[str]:
    return [name] if source.count("\n") > 400 else []


def opens_without_a_sentence(name: str, source: str) -> list[str]:
    return [] if ast.get_docstring(ast.parse(source)) else [name]


def left_to_do(name: str, source: str) -> list[str]:
    return [name] if re.search(r"\b(TODO|FIXME|XXX)\b|NotImplementedError", source) else []


RULES: dict[Rule, str] = {
    imports_inside_functions: "def f():\n    import os\n",
    sends_on: "from flask import redirect\n",
    commits: "def f(session):\n    session.commit()\n",
    asks_the_time: "from datetime import datetime\nx = datetime.now()\n",
    reads_the_environment: "import os\nx = os.environ['A']\n",
    bare_numbers_and_days: "from wtforms import IntegerField, StringField\n",
    too_long: "x = 1\n" * 401,
    opens_without_a_sentence: "x = 1\n",
    left_to_do: "# TODO later\n",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    assert [finding for name, source in sources() for finding in rule(name, source)] == []


@pytest.mark.parametrize(("rule", "defect"), RULES.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_a_planted_defect_is_found(rule: Rule, defect: str) -> None:
    assert rule("planted.py", defect)
