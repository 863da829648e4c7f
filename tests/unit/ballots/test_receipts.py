"""Receipts prove presence, carry no grade, and their codes survive being typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules import receipts
from evalapp.ballots.rules.receipts import CodeRefused, NonceBy, Receipt
from evalapp.ledger.rules import NoteRefused, NoteSigner, sign_note

SIGNER = NoteSigner("district.example/receipts", bytes(range(32)))
hashes = st.binary(min_size=32, max_size=32)
made = st.builds(
    Receipt,
    box=st.just("EP-2026-16.resident"),
    entry_hash=hashes,
    nonce_hash=hashes,
    nonce_by=st.sampled_from(NonceBy),
    at=st.none() | st.just("2026-11-23T20:18:06+08:00"),
)


@given(made)
def test_a_signed_receipt_opens_to_what_it_says(receipt):
    note = receipts.sign_receipt(receipt, SIGNER)
    assert receipts.open_receipt(note, SIGNER.verifier) == receipt
    assert receipts.sign_receipt(receipt, SIGNER) == note


@given(made, st.data())
def test_a_receipt_with_one_altered_character_is_refused(receipt, data):
    note = receipts.sign_receipt(receipt, SIGNER)
    place = data.draw(st.integers(0, len(note) - 1))
    altered = note[:place] + data.draw(st.characters(exclude_characters=note[place])) + note[place + 1 :]
    with pytest.raises(NoteRefused):
        receipts.open_receipt(altered, SIGNER.verifier)


def test_another_signed_note_is_no_receipt():
    with pytest.raises(NoteRefused):
        receipts.open_receipt(sign_note("grades 5 5 5\n", SIGNER), SIGNER.verifier)


@given(st.binary(min_size=10, max_size=10), st.data())
def test_a_code_survives_the_usual_typing_mistakes(code, data):
    shown = receipts.shown_code(code)
    assert len(shown) == 19
    swaps = {"0": "0OoＯ", "1": "1IiLlｌ", "V": "VvUu", "-": ["-", "", " ", "—", " - ", "－", "\u3000"]}
    typed = "".join(data.draw(st.sampled_from(list(swaps.get(c, [c, c.lower()])))) for c in shown)
    assert receipts.typed_code(typed) == code
    assert receipts.typed_code(f"  {typed}\n") == code


@pytest.mark.parametrize(
    "text", ["", "7F3K", "7F3K-9M2D-XA41-QC1", "7F3K-9M2D-XA41-QC1!", "回执" * 8, "0" * 10_000]
)
def test_what_cannot_be_a_code_is_refused(text):
    with pytest.raises(CodeRefused):
        receipts.typed_code(text)


@given(hashes, hashes)
def test_two_entries_have_two_codes(one, other):
    assert (receipts.code_of(one) == receipts.code_of(other)) is (one == other)
