"""Every ballot has one length, opens to itself with the box's key and with no other."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules import sealing
from evalapp.ballots.rules.grades import Channel, Dimension, Opinion, Unfit
from evalapp.ballots.rules.sealing import Ballot, Opener, Unreadable
from evalapp.ledger.rules import leaf_hash, read_canonical

KEYS = sealing.new_key_pair()
codes = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=16)
opinions = st.builds(
    Opinion,
    grades=st.fixed_dictionaries({dimension: st.integers(0, 5) for dimension in Dimension}),
    reasons=st.dictionaries(
        st.sampled_from(Dimension),
        st.lists(codes, min_size=1, max_size=3, unique=True).map(lambda c: tuple(sorted(c))),
    ),
)
ballots = st.builds(
    Ballot,
    box=st.just("EP-2026-16.resident"),
    voter_key=st.binary(min_size=32, max_size=32),
    sequence=st.integers(1, 99),
    nonce=st.binary(min_size=16, max_size=16),
    opinion=st.none() | opinions,
    channel=st.sampled_from(Channel),
)


def longest():
    """Every field as long as it is allowed to be."""
    return Ballot(
        box="x" * 36,
        voter_key=bytes(32),
        sequence=99,
        nonce=bytes(16),
        opinion=Opinion(
            grades=dict.fromkeys(Dimension, 1),
            reasons={
                dimension: tuple(f"{dimension:x<15.15}{i}" for i in range(3)) for dimension in Dimension
            },
        ),
        channel=max(Channel, key=len),
    )


@given(ballots)
def test_a_ballot_is_512_bytes_and_opens_to_itself(ballot):
    data = sealing.ballot_bytes(ballot)
    assert len(data) == 512
    envelope = sealing.seal(data, public_key=KEYS.public)
    assert len(envelope) == sealing.ENVELOPE_BYTES
    assert Opener(KEYS.private).open(envelope) == ballot


def test_the_longest_ballot_that_is_allowed_fits():
    data = sealing.ballot_bytes(longest())
    assert len(data) == 512
    assert sealing.read_ballot(data) == longest()


def test_a_longer_one_is_refused_before_sealing():
    ballot = longest()
    too_long = {key: (*codes, "x" * 16, "y" * 16) for key, codes in ballot.opinion.reasons.items()}
    with pytest.raises(Unfit):
        sealing.ballot_bytes(
            Ballot(
                box=ballot.box,
                voter_key=ballot.voter_key,
                sequence=ballot.sequence,
                nonce=ballot.nonce,
                opinion=Opinion(grades=ballot.opinion.grades, reasons=too_long),
                channel=ballot.channel,
            )
        )
    with pytest.raises(Unfit):
        sealing.seal(b"x" * 513, public_key=KEYS.public)


def test_without_padding_lengths_would_tell_the_grades(monkeypatch):
    """Planted defect: unpadded, a withdrawal and a ballot with reasons are told apart by their length."""
    lengths = set()
    for opinion in (None, longest().opinion):
        ballot = Ballot(**{**vars(longest()), "opinion": opinion})
        lengths.add(len(sealing.ballot_bytes(ballot).rstrip(b" ")))
    assert len(lengths) == 2


def test_two_envelopes_of_one_ballot_differ():
    data = sealing.ballot_bytes(longest())
    assert sealing.seal(data, public_key=KEYS.public) != sealing.seal(data, public_key=KEYS.public)


def test_another_key_opens_nothing():
    envelope = sealing.seal(sealing.ballot_bytes(longest()), public_key=KEYS.public)
    with pytest.raises(Unreadable):
        Opener(sealing.new_key_pair().private).open(envelope)


@given(st.data())
def test_an_altered_envelope_does_not_open(data):
    envelope = bytearray(sealing.seal(sealing.ballot_bytes(longest()), public_key=KEYS.public))
    envelope[data.draw(st.integers(0, len(envelope) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        Opener(KEYS.private).open(bytes(envelope))


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f | {"version": 2},
        lambda f: f | {"sequence": 0},
        lambda f: f | {"sequence": "1"},
        lambda f: f | {"voter": "00"},
        lambda f: f | {"nonce": "zz" * 16},
        lambda f: f | {"channel": "carrier pigeon"},
        lambda f: f | {"grades": {"openness": 5}},
        lambda f: f | {"grades": {"openness": 5, "highlights": 5, "service": 6}},
        lambda f: f | {"extra": 1},
        lambda f: f | {"box": 1},
        lambda f: f | {"reasons": []},
        lambda f: {k: v for k, v in f.items() if k != "reasons"},
    ],
)
def test_what_is_no_ballot_is_not_counted(change):
    fields = json.loads(sealing.ballot_bytes(longest()))
    data = json.dumps(change(fields), sort_keys=True, separators=(",", ":")).encode().ljust(512)
    with pytest.raises(Unreadable):
        sealing.read_ballot(data)


@given(st.binary(max_size=600))
def test_rubbish_is_unreadable_and_nothing_worse(data):
    with pytest.raises(Unreadable):
        sealing.read_ballot(data)
    with pytest.raises(Unreadable):
        Opener(KEYS.private).open(data)


def test_an_entry_holds_the_nonces_hash_and_the_envelope():
    envelope = sealing.seal(sealing.ballot_bytes(longest()), public_key=KEYS.public)
    entry = sealing.ballot_entry(nonce=b"n" * 16, envelope=envelope)
    assert entry[0] == 1
    assert sealing.split_ballot_entry(entry) == (sealing.nonce_hash(b"n" * 16), envelope)
    with pytest.raises(Unreadable):
        sealing.split_ballot_entry(entry[:-1])


def test_the_nonces_hash_is_the_published_formula():
    # printf 'evalapp nonce' followed by sixteen zero bytes, through sha256sum
    assert (
        sealing.nonce_hash(bytes(16)).hex()
        == "475e4b592b66491c823ff6cc5658b6c8dd64111fa98d49879b028df2de691c51"
    )


def test_other_entries_begin_with_their_kind_and_go_on_as_a_document():
    closing = sealing.closing_entry(box="EP-2026-16.panel", closes_at="2026-11-26T16:00:00Z")
    extension = sealing.extension_entry(
        box="EP-2026-16.panel", closes_at="2026-11-27T16:00:00Z", reason="停电", posts=("主任", "副主任")
    )
    voiding = sealing.voiding_entry(box="EP-2026-16.panel", reason="停播", posts=("主任", "副主任"))
    assert [entry[0] for entry in (closing, extension, voiding)] == [2, 3, 3]
    assert read_canonical(extension[1:])["posts"] == ["主任", "副主任"]
    assert len({leaf_hash(entry) for entry in (closing, extension, voiding)}) == 3
