"""Each cell of the role matrix is really asked for, on a small district where unit A and one resident own what is
asked for; and no unsafe request gets through without its token or from another site.
"""

from collections.abc import Iterator

import pytest

from evalapp.comments.rules.moderation import CommentState
from evalapp.core.settings import Settings
from evalapp.factory import WITHOUT_TOKEN
from tests.support.actors import Visitors
from tests.support.comments import Comments
from tests.support.role_matrix import COLUMNS, asked_of, matrix
from tests.support.small_district import SAFE, Small, made_small, rules_of
from tests.support.strict_client import StrictClient


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with made_small(Settings(data_dir=tmp_path_factory.mktemp("roles") / "var")) as made:
        yield made


def found(small: Small) -> dict[str, dict[str, int]]:
    """What everybody really gets."""
    rules, cells = rules_of(small.app), {}
    for name in asked_of(small.app):
        method, path = name.partition(" ")[0], small.path(rules[name])
        cells[name] = {}
        for column in COLUMNS:
            cells[name][column] = small.ask(method, path, column)
            small.put_back()
    return cells


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_everybody_gets_what_the_matrix_says(small: Small) -> None:
    wrong = [
        f"{name} {column}: {status}, not {matrix().get(name, {}).get(column)}"
        for name, cells in found(small).items()
        for column, status in cells.items()
        if status != matrix().get(name, {}).get(column)
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whoever_handles_reports_opens_their_own_desk_and_nothing_else(small: Small) -> None:
    """The role has no column of its own: it gets what an auditor gets, but for what either of them alone may open."""
    own = {"GET /desk/reports": 200, "GET /desk/reports/<reference>": 404}
    own |= {"POST /desk/reports/<reference>/take": 404, "POST /desk/reports/<reference>/hand-back": 404}
    audits = {name for name in matrix() if "/desk/audit" in name or "/desk/retention" in name}
    rules, wrong = rules_of(small.app), []
    for name, row in matrix().items():
        expected = own.get(name, 403 if name in audits else row["auditor"])
        status = small.ask(name.partition(" ")[0], small.path(rules[name]), "reports")
        small.put_back()
        if status != expected:
            wrong.append(f"{name}: {status}, not {expected}")
    assert wrong == []


def test_no_moderator_decides_an_appeal_against_their_own_refusal(
    comments: Comments, visitors: Visitors, browser: StrictClient
) -> None:
    """One role, two people: the cell of the matrix says who may open the desk, the service who may decide there."""
    found = {}
    for who in ("refused it", "another"):
        refuser, author = comments.moderator(), comments.resident()
        refused = comments.refused(comments.written(author=author), actor=refuser)
        made = comments.appealed(refused, author)
        visitors.are(staff=refuser if who == "refused it" else comments.moderator())
        fields = {f"{made.id}-outcome": "restored", f"{made.id}-seen": 0, f"{made.id}-note": ""}
        answer = browser.post(f"/desk/office/appeals/{made.id}", fields, page="/desk/office/watched-words")
        found[who] = (answer.status_code, comments.now(refused).state)
    assert found == {
        "refused it": (403, CommentState.REFUSED),
        "another": (303, CommentState.SHOWN),
    }


def unsafe(small: Small) -> Iterator[tuple[str, str, str, str]]:
    """Every unsafe route with somebody whom the matrix lets in."""
    rules = rules_of(small.app)
    for name in asked_of(small.app):
        method = name.partition(" ")[0]
        if method not in SAFE:
            row = matrix()[name]
            signs_in = COLUMNS[3:] if "/desk" in name else COLUMNS[1:2]
            column = min(signs_in, key=lambda c: (row[c] in {401, 403}, row[c] == 404))
            yield name, method, small.path(rules[name]), column


def let_through(small: Small) -> list[str]:
    """Which unsafe requests get through without their token or from another site."""
    exempt = {name for name, rule in rules_of(small.app).items() if rule.endpoint in WITHOUT_TOKEN}
    through = []
    for name, method, path, column in unsafe(small):
        if name not in exempt and small.ask(method, path, column, token=False) not in {400, 403}:
            through.append(f"{name} without a token")
        if small.ask(method, path, column, Origin="https://elsewhere.invalid") != 403:
            through.append(f"{name} from another site")
        if small.put_back():
            through.append(f"{name} changed something")
    return through


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_unsafe_request_without_its_token_or_from_another_site_changes_anything(small: Small) -> None:
    assert let_through(small) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_forms_that_ask_for_no_token_are_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: the check of the token is left to each form, and some actions have no form."""
    monkeypatch.setitem(small.app.config, "WTF_CSRF_CHECK_DEFAULT", False)
    through = let_through(small)
    assert "POST /me/sign-out-everywhere without a token" in through
    assert "POST /me/sign-out-everywhere changed something" in through


def test_a_route_that_lets_the_wrong_people_in_is_noticed(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: a guard that knows every unit's pledges as one's own."""
    rule = rules_of(small.app)["GET /desk/unit/pledges/<reference>"]
    monkeypatch.setitem(small.app.view_functions, rule.endpoint, _careless)
    assert small.ask("GET", small.path(rule), "unit_b") != matrix()[f"GET {rule.rule}"]["unit_b"]


def _careless(reference: str) -> str:
    return reference


_careless.__access__ = "public"  # type: ignore[attr-defined]
