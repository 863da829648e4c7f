"""Everything that a person can be allowed to do, and who is asking."""

import enum
import uuid
from dataclasses import dataclass, field


class Permission(enum.StrEnum):
    """Named `area:action`. `accounts/rules.py` says which role grants what."""

    # residents
    CAST_BALLOT = "ballot:cast"
    WRITE_COMMENT = "comment:write"
    ASK_ABOUT_LINE = "line:ask"
    SEE_OWN_PAGE = "me:see"
    # every member of staff
    USE_DESK = "desk:use"
    # office
    PLAN_PROGRAMME = "programme:plan"
    MODERATE_COMMENTS = "comment:moderate"
    RUN_BOXES = "box:run"
    APPROVE_RESULTS = "result:approve"
    MANAGE_UNITS = "unit:manage"
    INVITE_PANEL = "panel:invite"
    SEE_OFFICE_DESK = "office:see"
    SUPERVISE = "matter:supervise"
    KEEP_CALENDAR = "calendar:keep"
    KEEP_KIOSKS = "kiosk:keep"
    WATCH_CASES = "case:watch"
    KEEP_FEEDS = "feed:keep"
    # station
    DELIVER_RECORDING = "recording:deliver"
    SEE_STATION_DESK = "station:see"
    # station and office
    PREVIEW_RECORDING = "recording:preview"
    # unit
    KEEP_UNIT = "unit:keep"
    REPLY_TO_COMMENTS = "comment:reply"
    ANSWER_MATTERS = "matter:answer"
    HANDLE_CASES = "case:handle"
    SEE_UNIT_DESK = "unit:see"
    # whoever handles reports of misconduct
    READ_REPORTS = "report:read"
    # auditor
    READ_AUDIT = "audit:read"
    # auditor and administrator
    SEE_RETENTION = "retention:see"
    # administrator
    MANAGE_STAFF = "staff:manage"


RESIDENT_PERMISSIONS = frozenset(
    {Permission.CAST_BALLOT, Permission.WRITE_COMMENT, Permission.ASK_ABOUT_LINE, Permission.SEE_OWN_PAGE}
)


class ActorKind(enum.StrEnum):
    ANONYMOUS = "anonymous"
    RESIDENT = "resident"
    STAFF = "staff"
    SYSTEM = "system"  # the worker and the command line


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: handed to services as an argument. `id` is the resident's or staff member's key."""

    kind: ActorKind
    id: uuid.UUID | None = None
    name: str = ""  # what pages and records call this person: a post, never a personal name
    permissions: frozenset[Permission] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        """Whether this person holds `permission`."""
        return permission in self.permissions

    @property
    def is_resident(self) -> bool:
        return self.kind is ActorKind.RESIDENT

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SYSTEM = Actor(kind=ActorKind.SYSTEM, name="系统", permissions=frozenset(Permission))
