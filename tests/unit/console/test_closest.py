"""Which pledge is closest to a question."""

from evalapp.console.rules import closest

PLEDGES = ["房产证五个工作日内发证", "工地投诉两小时到场", "老旧小区改造造价公示"]


def test_the_text_with_most_in_common_is_the_closest() -> None:
    assert closest("工地投诉打了三次电话，隔天才有人到场", PLEDGES) == 1


def test_words_that_have_hardly_anything_in_common_have_none() -> None:
    assert closest("谢谢你们", PLEDGES) is None
    assert closest("公交站牌", PLEDGES) is None
    assert closest("工地投诉", []) is None
