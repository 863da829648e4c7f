"""What numbers, networks, logins and roles mean."""

import phonenumbers
import pytest

from evalapp.accounts import rules
from evalapp.accounts.rules import Role
from evalapp.core.errors import Conflict, Invalid
from evalapp.core.permissions import Permission

SPELLINGS = [
    "12000000001",
    "120 0000 0001",
    "120-0000-0001",
    "+8612000000001",
    "+86 120 0000 0001",
    "8612000000001",
    "008612000000001",
    "0086 120-0000-0001",
    "１２００００００００１",
    "＋８６ １２０ ００００ ０００１",
    " 12000000001\u3000",
    "120–0000–0001",
]


@pytest.mark.parametrize("typed", SPELLINGS)
def test_every_spelling_of_a_number_is_the_same_number(typed: str) -> None:
    assert rules.parse_number(typed, production=False) == "+8612000000001"


@pytest.mark.parametrize("typed", SPELLINGS)
def test_fictional_numbers_are_refused_in_production(typed: str) -> None:
    with pytest.raises(Invalid):
        rules.parse_number(typed, production=True)


@pytest.mark.parametrize(
    "typed", ["", "1", "1200000000", "120000000011", "abc", "+14155550100", "010-12345678", "+", "1" * 40]
)
@pytest.mark.parametrize("production", [True, False])
def test_what_is_no_mobile_number_here_is_refused(typed: str, *, production: bool) -> None:
    with pytest.raises(Invalid) as refused:
        rules.parse_number(typed, production=production)
    assert refused.value.field == "phone"


@pytest.mark.parametrize("more", [";ext=5", "x5", "#5", "转5", ";phone-context=+86", "ext.5", ",,5", "A"])
def test_a_number_with_anything_behind_it_is_refused(more: str) -> None:
    example = phonenumbers.example_number_for_type("CN", phonenumbers.PhoneNumberType.MOBILE)
    assert rules.parse_number(str(example.national_number), production=True).startswith("+861")
    with pytest.raises(Invalid):
        rules.parse_number(f"{example.national_number}{more}", production=True)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("2001:db8:1:200:ffff::9", "2001:db8:1:200::/56"),
        ("", "unknown"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_limits_know_networks_not_addresses(address: str | None, network: str) -> None:
    assert rules.origin(address, ()).network == network


def test_carriers_are_known_by_their_networks() -> None:
    carriers = rules.carriers("192.0.2.0/24, 2001:db8::/32")
    assert rules.origin("192.0.2.9", carriers).is_carrier
    assert rules.origin("2001:db8::1", carriers).is_carrier
    assert not rules.origin("198.51.100.9", carriers).is_carrier


def test_no_role_holds_the_accounts_and_the_record() -> None:
    assert not [
        role
        for role, granted in rules.PERMISSIONS.items()
        if {Permission.MANAGE_STAFF, Permission.READ_AUDIT} <= granted
    ]


def test_who_keeps_accounts_or_the_record_decides_nothing_else() -> None:
    assert rules.PERMISSIONS[Role.ADMINISTRATOR] == {
        Permission.USE_DESK,
        Permission.MANAGE_STAFF,
        Permission.SEE_RETENTION,
    }
    assert rules.PERMISSIONS[Role.AUDITOR] == {
        Permission.USE_DESK,
        Permission.READ_AUDIT,
        Permission.SEE_RETENTION,
    }


def test_every_role_has_permissions_and_a_desk() -> None:
    assert rules.PERMISSIONS.keys() == rules.DESKS.keys() == set(Role)


@pytest.mark.parametrize("login", ["a", "A b", "x" * 40, "<b>", "a\u200bb", "审 计"])
def test_a_login_that_could_be_mistaken_is_refused(login: str) -> None:
    with pytest.raises(Invalid):
        rules.check_login(login)


@pytest.mark.parametrize(
    ("typed", "kept"), [("Office2", "office2"), (" unit-审计 ", "unit-审计"), ("ｏｆｆｉｃｅ", "office")]
)
def test_a_login_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert rules.check_login(typed) == kept


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "office2-office2!", "x" * 200])
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(Invalid):
        rules.check_new_password(password, login="office2", same_as_before=False)


def test_the_old_password_is_refused() -> None:
    with pytest.raises(Conflict):
        rules.check_new_password("three quiet lanterns", login="office2", same_as_before=True)
