"""What a voter may send, and that everything else is refused with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules.grades import Dimension, Fault, Opinion, Unfit, is_reason_code, read_submission

LISTED = {
    "openness": {"vague"},
    "highlights": {"routine"},
    "service": {"slow", "attitude", "papers", "trips"},
}
NONCE = "00112233445566778899aabbccddeeff"
GOOD = {"openness": 5, "highlights": None, "service": 2}


def body(**changes):
    return {"grades": dict(GOOD), "nonce": NONCE} | changes


def test_a_null_grade_is_unknown_and_reasons_are_kept_with_low_grades():
    sent = read_submission(body(reasons={"service": ["slow", "attitude"]}, watched=3), reasons=LISTED)
    assert sent.opinion == Opinion(
        grades={Dimension.OPENNESS: 5, Dimension.HIGHLIGHTS: 0, Dimension.SERVICE: 2},
        reasons={Dimension.SERVICE: ("attitude", "slow")},
    )
    assert sent.nonce == bytes.fromhex(NONCE)
    assert sent.watched == 3


def test_empty_reasons_are_none():
    sent = read_submission(body(reasons={"openness": [], "service": []}), reasons=LISTED)
    assert sent.opinion.reasons == {}


@pytest.mark.parametrize(
    ("sent", "place", "fault"),
    [
        ([], "body", Fault.WRONG_SHAPE),
        ({"nonce": NONCE}, "grades", Fault.MISSING),
        (body(role="admin"), "body", Fault.UNKNOWN_FIELD),
        (body(grades=[]), "grades", Fault.WRONG_SHAPE),
        (body(grades=GOOD | {"id": 1}), "grades", Fault.UNKNOWN_FIELD),
        (body(grades={"openness": 5, "service": 5}), "grades.highlights", Fault.MISSING),
        (body(grades=GOOD | {"service": 6}), "grades.service", Fault.NO_SUCH_GRADE),
        (body(grades=GOOD | {"service": 0}), "grades.service", Fault.NO_SUCH_GRADE),
        (body(grades=GOOD | {"service": True}), "grades.service", Fault.NO_SUCH_GRADE),
        (body(grades=GOOD | {"service": 3.0}), "grades.service", Fault.NO_SUCH_GRADE),
        (body(grades=GOOD | {"service": "5"}), "grades.service", Fault.NO_SUCH_GRADE),
        (body(reasons={"openness": ["vague"]}), "reasons.openness", Fault.REASON_WITHOUT_LOW_GRADE),
        (body(reasons={"highlights": ["routine"]}), "reasons.highlights", Fault.REASON_WITHOUT_LOW_GRADE),
        (body(reasons={"service": ["vague"]}), "reasons.service", Fault.NO_SUCH_REASON),
        (body(reasons={"service": ["slow", "slow"]}), "reasons.service", Fault.TOO_MANY_REASONS),
        (
            body(reasons={"service": ["slow", "attitude", "papers", "trips"]}),
            "reasons.service",
            Fault.TOO_MANY_REASONS,
        ),
        (body(reasons={"service": "slow"}), "reasons.service", Fault.WRONG_SHAPE),
        (body(reasons={"service": [1]}), "reasons.service", Fault.WRONG_SHAPE),
        (body(reasons=[]), "reasons", Fault.WRONG_SHAPE),
        (body(nonce=None), "nonce", Fault.NO_NONCE),
        (body(nonce=NONCE[:-1]), "nonce", Fault.BAD_NONCE),
        (body(nonce=NONCE + "\n"), "nonce", Fault.BAD_NONCE),
        (body(nonce=NONCE.replace("0", "０")), "nonce", Fault.BAD_NONCE),
        (body(watched=5), "watched", Fault.WRONG_SHAPE),
        (body(watched=True), "watched", Fault.WRONG_SHAPE),
    ],
)
def test_what_no_box_asks_for_is_refused_at_its_place(sent, place, fault):
    with pytest.raises(Unfit) as refusal:
        read_submission(sent, reasons=LISTED)
    assert (refusal.value.place, refusal.value.fault) == (place, fault)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["grades", "reasons", "watched", "nonce", "x"])
nearly = st.dictionaries(
    names, st.dictionaries(st.sampled_from(list(Dimension)), anything) | anything, max_size=5
)


@given(anything | nearly)
def test_no_body_whatever_does_anything_but_pass_or_be_refused(sent):
    with contextlib.suppress(Unfit):
        assert read_submission(sent, reasons=LISTED).opinion.grades.keys() == set(Dimension)


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("slow", True),
        ("a" * 16, True),
        ("a" * 17, False),
        ("", False),
        ("慢", False),
        ('a"b', False),
        ("a b", False),
    ],
)
def test_a_reason_code_is_short_ascii_that_json_does_not_lengthen(code, fits):
    assert is_reason_code(code) is fits
