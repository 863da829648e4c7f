"""Keyed hashes: stable where they must be, unrelated where they must not."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.ballots.rules import voters
from evalapp.ballots.rules.voters import PersonKind

secrets = st.binary(min_size=32, max_size=32)
NUMBER = "+8612012345678"


@given(secrets, secrets)
def test_a_voter_key_is_the_published_formula_and_differs_between_episodes(one, other):
    person = voters.person_id(bytes(32), PersonKind.TELEPHONE, NUMBER)
    assert voters.voter_key(one, person) == hmac.new(one, person, hashlib.sha256).digest()
    assert (voters.voter_key(one, person) == voters.voter_key(other, person)) is (one == other)


def test_a_number_and_a_code_of_the_same_digits_are_two_people():
    number = voters.person_id(bytes(32), PersonKind.TELEPHONE, "12345678")
    assert number != voters.person_id(bytes(32), PersonKind.CODE, "12345678")


def test_a_voter_key_is_made_of_a_person_id_only():
    with pytest.raises(ValueError, match="32 bytes"):
        voters.voter_key(bytes(32), NUMBER.encode())


@given(st.text(max_size=40), st.binary(max_size=60), st.binary(max_size=60))
def test_a_repeated_request_is_told_from_one_with_another_body(key, body, other):
    mark = voters.request_mark(bytes(32), voter=bytes(32), key=key, body=body)
    again = voters.request_mark(bytes(32), voter=bytes(32), key=key, body=other)
    assert mark.key == again.key
    assert mark.repeats(body=again.body) is (body == other)


def test_equal_requests_of_two_people_leave_unlike_marks():
    one = voters.request_mark(bytes(32), voter=b"a" * 32, key="k", body=b"{}")
    two = voters.request_mark(bytes(32), voter=b"b" * 32, key="k", body=b"{}")
    assert one.key != two.key
    assert one.body != two.body


def test_marks_are_no_plain_hashes():
    mark = voters.request_mark(bytes(32), voter=b"", key="k", body=b"{}")
    assert mark.key != hashlib.sha256(b"k").digest()
    assert mark.body != hashlib.sha256(b"{}").digest()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:12:34ff::1", "2001:db8:12:3400::/56"),
        ("2001:db8:12:34aa:1:2:3:4", "2001:db8:12:3400::/56"),
        ("fe80::1%eth0", "fe80::/56"),
    ],
)
def test_addresses_are_reduced_to_their_network(address, network):
    assert voters.network_of(address) == network


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_hopping_inside_a_56_changes_nothing(low, other):
    base = int.from_bytes(bytes.fromhex("20010db800123400"), "big") << 64
    first, second = (str(__import__("ipaddress").IPv6Address(base | tail)) for tail in (low, other))
    assert voters.network_of(first) == voters.network_of(second)


def test_the_first_seven_digits_are_those_of_the_national_number():
    assert voters.number_block("+8612012345678") == "1201234"
    assert voters.number_block("+85251234567") == "8525123"


def test_signals_of_two_episodes_cannot_be_joined():
    makers = (voters.device_signal, voters.network_signal, voters.number_block_signal)
    seen = {maker(key, "192.0.2.0/24") for maker in makers for key in (bytes(32), b"k" * 32)}
    assert len(seen) == 6


def test_a_bucket_is_five_minutes():
    moments = [
        datetime(2026, 11, 23, 12, minute, second, tzinfo=UTC) for minute, second in ((0, 0), (4, 59), (5, 0))
    ]
    first, same, following = map(voters.time_bucket, moments)
    assert (same, following) == (first, first + 1)


@given(st.integers(0, 2**40), st.text(max_size=40), st.text(max_size=40))
def test_only_the_voters_own_key_shows_the_time(second, key, other):
    hidden = voters.hide_time(bytes(32), key=key, second=second)
    assert len(hidden) == 8
    assert voters.show_time(bytes(32), key=key, hidden=hidden) == second
    assert (voters.show_time(bytes(32), key=other, hidden=hidden) == second) is (key == other)
