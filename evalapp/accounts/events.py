"""Facts about residents and staff that other domains act on."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from evalapp.accounts.rules import Purpose
from evalapp.core.events import Event
from evalapp.core.permissions import Actor


@dataclass(frozen=True, kw_only=True)
class ResidentErased(Event):
    """A resident's number and sessions are gone; what other domains hold of the person must follow."""

    resident_id: uuid.UUID
    person_id: str


@dataclass(frozen=True, kw_only=True)
class NumberStopped(Event):
    """The holder of a number sent the word that stops our messages, whether we know them as a resident or not."""

    person_id: str


@dataclass(frozen=True, kw_only=True)
class ResidentStartedAnew(Event):
    """A number came back after so long that its holder may be another person: nothing of before is theirs."""

    resident_id: uuid.UUID
    person_id: str


@dataclass(frozen=True, kw_only=True)
class NoticesStopped(Event):
    """A resident no longer wants messages of a kind."""

    resident_id: uuid.UUID
    purpose: Purpose


@dataclass(frozen=True, kw_only=True)
class StaffAct(Event):
    """Somebody did something to a staff account; `audit` records it."""

    actor: Actor
    login: str
    detail: dict[str, Any] = field(default_factory=dict)


class StaffAdded(StaffAct):
    """An account was made."""


class StaffRoleChanged(StaffAct):
    """An account has another role."""


class StaffDisabled(StaffAct):
    """An account may no longer sign in."""


class StaffEnabled(StaffAct):
    """A disabled account may sign in again."""


class StaffEnrolled(StaffAct):
    """A person set a password and a second factor."""


class StaffPasswordChanged(StaffAct):
    """A person set another password."""


class TotpResetAsked(StaffAct):
    """An administrator asked that a second factor be taken away."""


class TotpResetDropped(StaffAct):
    """That request was taken back or turned down."""


class TotpWasReset(StaffAct):
    """A second factor was taken away, by two administrators or on the command line."""


class StaffSignedIn(StaffAct):
    """A person signed in at a desk."""


STAFF_ACTS: tuple[type[StaffAct], ...] = (
    StaffAdded,
    StaffRoleChanged,
    StaffDisabled,
    StaffEnabled,
    StaffEnrolled,
    StaffPasswordChanged,
    TotpResetAsked,
    TotpResetDropped,
    TotpWasReset,
    StaffSignedIn,
)


@dataclass(frozen=True, kw_only=True)
class KioskAct(Event):
    """Somebody did something to a kiosk; `audit` records it."""

    actor: Actor
    kiosk: str
    detail: dict[str, Any] = field(default_factory=dict)


class KioskRegistered(KioskAct):
    """A kiosk may be set up."""


class KioskCodeRenewed(KioskAct):
    """A kiosk may be set up once more: another browser takes its place."""


class KioskAdopted(KioskAct):
    """A browser became the kiosk."""


class KioskWithdrawn(KioskAct):
    """A kiosk is an ordinary browser again."""


KIOSK_ACTS: tuple[type[KioskAct], ...] = (
    KioskRegistered,
    KioskCodeRenewed,
    KioskAdopted,
    KioskWithdrawn,
)
