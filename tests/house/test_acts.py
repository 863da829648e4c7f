"""Every act that is written into the record has its words: auditors read no codes."""

import ast
import enum
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from evalapp.audit.rules import KIOSK_ACTIONS, STAFF_ACTIONS
from evalapp.ballots.models import ActKind
from evalapp.comments.rules.moderation import AppealOutcome, Verdict
from evalapp.console.words import ACTS, FACTS
from evalapp.programme.models import ChangeKind
from evalapp.supervision.rules.states import Act
from evalapp.supervision.services.timeline import NOT_AUDITED

ROOT = Path(__file__).resolve().parents[2]
# What stands for a part of an action's name, and its values.
VALUES: dict[str, Iterable[enum.StrEnum]] = {
    "act.value": set(Act) - NOT_AUDITED,
    "kind": ActKind,
    "act.kind": ActKind,
    "kind.value": ChangeKind,
    "outcome.value": AppealOutcome,
    "verdict.value": Verdict,
}


def actions(source: str) -> set[str]:
    """The names of the acts that a module hands to a parameter called `action`."""
    tree = ast.parse(source)
    places = {"record": None} | {
        node.name: [argument.arg for argument in node.args.args].index("action")
        if "action" in {argument.arg for argument in node.args.args}
        else None
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "action" in {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
    }
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in places:
            place = places[_name(node.func)]
            given = [word.value for word in node.keywords if word.arg == "action"]
            if place is not None and place < len(node.args):
                given.append(node.args[place])
            for value in given:
                found |= set(_said(constants.get(value.id, value) if isinstance(value, ast.Name) else value))
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _said(value: ast.expr) -> Iterator[str]:
    """The texts that an expression can be; a parameter that is handed on is said where it is given."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _said(value.body)
        yield from _said(value.orelse)
    elif isinstance(value, ast.JoinedStr):
        written = ast.unparse(value)[2:-1]
        (part,) = re.findall(r"{([^}]+)}", written)
        yield from (written.replace(f"{{{part}}}", one.value) for one in VALUES[part])
    else:
        assert isinstance(value, ast.Name), ast.unparse(value)


def written() -> set[str]:
    found = {*STAFF_ACTIONS.values(), *KIOSK_ACTIONS.values()}
    for path in sorted((ROOT / "evalapp").rglob("*.py")):
        source = path.read_text()
        if "audit" in source and "/migrations/" not in str(path):
            found |= actions(source)
    return {action for action in found if "." in action}


def details(source: str) -> set[str]:
    """The names of what a module writes into the record beside its acts."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if _name(node.func) in {"_record", "_tell"}:
            found |= {word.arg for word in node.keywords if word.arg} - {"action", "actor", "by", "detail"}
        if _name(node.func) in {"record", "_record"}:
            given = [word.value for word in node.keywords if word.arg == "detail"]
            kept = [part for value in given for part in ast.walk(value) if isinstance(part, ast.Dict)]
            found |= {key.value for part in kept for key in part.keys if isinstance(key, ast.Constant)}
    return found


def test_every_detail_has_its_words() -> None:
    sources = [path.read_text() for path in sorted((ROOT / "evalapp").rglob("*.py"))]
    known = set().union(*(details(source) for source in sources if "audit" in source or "StaffAct" in source))
    assert known - set(FACTS) == set()
    assert {"bytes", "cues", "login", "overridden", "role", "unit_id", "version"} <= known


def test_a_detail_without_words_is_noticed() -> None:
    """The planted defect."""
    assert details('audit.record(s, actor=a, action="box.burnt", detail={"ashes": 1})') == {"ashes"}
    assert "ashes" not in FACTS


def test_every_act_has_its_words() -> None:
    known = written()
    assert known - set(ACTS) == set()
    assert {"captions.saved", "leave.add", "box.publish.confirmed", "episode.window_changed"} <= known


def test_no_words_are_left_of_acts_that_nobody_writes() -> None:
    assert set(ACTS) - written() == set()


def test_an_act_without_words_is_noticed() -> None:
    """The planted defect."""
    assert actions('def f(s): audit.record(s, actor=a, action="box.burnt", subject="")') == {"box.burnt"}
    assert "box.burnt" not in ACTS
