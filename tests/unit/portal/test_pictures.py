"""A drawing for every episode, the same one each time."""

from pathlib import Path

import pytest

from evalapp.portal.rules.pictures import drawing_of, scene_of

STATIC = Path(__file__).parents[3] / "evalapp" / "static"


@pytest.mark.parametrize(
    ("title", "scene"),
    [
        ("老旧小区改造，改到哪一步了", "housing"),
        ("放学以后，孩子去哪儿", "school"),
        ("菜市场门口的路，谁来管", "market"),
        ("一条河的四季", "river"),
        ("早高峰的公交车", "bus"),
        ("数据说人话区统计局", "studio"),
        ("Annual report", "studio"),
    ],
)
def test_a_title_finds_its_scene(title: str, scene: str) -> None:
    assert scene_of(title) == scene
    assert (STATIC / drawing_of(title)).exists()
