"""Names: normalised, of one script, and none that passes for another."""

import pytest

from evalapp.core.errors import Invalid
from evalapp.core.names import cleaned_name, cleaned_text, name_key

# What stands at the left is a name; what stands at the right looks like it and is not it.
HAN_PAIRS = [
    ("区教育局", "区敎育局"),
    ("区内审科", "区內审科"),
    ("真武街道", "眞武街道"),
    ("户籍科", "戶籍科"),
    ("户籍科", "戸籍科"),
    ("黄河街道", "黃河街道"),
    ("吕家村", "呂家村"),
    ("青云村", "靑云村"),
    ("卫生科", "衞生科"),
    ("清河村", "淸河村"),
    ("静安社区", "靜安社区"),
    ("台前村", "臺前村"),
    ("区教育局", "区教育局 "),
    ("区教育局", "区 教育局"),
    ("区教育局", "区\u3000教育局"),
    ("区金融局", "区\uf90a融局"),  # a compatibility ideograph
    ("一号村", "\u2f00号村"),  # a Kangxi radical
    ("区民政局(本级)", "区民政局（本级）"),
    ("A区管理科", "Ａ区管理科"),
    ("12345热线科", "１２３４５热线科"),
    ("I号楼管理处", "1号楼管理处"),
    ("O号楼管理处", "0号楼管理处"),
    ("l号楼管理处", "I号楼管理处"),
    ("〇号科", "0号科"),
    ("综合科·一组", "综合科一组"),
    ("区教育局", "区教育局."),
]
INVISIBLE = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u180e",
    "\u034f",
    "\u2063",
    "\u115f",
]
BIDI = [
    *[
        "\u202a",
        "\u202b",
        "\u202c",
        "\u202d",
        "\u202e",
        "\u2066",
        "\u2067",
        "\u2068",
        "\u2069",
        "\u200e",
        "\u200f",
    ]
]
CYRILLIC, GREEK = "АВЕКМНОРСТХаеорсухіј", "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧον"
KANA_AND_BOPOMOFO = "ーニエカロタハトメへりノヽㄅㄇㄈㄏㄒㄚㄧ"
OTHERS = "ꀀᄀאبअ⺠⺼\ue000\U000f0000ıɑøéđ—–‐‑•‧・|'\"<>%_\\\x00\x1b\u2028"
STRANGE = [
    *[f"区教{character}育局" for character in INVISIBLE + BIDI],
    *[f"区教育局{character}" for character in INVISIBLE + BIDI],
    *[f"{character}区教育局" for character in INVISIBLE + BIDI],
    *[f"区教育{character}局" for character in CYRILLIC + GREEK + KANA_AND_BOPOMOFO + OTHERS],
]


def test_the_corpus_is_as_large_as_the_promise() -> None:
    assert len(HAN_PAIRS) + len(set(STRANGE)) >= 150


@pytest.mark.parametrize(("name", "look_alike"), HAN_PAIRS)
def test_a_look_alike_is_the_same_name(name: str, look_alike: str) -> None:
    assert name_key(cleaned_name(name)) == name_key(cleaned_name(look_alike))


@pytest.mark.parametrize("name", STRANGE)
def test_a_name_with_a_strange_character_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match=r"U\+"):
        cleaned_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "区住房和城乡建设局",
        "文庙街道",
        "望湖街道十里铺村",
        "IC卡管理科",
        "区司法局(法律援助中心)",
        "𠮷祥社区",
        "第3科",
    ],
)
def test_an_honest_name_is_taken(name: str) -> None:
    assert cleaned_name(name) == name


def test_the_check_sees_a_look_alike_when_names_are_only_compared_as_written() -> None:
    """The planted defect: uniqueness by the letters alone lets a second 区教育局 in."""
    assert cleaned_name("区敎育局") != cleaned_name("区教育局")


@pytest.mark.parametrize("name", ["", "   ", "、·()", "\u3000"])
def test_an_empty_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        cleaned_name(name)


def test_a_name_has_a_limit() -> None:
    assert len(cleaned_name("村" * 60)) == 60
    with pytest.raises(Invalid, match="60"):
        cleaned_name("村" * 61)


def test_running_text_loses_what_cannot_be_seen() -> None:
    assert cleaned_text(" 第一行\r\n第\u202e二\u200b行\x07 ", field="text", limit=20) == "第一行\n第二行"


def test_running_text_has_a_limit_and_may_be_required() -> None:
    with pytest.raises(Invalid, match="现在有 4 个"):
        cleaned_text("一二三四", field="text", limit=3)
    with pytest.raises(Invalid):
        cleaned_text(" \u200b ", field="text", limit=3, required=True)
