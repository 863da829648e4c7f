"""Every Chinese sentence has its English, and the places in both agree."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from evalapp.web import i18n

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "_l": None, "N_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
PLACES = re.compile(r"%\((\w+)\)[sd]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def messages() -> Iterator[tuple[str, str]]:
    for folder, methods in (
        ("evalapp", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2.ext:babel_extract")]),
    ):
        options = {"**.html": {"trimmed": "true"}}
        for file, line, message, *_ in extract_from_dir(ROOT / folder, methods, options, KEYWORDS):
            text = message[0] if isinstance(message, tuple) else message
            if CHINESE.search(text):
                yield f"{folder}/{file}:{line}", text


def faults(found: list[tuple[str, str]], english: dict[str, str | tuple[str, str]]) -> list[str]:
    said = []
    for where, message in found:
        translation = english.get(message)
        if translation is None:
            said.append(f"{where}: no English for {message!r}")
            continue
        texts = translation if isinstance(translation, tuple) else (translation,)
        strange = [text for text in texts if set(PLACES.findall(text)) - {"num", *PLACES.findall(message)}]
        said += [f"{where}: places differ in {text!r}" for text in strange]
    return said


def test_every_message_has_its_english() -> None:
    assert faults(list(messages()), i18n.catalogue("en")) == []


def test_a_message_without_english_is_found() -> None:
    """The planted defects: a sentence without English, and one whose places differ."""
    assert faults([("x.py:1", "没有翻译")], {})
    assert faults([("x.py:1", "还剩 %(days)s 天")], {"还剩 %(days)s 天": "%(hours)s left"})


def said_twice(folder: Path) -> list[str]:
    """Messages that stand in two places: the last one counts, and whoever changes the first wonders."""
    seen: Counter[str] = Counter()
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            seen.update(str(message.id) for message in read_po(file) if message.id)
    return [message for message, times in seen.items() if times > 1]


def test_a_message_is_translated_once(tmp_path: Path) -> None:
    assert said_twice(ROOT / "evalapp/translations/en") == []
    for name in ("a", "b"):
        (tmp_path / f"{name}.po").write_text('msgid "单位"\nmsgstr "Unit"\n', encoding="utf-8")
    assert said_twice(tmp_path) == ["单位"]


def other_words(found: list[tuple[str, str]]) -> list[str]:
    """Sentences with a second kind of quotation mark, or a second word for the evaluator group of product.md."""
    strange = re.compile("[「」]|评议人(?![数员])")
    return [f"{where}: {message}" for where, message in found if strange.search(message)]


def test_pages_have_one_kind_of_quotation_marks_and_one_word_for_one_thing() -> None:
    assert other_words(list(messages())) == []


def test_a_second_word_is_noticed() -> None:
    """The planted defect."""
    assert other_words([("a", "选「不了解」"), ("b", "每一类评议人"), ("c", "评议人数"), ("d", "“好”")]) == [
        "a: 选「不了解」",
        "b: 每一类评议人",
    ]
