"""The formats of the public log against known answers, and against everything that is nearly right."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ledger import rules

# The example of the format's own documentation (Go's sumdb/note and C2SP signed-note share it).
EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
EXAMPLE_NOTE = (
    EXAMPLE_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)

SIGNER = rules.NoteSigner("district.example/receipts", bytes(range(32)))
documents = st.recursive(
    st.integers(-rules.LARGEST_INTEGER, rules.LARGEST_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
texts = st.text(st.characters(exclude_categories=("Cc", "Cs"))).map(lambda text: text + "\n")


@given(documents)
def test_a_document_and_its_bytes_are_one_to_one(document):
    data = rules.canonical_json(document)
    assert rules.read_canonical(data) == document
    assert json.loads(data) == document


def test_keys_are_ordered_by_utf16_units_as_the_standard_shows():
    # RFC 8785, 3.2.3: the emoji's surrogates sort before U+FB33 although its code point is larger.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    data = rules.canonical_json(dict.fromkeys(keys, 1))
    assert list(json.loads(data)) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_control_characters_are_escaped_as_the_standard_shows():
    assert rules.canonical_json('€$\x0f\nA\'B"\\\\"/') == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()


@pytest.mark.parametrize("value", [1.0, True, None, 2**53, "\ud800", {1: 2}, b"x", {"a": [0.5]}])
def test_what_writers_disagree_about_is_refused(value):
    with pytest.raises(rules.NotCanonical):
        rules.canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b"1.0",
        b"-0",
        b"01",
        b"[1",
        b"\xff",
        b'"\\u0041"',
        b"[" * 5000,
    ],
)
def test_bytes_in_another_form_are_refused(data):
    with pytest.raises(rules.NotCanonical):
        rules.read_canonical(data)


def test_the_leaf_of_an_empty_entry_is_the_standards():
    assert rules.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@given(st.binary(max_size=64))
def test_a_leaf_is_never_the_plain_hash(entry):
    assert rules.leaf_hash(entry) == hashlib.sha256(b"\x00" + entry).digest()
    assert rules.leaf_hash(entry) != hashlib.sha256(entry).digest()


def test_the_documented_example_opens():
    verifier = rules.NoteVerifier.from_text(EXAMPLE_KEY)
    assert rules.open_note(EXAMPLE_NOTE, verifier) == EXAMPLE_TEXT
    assert verifier.text == EXAMPLE_KEY


@given(texts)
def test_a_signed_note_opens_to_its_text(text):
    note = rules.sign_note(text, SIGNER)
    assert rules.open_note(note, SIGNER.verifier) == text
    assert rules.sign_note(text, SIGNER) == note


@given(st.data())
def test_one_altered_character_is_refused(data):
    note = rules.sign_note("box EP-2026-16.resident\nentry 00\n", SIGNER)
    place = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(exclude_characters=note[place]))
    altered = note[:place] + other + note[place + 1 :]
    with pytest.raises(rules.NoteRefused):
        rules.open_note(altered, SIGNER.verifier)


def test_a_second_spelling_of_the_same_signature_is_refused():
    note = rules.sign_note("entry 00\n", SIGNER)
    last = note[-3]  # before '=' and the newline; its two lowest bits mean nothing
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = note[:-3] + alphabet[alphabet.index(last) ^ 1] + note[-2:]
    with pytest.raises(rules.NoteRefused):
        rules.open_note(twin, SIGNER.verifier)


def test_a_verifier_that_skips_the_signature_would_be_noticed(monkeypatch):
    """Planted defect: with the signature check gone, the property above does not hold any more."""
    note = rules.sign_note("entry 00\n", SIGNER)
    monkeypatch.setattr(rules.NoteVerifier, "accepts", lambda *_: True)
    assert rules.open_note(note.replace("00", "01"), SIGNER.verifier) == "entry 01\n"


def test_lines_of_other_keys_are_passed_over():
    other = rules.NoteSigner("witness.example", bytes(32))
    note = rules.sign_note("size 7\n", SIGNER)
    witnessed = note + rules.sign_note("size 7\n", other).rpartition("\n\n")[2]
    assert rules.open_note(witnessed, other.verifier) == "size 7\n"
    with pytest.raises(rules.NoteRefused):
        rules.open_note(note, other.verifier)


@pytest.mark.parametrize("text", ["", "no newline", "a tab\t\n", "a return\r\n"])
def test_a_text_that_readers_would_refuse_is_not_signed(text):
    with pytest.raises(rules.NoteRefused):
        rules.sign_note(text, SIGNER)


@pytest.mark.parametrize(
    "text", ["", "+", "name+00000000+", EXAMPLE_KEY[:-4] + "AAAA", "a b" + EXAMPLE_KEY[12:], "n+1+?"]
)
def test_a_damaged_key_is_refused(text):
    with pytest.raises(rules.NoteRefused):
        rules.NoteVerifier.from_text(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b"])
def test_a_name_that_would_break_the_line_is_refused(name):
    with pytest.raises(rules.NoteRefused):
        rules.NoteSigner(name, bytes(32))
