"""An answer that only passes on is none; one that says what was done is, though it passes something on."""

import pytest

from evalapp.core.errors import Invalid
from evalapp.supervision.rules.profile import read_profile, shipped
from evalapp.supervision.rules.wording import checked_answer

PROFILE = read_profile(shipped())


@pytest.mark.parametrize(
    "text",
    [
        "已转办",
        "您反映的问题已转办区住建局，请耐心等待。",
        "您好，您反映的情况我局高度重视，已按规定转交相关部门办理，感谢您的支持！",
        "已转办。已转办。已转办。已转办。已转办。",
        "现已移交街道，街道会尽快处理。",
        "已派单给物业，敬请谅解，谢谢您的理解和支持。",
    ],
)
def test_what_only_passes_on_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(Invalid, match="不算答复"):
        checked_answer(text, PROFILE)


@pytest.mark.parametrize(
    "text",
    [
        "楼道灯共十二盏，昨天已经全部换好。",
        "楼道灯归物业管，已转办物业，十二盏灯昨天全部换好，居民代表签字确认。",
        "这一段路不归本区管，市政处今天到场看过，定在周五前补好坑洼。",
    ],
)
def test_an_answer_is_taken(text: str) -> None:
    assert checked_answer(text, PROFILE) == text


@pytest.mark.parametrize(
    "text", ["好的。", "收到，谢谢您的反映！", "……………………………………", "您好，感谢您对我们工作的关心和支持。"]
)
def test_what_is_too_short_without_courtesies_is_refused_with_the_count(text: str) -> None:
    with pytest.raises(Invalid, match="至少 15 个字"):
        checked_answer(text, PROFILE)
