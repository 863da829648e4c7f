"""Decisions about people: which role may do what, how long things last, what a typed number means."""

import enum
import ipaddress
import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers

from evalapp.core.errors import Conflict, Invalid
from evalapp.core.i18n import N_
from evalapp.core.permissions import Permission


class Role(enum.StrEnum):
    OFFICE = "office"
    UNIT = "unit"
    STATION = "station"
    REPORTS = "reports"  # reads what was moved to the misconduct channel, and nothing else
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Purpose(enum.StrEnum):
    """What a resident agrees to, each on its own."""

    SIGN_IN = "sign_in"  # the number proves one person, one ballot
    REPLY_NOTICES = "reply_notices"  # a message when a unit has answered or something followed has news
    EXTENSION_NOTICES = "extension_notices"  # a message when grading closes later than announced


LETTERS = (
    Purpose.REPLY_NOTICES,
    Purpose.EXTENSION_NOTICES,
)  # what is told by letters, each agreed to on its own


class CodePurpose(enum.StrEnum):
    """What a one-time code is for; it serves nothing else."""

    SIGN_IN = "sign_in"
    CHANGE_NUMBER = "change_number"


@dataclass(frozen=True, kw_only=True)
class KeptId:
    """A person id from before a number was changed, and until when announced episodes know the person by it."""

    person_id: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class PersonIds:
    """The ids that one person has: the present one, and those kept, oldest first."""

    present: str
    kept: tuple[KeptId, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return (self.present, *(one.person_id for one in self.kept))

    def in_box_of(self, announced_at: datetime) -> str:
        """The id by which an episode announced then knows the person: the one of that time, so that nobody votes twice."""
        return next((one.person_id for one in self.kept if announced_at <= one.until), self.present)


# No role holds the administration of the system, of security and of the audit at once (reliability.md F4):
# the system belongs to the command line, accounts to the administrator, the record to the auditor.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICE: frozenset(
        {
            Permission.USE_DESK,
            Permission.SEE_OFFICE_DESK,
            Permission.PLAN_PROGRAMME,
            Permission.MODERATE_COMMENTS,
            Permission.RUN_BOXES,
            Permission.APPROVE_RESULTS,
            Permission.MANAGE_UNITS,
            Permission.INVITE_PANEL,
            Permission.SUPERVISE,
            Permission.KEEP_CALENDAR,
            Permission.KEEP_KIOSKS,
            Permission.WATCH_CASES,
            Permission.KEEP_FEEDS,
            Permission.PREVIEW_RECORDING,
        }
    ),
    Role.UNIT: frozenset(
        {
            Permission.USE_DESK,
            Permission.SEE_UNIT_DESK,
            Permission.KEEP_UNIT,
            Permission.REPLY_TO_COMMENTS,
            Permission.ANSWER_MATTERS,
            Permission.HANDLE_CASES,
        }
    ),
    Role.STATION: frozenset(
        {
            Permission.USE_DESK,
            Permission.SEE_STATION_DESK,
            Permission.DELIVER_RECORDING,
            Permission.PREVIEW_RECORDING,
        }
    ),
    Role.REPORTS: frozenset({Permission.USE_DESK, Permission.READ_REPORTS}),
    Role.AUDITOR: frozenset({Permission.USE_DESK, Permission.READ_AUDIT, Permission.SEE_RETENTION}),
    Role.ADMINISTRATOR: frozenset({Permission.USE_DESK, Permission.MANAGE_STAFF, Permission.SEE_RETENTION}),
}
DESKS = {
    Role.OFFICE: "/desk/office",
    Role.UNIT: "/desk/unit",
    Role.STATION: "/desk/station",
    Role.REPORTS: "/desk/reports",
    Role.AUDITOR: "/desk/audit",
    Role.ADMINISTRATOR: "/desk/staff",
}

ADDRESS_KEPT = timedelta(hours=24)  # a mail address that nobody confirms
ADDRESSES_A_DAY = 3  # letters to confirm, to one person and to one address
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}"
)

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=5)
CODE_TRIES = 5
CODE_KEPT = timedelta(hours=24)  # requests are kept this long for the daily limits, then deleted
BLOCK_LIFE = timedelta(days=30)  # who asked us to stop gets no code for this long
# A ballot may be on its way while its voter's number is changed: episodes announced a moment later still know the old id.
NUMBER_CHANGE_GRACE = timedelta(minutes=1)
NUMBER_IDLE = timedelta(days=180)  # a number may have gone to somebody else meanwhile
NUMBER_KEPT = timedelta(days=730)  # a number unused for two years is erased

RESIDENT_SESSION = timedelta(days=30)  # after it was last seen
STAFF_SESSION = timedelta(hours=12)  # after signing in
STAFF_IDLE = timedelta(hours=2)  # after it was last seen
SEEN_EVERY = timedelta(minutes=5)  # how exactly "last seen" is known
SESSION_KEPT = timedelta(days=30)  # ended sessions are kept this long, then deleted
ENROLMENT_LIFE = timedelta(minutes=30)

