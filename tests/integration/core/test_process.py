"""Programs that are started end within their limits, and say what they had to say."""

import sys

import pytest

from evalapp.core import process
from evalapp.core.process import ProgramError


def test_a_program_is_handed_words_and_its_answer_is_returned() -> None:
    assert (
        process.run([sys.executable, "-c", "print(input()[::-1])"], given="图程流".encode()).decode()
        == "流程图\n"
    )


def test_a_program_that_fails_takes_its_complaint_along() -> None:
    with pytest.raises(ProgramError, match="no such thing"):
        process.run([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ProgramError, match="no-such-program is not installed"):
        process.run(["no-such-program"])


def test_a_program_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ProgramError, match="longer than 1 s"):
        process.run([sys.executable, "-c", "import time; time.sleep(30)"], seconds=1)


def test_a_program_that_wants_too_much_memory_is_refused_it() -> None:
    """Limits stand before it reads a word: it asks for memory only when it was told to."""
    asks = "input(); bytearray(400 * 1024**2)"
    with pytest.raises(ProgramError, match="MemoryError"):
        process.run([sys.executable, "-c", asks], given=b"go\n", memory_bytes=200 * 1024**2)
