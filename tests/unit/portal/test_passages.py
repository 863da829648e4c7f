"""What is said is cut into passages that begin where somebody can jump to."""

from evalapp.portal.rules.passages import LONGEST_MS, passages


def cues(*starts: int, length: int = 4) -> list[dict[str, object]]:
    return [{"start_ms": s * 1000, "end_ms": (s + length) * 1000, "text": f"第 {s} 秒"} for s in starts]


def test_lines_close_together_are_one_passage() -> None:
    (only,) = passages(cues(0, 5, 11))
    assert only.seconds == 0
    assert only.text == "第 0 秒\n第 5 秒\n第 11 秒"


def test_no_passage_is_longer_than_it_may_be_unless_one_line_is() -> None:
    found = passages([*cues(*range(0, 600, 7)), *cues(700, length=90)])
    assert [passage.seconds for passage in found][-1] == 700
    for passage in found[:-1]:
        last = int(passage.text.splitlines()[-1].split()[1])
        assert last + 4 - passage.seconds <= LONGEST_MS / 1000
    assert sum(passage.text.count("秒") for passage in found) == len(range(0, 600, 7)) + 1


def test_a_passage_says_when_it_begins() -> None:
    assert [passage.clock for passage in passages(cues(5, 185, 3607))] == ["0:05", "3:05", "1:00:07"]


def test_nothing_said_is_no_passage() -> None:
    assert passages([]) == []
