"""How names are read: as pypinyin reads them, without its dictionaries in memory, and as names where prose differs."""

import json
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pypinyin import Style, lazy_pinyin

from evalapp.units.rules import spelling
from evalapp.units.rules.pinyin import read_aloud

DEMONSTRATION = (
    "区教育局", "区卫生健康局", "区住房和城乡建设局", "区行政审批局", "区交通运输局", "区人力资源和社会保障局", "长桥街道",
    "重阳路社区居民委员会", "办公室", "重点项目科", "IC 卡科", "“一网通办”专班（二）", "3 号窗口", "〇号楼社区", "绿化科", "ABC",
)  # fmt: skip


def read(name: str) -> str:
    return " ".join(part.text for part in read_aloud(name))


@pytest.mark.parametrize(
    ("name", "aloud"),
    [
        ("重庆路社区", "chong qing lu she qu"),
        ("重阳村", "chong yang cun"),
        ("重点项目科", "zhong dian xiang mu ke"),
        ("重建办", "chong jian ban"),
        ("长安街道", "chang an jie dao"),
        ("校长办公室", "xiao zhang ban gong shi"),
        ("增长科", "zeng zhang ke"),
        ("行政审批局", "xing zheng shen pi ju"),
        ("银行监管科", "yin hang jian guan ke"),
        ("会计科", "kuai ji ke"),
        ("调解中心", "tiao jie zhong xin"),
        ("调查队", "diao cha dui"),
        ("音乐厅", "yin yue ting"),
        ("给水所", "ji shui suo"),
        ("绿化处", "lv hua chu"),
        ("女工部", "nv gong bu"),
    ],
)
def test_a_character_of_several_readings_is_read_as_its_word_is(name: str, aloud: str) -> None:
    assert read(name) == aloud


@pytest.mark.parametrize(
    ("name", "aloud", "in_prose"),
    [
        ("朝阳街道", "chao yang jie dao", "zhao yang jie dao"),
        ("太行路社区", "tai hang lu she qu", "tai xing lu she qu"),
        ("仇家村", "qiu jia cun", "chou jia cun"),
        ("曾家村", "zeng jia cun", "ceng jia cun"),
        ("政风行风科", "zheng feng hang feng ke", "zheng feng xing feng ke"),
    ],
)
def test_what_names_read_otherwise_than_prose_is_read_as_names_do(
    name: str, aloud: str, in_prose: str
) -> None:
    assert read(name) == aloud
    assert " ".join(lazy_pinyin(name)) == in_prose


@pytest.mark.parametrize("name", DEMONSTRATION)
def test_everything_else_is_read_as_the_library_reads_it(name: str) -> None:
    assert [part.text for part in read_aloud(name)] == lazy_pinyin(name)
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).casefold()
    assert spelling.initials(name) == "".join(c for c in letters if c.isascii() and c.isalnum())


def test_any_words_strung_together_are_read_as_the_library_reads_them() -> None:
    words = list(json.loads(dictionary("phrases_dict.json").read_text()))
    characters = [chr(int(number)) for number in json.loads(dictionary("pinyin_dict.json").read_text())]
    drawn = random.Random(20261125)
    names = [words[0] + words[-1], characters[0] + characters[1]]
    names += ["".join(drawn.choices(words, k=3)) for _ in range(20)]
    names += ["局".join(drawn.choices([c for c in characters if "一" <= c <= "龥"], k=4)) for _ in range(20)]
    differing = {name: read(name) for name in names if read(name).split() != lazy_pinyin(name)}
    assert differing == {}


def test_spelling_a_name_loads_no_dictionary() -> None:
    """The whole library in a web worker would be 55 MiB of what it may have, for a page that adds units."""
    code = (
        "import sys; from evalapp.units.rules import spelling; "
        "assert spelling.slug_for('重庆路社区') == 'chongqinglushequ'; "
        "print([name for name in sys.modules if name.startswith('pypinyin')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def dictionary(name: str) -> Path:
    package = find_spec("pypinyin")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).with_name(name)
