"""What the district's people wrote is marked as Chinese on an English page, so that it is read aloud as such."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from sqlalchemy import select

from evalapp.comments.models import Comment
from evalapp.core.settings import Settings
from tests.support.comments import Comments
from tests.support.small_district import Small, made_small

CHINESE, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]")
PATHS = (
    "/",
    "/episodes",
    "/episodes/{number}",
    "/episodes/{number}/transcript",
    "/units",
    "/units/{slug}",
    "/pledges/{pledges}",
    "/highlights/{highlights}",
    "/matters",
    "/matters?which=late",
    "/matters?which=done",
    "/matters/{matters}",
    "/moderation",
    "/monitor",
    "/monitor/journal",
    "/monitor/units/{slug}",
)
# Where staff read what people of the district wrote.
DESKS = (
    ("office", "/desk/office"),
    ("office", "/desk/office/boxes"),
    ("office", "/desk/office/boxes/{number}"),
    ("office", "/desk/office/client-codes"),
    ("office", "/desk/office/comments?show=shown"),
    ("office", "/desk/office/episodes"),
    ("office", "/desk/office/episodes/{number}"),
    ("office", "/desk/office/episodes/{number}/airings/new"),
    ("office", "/desk/office/episodes/{number}/slots/new"),
    ("office", "/desk/office/episodes/new"),
    ("office", "/desk/office/places"),
    ("office", "/desk/office/units"),
    ("office", "/desk/office/units/{slug}"),
    ("office", "/desk/office/units/new"),
    ("office", "/desk/office/matters"),
    ("office", "/desk/office/matters/{matters}"),
    ("office", "/desk/office/supervision-notices"),
    ("office", "/desk/office/supervision-notices/{notices}"),
    ("office", "/desk/office/points"),
    ("office", "/desk/office/working-days"),
    ("office", "/desk/office/cards"),
    ("office", "/desk/office/cards/{card_id}"),
    ("office", "/desk/office/quarters"),
    ("office", "/desk/office/cases"),
    ("office", "/desk/office/cases/{cases}"),
    ("office", "/desk/office/feeds"),
    ("unit_a", "/desk/unit/cases"),
    ("unit_a", "/desk/unit/cases/new"),
    ("unit_a", "/desk/unit/cases/{cases}"),
    ("unit_a", "/desk/unit/cards"),
    ("unit_a", "/desk/unit/cards/{card_id}"),
    ("unit_a", "/desk/unit/matters"),
    ("unit_a", "/desk/unit/matters/{matters}"),
    ("unit_a", "/desk/unit/dossiers"),
    ("unit_a", "/desk/unit/dossiers/{number}"),
    ("unit_a", "/desk/unit/highlights"),
    ("unit_a", "/desk/unit/highlights/{highlights}"),
    ("unit_a", "/desk/unit/inbox"),
    ("unit_a", "/desk/unit/inbox/{reference}"),
    ("unit_a", "/desk/unit/pledges"),
    ("unit_a", "/desk/unit/pledges/{pledges}"),
    ("unit_a", "/desk/unit/preview"),
    ("unit_a", "/desk/unit/profile"),
    ("unit_a", "/desk/unit/reply-templates"),
    ("station", "/desk/station"),
    ("auditor", "/desk/audit"),
    ("administrator", "/desk/staff"),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("parts") / "var"
    with made_small(Settings(data_dir=folder)) as made:
        comments = Comments(made.platform)
        with made.platform.session() as session:
            comment = session.scalars(select(Comment)).one()
        comments.replied(comment)
        yield made


def unmarked(element: Any, *, is_chinese: bool = False) -> Iterator[str]:
    """Wholly Chinese texts that no element says to be Chinese."""
    if not isinstance(element.tag, str) or element.tag in {"script", "title"}:
        return
    if element.get("hreflang"):
        return
    stated = element.get("lang")
    is_chinese = stated.startswith("zh") if stated else is_chinese
    for text, own in [(element.text, element), *((child.tail, element) for child in element)]:
        if not is_chinese and text and CHINESE.search(text) and not LATIN.search(text):
            yield f"{own.tag}.{own.get('class')}: {text.strip()}"
    for child in element:
        yield from unmarked(child, is_chinese=is_chinese)


@pytest.mark.parametrize(("who", "path"), [*(("anonymous", path) for path in PATHS), *DESKS])
def test_what_people_wrote_is_marked_as_chinese(small: Small, who: str, path: str) -> None:
    asked = {"Accept-Language": "en"}
    page = small.answer("GET", path.format(**small.samples), who, headers=asked).get_data(as_text=True)
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    assert tree.get("lang") == "en"
    assert CHINESE.search(page)
    assert list(unmarked(tree)) == []


def test_a_chinese_page_marks_no_part(small: Small) -> None:
    page = small.answer("GET", "/units", "anonymous", headers={"Accept-Language": "zh-CN"}).get_data(
        as_text=True
    )
    assert page.count('lang="zh-Hans"') == 1, "the page itself"
