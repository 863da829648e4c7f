"""Icons are an allow-list that is complete at the start."""

from pathlib import Path

import pytest

from evalapp.web import icons


def test_every_allowed_icon_has_a_drawing() -> None:
    assert set(icons.read_drawings()) == set(icons.ICONS)


def test_a_missing_drawing_stops_the_start(tmp_path: Path) -> None:
    short = tmp_path / "icons.json"
    short.write_text('{"house": "<path/>"}')
    with pytest.raises(icons.IconMissing, match="search"):
        icons.read_drawings(short, ("house", "search"))


def test_a_set_up_that_was_not_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(icons.IconMissing, match="browser_libraries"):
        icons.read_drawings(tmp_path / "none.json")


def test_an_icon_beside_words_is_decoration_and_one_alone_has_a_name() -> None:
    icon = icons.icon_function({"house": '<path d="M0 0"/>'})
    assert 'aria-hidden="true"' in icon("house")
    assert 'role="img" aria-label="首页 &amp; 更多"' in icon("house", "首页 & 更多")


def test_an_unknown_icon_is_a_fault_of_the_template() -> None:
    with pytest.raises(icons.IconMissing, match="ICONS"):
        icons.icon_function({})("house")