THROTTLE = timedelta(seconds=60)
FAILURES_HERE = 5  # of one login from one network: whoever guesses stops only themselves
FAILURES_OF_A_LOGIN = 30  # from all networks together
FAILURES_OF_A_NETWORK = 30  # of all logins together
PASSWORD_LEAST = 12
FAILED_CODES_ALARM = 100  # of all residents in five minutes
_LOGIN = re.compile(r"[a-z0-9\u4e00-\u9fff][a-z0-9\u4e00-\u9fff._-]{1,31}")
_FICTIONAL = re.compile(r"(?:\+?86|0086)?(12\d{9})")
_DIGITS = re.compile(r"\+?[0-9]{1,20}")
_SPACING = re.compile(r"[\s\-‐-―()（）.·]+")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a request comes from, as limits and records may know it: a network, never an address."""

    network: str
    is_carrier: bool = False


def origin(address: str | None, carriers: Sequence[str]) -> Origin:
    """Return the /24 or /56 that `address` lies in, and whether a carrier puts many people behind it."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return Origin(network="unknown")
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 56
    network = ipaddress.ip_network((parsed, prefix), strict=False)
    inside = any(parsed in ipaddress.ip_network(carrier, strict=False) for carrier in carriers)
    return Origin(network=str(network), is_carrier=inside)


def carriers(setting: str) -> tuple[str, ...]:
    """Return the networks that the setting lists, separated by commas."""
    return tuple(part.strip() for part in setting.split(",") if part.strip())


def parse_number(typed: str, *, production: bool) -> str:
    """Return a typed mobile number as E.164, however it was spelt. Raises `Invalid`.

    Outside production the numbers that can belong to nobody (+86 12 and nine digits) are accepted too.
    """
    text = _SPACING.sub("", unicodedata.normalize("NFKC", typed))
    fictional = _FICTIONAL.fullmatch(text)
    if fictional and not production:
        return f"+86{fictional.group(1)}"
    refusal = Invalid(N_("请填 11 位手机号码。"), field="phone")
    if not _DIGITS.fullmatch(text):  # an extension or letters, which the library reads along
        raise refusal
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise refusal from None
    mobile = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    if (
        number.country_code != 86
        or not phonenumbers.is_valid_number(number)
        or phonenumbers.number_type(number) not in mobile
    ):
        raise refusal
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def masked(number: str) -> str:
    """Return a number as its owner recognises it and nobody else does: 138 **** 5678."""
    national = number.removeprefix("+86")
    return f"{national[:3]} **** {national[-4:]}"


def parse_address(typed: str) -> str:
    """Return a typed mail address in the one form that it is kept in. Raises `Invalid`."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if len(text) > 254 or not _ADDRESS.fullmatch(text):
        raise Invalid(N_("请填邮箱地址，例如 name@example.com。"), field="address")
    name, _, host = text.rpartition("@")
    return f"{name}@{host.lower()}"


def masked_address(address: str) -> str:
    """Return a mail address as its owner recognises it and nobody else does: n***@example.com."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}***@{host}"


def number_block(number: str) -> str:
    """Return the first seven digits of a mobile number, which one seller's cards share."""
    return number.removeprefix("+86")[:7]


def plain_code(typed: str) -> str:
    """Return the digits of a typed code: full-width ones and spaces are what people type."""
    return _SPACING.sub("", unicodedata.normalize("NFKC", typed))


def is_forgotten(last_used_at: datetime, now: datetime) -> bool:
    """Whether a number lay idle so long that its present holder must not see what was before."""
    return now - last_used_at >= NUMBER_IDLE


def may_approve(approves_from: datetime | None, now: datetime) -> bool:
    """Whether the rights of an approver have begun."""
    return approves_from is not None and approves_from <= now


def check_login(login: str) -> str:
    """Return a login in the one form that it is kept in. Raises `Invalid`."""
    plain = unicodedata.normalize("NFKC", login).strip().lower()
    if not _LOGIN.fullmatch(plain):
        raise Invalid(N_("登录名用 2 到 32 个汉字、小写字母、数字、点或横线。"), field="login")
    return plain


def check_new_password(password: str, *, login: str, same_as_before: bool) -> None:
    """Refuse a password that is short, is the login, has hardly any variety, or is the old one. Raises `Invalid`."""
    if len(password) < PASSWORD_LEAST:
        raise Invalid(N_("密码至少 %(least)s 个字符。"), field="new_password", least=PASSWORD_LEAST)
    if len(password) > 128:
        raise Invalid(N_("密码最多 128 个字符。"), field="new_password")
    if login in password.lower() or len(set(password)) < 5:
        raise Invalid(N_("这个密码太容易猜到，请换一个，例如几个不相干的词。"), field="new_password")
    if same_as_before:
        raise Conflict(N_("新密码不能与原来的一样。"), field="new_password")


KIOSK_CODE_DIGITS = 12  # typed on the screen itself, where there are digits and may be no letters
KIOSK_CODE_LIFE = timedelta(minutes=30)
KIOSK_GRACE = timedelta(seconds=10)  # the screen tells us a little later than it was touched
KIOSK_SEEN_EVERY = timedelta(minutes=5)
IDLE_SECONDS = range(10, 901)
LARGEST_BALLOT_CAP = 5_000


def kiosk_device(kiosk_id: uuid.UUID) -> str:
    """The mark under which limits and integrity rules know the ballots of a kiosk."""
    return f"kiosk:{kiosk_id}"
