"""A site on which nothing has happened yet: every page that another one links to is there and says so."""

import html5lib
import pytest

from tests.support.strict_client import StrictClient

# An empty site has far fewer: an address that grows with every step is found by this.
ENOUGH = 400


def links_on(page: str) -> set[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    targets = {element.get("href", "").partition("#")[0] for element in tree.iter("a")}
    return {target for target in targets if target.startswith("/") and not target.startswith("//")}


def dead_ends(browser: StrictClient) -> dict[str, int]:
    """What can be reached from the first page and answers with a refusal."""
    waiting, seen, dead = ["/"], {"/"}, {}
    while waiting:
        path = waiting.pop()
        answer = browser.get(path)
        if answer.status_code >= 400:
            dead[path] = answer.status_code
        elif answer.mimetype == "text/html" and answer.status_code == 200:
            new = links_on(answer.text) - seen
            waiting += sorted(new)
            seen |= new
        assert len(seen) < ENOUGH, f"pages lead on and on: {path}"
    assert len(seen) > 10
    return dead


def test_no_link_of_an_empty_site_leads_nowhere(browser: StrictClient) -> None:
    assert dead_ends(browser) == {}


@pytest.mark.parametrize(
    ("path", "sentence"), [("/league", "还没有公布结果"), ("/episodes", "还没有"), ("/units", "还没有")]
)
def test_an_empty_list_says_that_it_is_empty(browser: StrictClient, path: str, sentence: str) -> None:
    assert sentence in browser.get(path).text
