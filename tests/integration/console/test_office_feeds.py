"""The office gives a unit's system its key, sees which serve, and stops one."""

import re

from tests.support.cases import Cases
from tests.support.desk import Desks

FEEDS = "/desk/office/feeds"


def test_a_key_that_serves_is_shown_and_can_be_stopped(cases: Cases, desks: Desks) -> None:
    office, unit = desks.office().browser, desks.unit(cases.unit).browser
    made = office.post(f"{FEEDS}/keys", {"unit": cases.unit.slug}, page=FEEDS)
    assert made.status_code == 200

    page = office.get(FEEDS).get_data(as_text=True)
    found = re.search(rf'action="{FEEDS}/keys/([^"/]+)/revoke"', page)
    assert found is not None
    assert f">{found[1]}</td>" in page
    own = unit.get("/desk/unit/cases/feed").get_data(as_text=True)
    assert f">{found[1]}</td>" in own
    assert "/revoke" not in own
    assert office.post(f"{FEEDS}/keys/{found[1]}/revoke", {}, page=FEEDS).status_code == 303
    page = office.get(FEEDS).get_data(as_text=True)
    assert "已停用" in page
    assert f">{found[1]}</td>" not in page
