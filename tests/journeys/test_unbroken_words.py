"""What people write never widens a page: one word of 400 letters wherever somebody may write, on every page of everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalapp import schema
from evalapp.comments.models import Comment, Thread
from evalapp.core import clock
from evalapp.core.settings import Settings
from evalapp.pledges import services as pledges
from evalapp.pledges.models import Highlight
from evalapp.programme.models import Episode
from evalapp.programme.services import planning_dossier
from evalapp.units import services as units
from evalapp.units.services import FunctionText, PostText
from tests.support.comments import Comments
from tests.support.role_matrix import COLUMNS, asked_of, matrix
from tests.support.small_district import Small, made_small, rules_of
from tests.support.units import OFFICER
from tests.support.web_server import chromium, serving

WORD = "w" * 400
WRITTEN = {
    "airings": ("reason",),
    "caption_tracks": ("original_name", "saved_by"),
    "channels": ("name",),
    "chapters": ("title",),
    "comments": ("pseudonym", "text"),
    "comment_decisions": ("note", "post"),
    "dossiers": ("report",),
    "dossier_versions": ("report", "written_by"),
    "episode_changes": ("actor_name", "reason"),
    "episodes": ("title", "summary", "speaker_post", "extension_reason"),
    "highlight_progress": ("done", "proof", "recorded_by"),
    "highlight_versions": ("title", "goal", "measures", "written_by", "reason"),
    "pledge_versions": ("title", "text", "measured", "statutory_source", "written_by", "reason"),
    "recording_slots": ("reason",),
    "recordings": ("original_name", "delivered_by"),
    "reply_wordings": ("text", "post"),
    "search_entries": ("title", "place", "body"),
    "seasons": ("title",),
    "speaker_leaves": ("post", "note"),
    "staff": ("post",),
    "studios": ("name",),
    "threads": ("title",),
    "two_person_acts": ("reason", "proposed_post"),
    "unit_functions": ("title", "text", "handled_by"),
    "unit_posts": ("title", "duty", "telephone"),
    "units": ("name", "short_name", "rank_class", "summary", "address", "office_hours"),
    "uploads": ("original_name", "reason"),
}


FURTHEST = """() => [...document.querySelectorAll("main *, header *, footer *, nav *")]
  .map((element) => ({ right: element.getBoundingClientRect().right, element }))
  .sort((one, other) => other.right - one.right).slice(0, 1)
  .map(({ right, element }) => `${element.tagName}.${element.className} in ${element.parentElement.className} to ${right}`)"""
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    folder: Path = tmp_path_factory.mktemp("words") / "var"
    with made_small(Settings(data_dir=folder)) as made:
        opened = made.platform
        comments = Comments(opened)
        with opened.session() as session:
            comment = session.scalars(select(Comment)).one()
        comments.replied(comment)
        comments.written(comments.thread_of(comment))
        with opened.transaction() as session:
            fill(session, comments.thread_of(comment))
            for table, columns in WRITTEN.items():
                session.execute(update(schema.METADATA.tables[table]).values(dict.fromkeys(columns, WORD)))
        yield made


def fill(session: Session, thread: Thread) -> None:
    """Let the unit and the episode of the thread have one of what the small district has none of."""
    highlight, episode = session.scalars(select(Highlight)).one(), session.scalars(select(Episode)).one()
    units.write_functions(
        session, unit_id=thread.unit_id, functions=[FunctionText(title="一", text="二")], actor=OFFICER
    )
    units.write_posts(session, unit_id=thread.unit_id, posts=[PostText(title="一", duty="二")], actor=OFFICER)
    pledges.report_progress(
        session, highlight_id=highlight.id, percent=5, reached_on=clock.today(), actor=OFFICER
    )
    planning_dossier.write_report(session, episode_id=episode.id, report="一", actor=OFFICER)


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def pages_of(small: Small, column: str) -> Iterator[str]:
    """The address of every page that this column may open; what everybody may is walked as nobody and as a resident."""
    rules = rules_of(small.app)
    for name in asked_of(small.app):
        may = matrix()[name]
        if not name.startswith("GET ") or may[column] != 200:
            continue
        if may["anonymous"] == 200 and column not in {"anonymous", "resident"}:
            continue
        path = small.path(rules[name])
        if small.answer("GET", path, column, headers={}).mimetype == "text/html":
            yield path


def widened(chrome: Browser, address: str, small: Small, column: str) -> Iterator[str]:
    """Which pages scroll sideways, at which width, and what sticks out of them furthest."""
    paths = list(pages_of(small, column))
    context = chrome.new_context(locale="zh-CN", java_script_enabled=True)
    cookie, _token = small.people[column]
    context.add_cookies([{"name": "evalapp", "value": cookie, "url": address}])
    page = context.new_page()
    for path in paths:
        page.goto(address + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                yield f"{column} {path} at {width}: {page.evaluate(FURTHEST)}"
    context.close()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("column", [column for column in COLUMNS if column not in {"neighbour", "unit_b"}])
def test_no_word_widens_a_page(small: Small, chrome: Browser, column: str) -> None:
    with serving(small.app) as address:
        assert "\n".join(widened(chrome, address, small, column)) == ""
