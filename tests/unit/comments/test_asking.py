"""Which class is marked for the moderator beforehand, and what a class says."""

import pytest

from evalapp.comments.rules.asking import ASKING_WORDS, Asking, suggested
from evalapp.supervision.rules.profile import Weight
from evalapp.supervision.rules.states import MatterKind


@pytest.mark.parametrize(
    ("text", "asking"),
    [
        ("楼道灯什么时候修好", Asking.GENERAL_QUESTION),
        ("二楼的窗口几点开门？", Asking.GENERAL_QUESTION),
        ("这样能办吗", Asking.GENERAL_QUESTION),
        ("打了三次电话一直没人来，我要投诉", Asking.GENERAL_COMPLAINT),
        ("窗口的同志很耐心，谢谢。", Asking.STATEMENT),
    ],
)
def test_whoever_asks_or_complains_gets_a_clock_if_in_doubt(text: str, asking: Asking) -> None:
    assert suggested(text) is asking


def test_each_class_but_the_statement_says_what_it_is_and_how_much_it_asks_for() -> None:
    told = {asking: (asking.kind, asking.weight) for asking in Asking if asking.has_clock}
    assert told[Asking.SIMPLE_QUESTION] == (MatterKind.QUESTION, Weight.SIMPLE)
    assert told[Asking.COMPLEX_COMPLAINT] == (MatterKind.COMPLAINT, Weight.COMPLEX)
    assert len(told) == 2 * len(Weight)


def test_each_class_has_its_words() -> None:
    assert ASKING_WORDS.keys() == set(Asking)
