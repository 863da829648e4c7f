"""The settings: read once from the environment, checked, frozen. `.env.example` explains each."""

import enum
import ipaddress
import os
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "EVALAPP_"
LEAST_SECRET = 32  # bytes
_FARTHEST = 20 * 366 * 86_400  # seconds that a clock may run ahead
_DATABASES = frozenset({"sqlite", "postgresql", "postgres", "postgresql+psycopg"})
_CARRIERS = frozenset({"redis", "rediss", "redis+socket"})
_OPEN_PARTS = frozenset({"host", "port", "sslmode"})  # of an address's query; whatever else may be a secret


class BadSettings(ValueError):  # noqa: N818  what it says is for the person who set them
    """Settings that cannot be used: a plain sentence for each, which names the variable and says what to do."""


class Environment(enum.StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From when until when no letter goes out, by the clocks of the district; usually over midnight."""

    start: time
    end: time


class Settings(BaseSettings):
    """Every variable has the prefix `EVALAPP_`; every secret may also be given as `…_FILE`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    env: Environment = Environment.DEVELOPMENT
    data_dir: Path = Path("var")
    database_url: SecretStr = SecretStr("")
    redis_url: SecretStr = SecretStr("")
    s3_url: SecretStr = SecretStr("")
    secret_key: SecretStr = SecretStr("")
    sms_gateway: str = "outbox"
    mail_url: SecretStr = SecretStr("outbox")
    mail_from: str = ""
    public_url: str = "http://127.0.0.1:8000"
    site_name: str = "大家看 大家评"
    district: str = "晴川区"
    hotline: str = "12345"
    timezone: str = "Asia/Shanghai"
    clock_offset: int = Field(default=0, ge=0, le=_FARTHEST)
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    outbox_in_production: bool = False
    media_sandbox: Literal["auto", "bwrap", "unshare", "none"] = "auto"

    # Limits of sign-in codes (reliability.md D4), counted in the database so that they hold across processes.
    code_seconds_between: int = Field(default=60, ge=0)
    codes_per_number_day: int = Field(default=5, ge=1)
    codes_per_device_hour: int = Field(default=10, ge=1)
    codes_per_kiosk_hour: int = Field(default=120, ge=1)
    codes_per_network_hour: int = Field(default=30, ge=1)
    codes_per_carrier_network_hour: int = Field(default=300, ge=1)
    codes_in_all_hour: int = Field(default=2_500, ge=1)
    code_question_from_percent: int = Field(default=50, ge=0, le=100)
    carrier_networks: str = ""

    upload_limit_bytes: int = Field(default=20 * 1024**3, ge=1024**2)
    upload_piece_bytes: int = Field(default=8 * 1024**2, ge=64 * 1024)
    comment_moderation: Literal["before", "after"] = "before"
    comments_per_resident_hour: int = Field(default=10, ge=1)
    two_person_wait_hours: int = Field(default=24, ge=0)

    quiet_hours: str = "21:00-08:00"
    digest_hour: int = Field(default=9, ge=0, le=23)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            return value
        try:
            url = make_url(value.get_secret_value())
        except (ArgumentError, ValueError):  # what it says holds the address
            url = None
        is_nowhere = (
            url is not None and url.get_backend_name() == "sqlite" and url.database in {None, ":memory:"}
        )
        if url is None or url.drivername not in _DATABASES or is_nowhere:
            raise ValueError(
                "EVALAPP_DATABASE_URL is postgresql://user@host/name or sqlite:////path/to/file; leave it empty for SQLite in the "
                "data folder"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, value: str) -> str:
        name, _, host = value.partition("@")
        if value and not (name and host and "@" not in host and value.isprintable() and " " not in value):
            raise ValueError("EVALAPP_MAIL_FROM is an address such as noreply@example.gov.cn")
        return value

    @field_validator("redis_url")
    @classmethod
    def _a_carrier(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and _split(value.get_secret_value()).scheme not in _CARRIERS:
            raise ValueError("EVALAPP_REDIS_URL is redis://host/0; leave it empty to let the worker poll")
        return value

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        url = _split(value)
        if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/") or url.query:
            raise ValueError("EVALAPP_PUBLIC_URL is http://host or https://host, without a path")
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (LookupError, ValueError, OSError):
            raise ValueError("EVALAPP_TIMEZONE is the name of a timezone such as Asia/Shanghai") from None
        return value

    @field_validator("carrier_networks")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            try:
                ipaddress.ip_network(part, strict=False)
            except ValueError:
                raise ValueError(
                    f"EVALAPP_CARRIER_NETWORKS is networks separated by commas, such as 100.64.0.0/10; {part!r} is none"
                ) from None
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _two_times(cls, value: str) -> str:
        _quiet(value)
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        url = _split(value.get_secret_value())
        if value.get_secret_value() != "outbox" and not (
            url.scheme in {"smtp", "smtps"} and url.hostname and not url.path.strip("/") and not url.query
        ):
            raise ValueError("EVALAPP_MAIL_URL is smtp://[user:password@]host[:port], smtps://… or outbox")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.s3_url.get_secret_value():
            raise ValueError(
                "EVALAPP_S3_URL is not supported yet: files live in the data folder; leave it empty"
            )
        if self.is_production:
            self._require_production()
        return self

    def _require_production(self) -> None:
        if self.clock_offset:
            raise ValueError("EVALAPP_CLOCK_OFFSET is refused in production: leave it empty")
        if "outbox" in {self.sms_gateway, self.mail_url.get_secret_value()} and not self.outbox_in_production:
            raise ValueError(
                "the outbox is for development: set EVALAPP_SMS_GATEWAY and EVALAPP_MAIL_URL, or accept it with "
                "EVALAPP_OUTBOX_IN_PRODUCTION=1"
            )
        if not self.secure_cookies:
            raise ValueError("EVALAPP_PUBLIC_URL must be an https address in production")
        if 0 < len(self.secret_key.get_secret_value().encode()) < LEAST_SECRET:
            raise ValueError(
                f"EVALAPP_SECRET_KEY must have at least {LEAST_SECRET} bytes in production; leave it empty to have one made"
            )
        if self.media_sandbox == "none":
            raise ValueError(
                "EVALAPP_MEDIA_SANDBOX=none is refused in production: leave it empty, and install bubblewrap"
            )

    @property
    def is_production(self) -> bool:
        return self.env is Environment.PRODUCTION

    @property
    def codes_before_question(self) -> int:
        """How many codes an hour are sent to all before a code costs the answer to a question."""
        return self.codes_in_all_hour * self.code_question_from_percent // 100

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def database(self) -> str:
        """The database's address; SQLite in the data folder when none is set."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.data_dir / 'evalapp.sqlite3'}"

    @property
    def quiet(self) -> QuietHours | None:
        """The quiet hours; None when there are none."""
        return _quiet(self.quiet_hours)

    @property
    def keys_dir(self) -> Path:
        return self.data_dir / "keys"

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def outbox_dir(self) -> Path:
        return self.data_dir / "outbox"

    @property
    def uploads_dir(self) -> Path:
        return self.data_dir / "uploads"


def _quiet(value: str) -> QuietHours | None:
    if value == "off":
        return None
    start, _, end = value.partition("-")
    try:
        hours = QuietHours(start=time.fromisoformat(start.strip()), end=time.fromisoformat(end.strip()))
    except ValueError:
        raise ValueError("EVALAPP_QUIET_HOURS is two times such as 21:00-08:00, or off") from None
    return hours if hours.start != hours.end else None


def _split(address: str) -> SplitResult:
    """Split an address; one that cannot be split has no parts."""
    try:
        url = urlsplit(address)
        _ = url.port
    except ValueError:
        return urlsplit("")
    return url


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; `overrides` win over the environment (commands and tests).

    Raises `BadSettings`.
    """
    given = _from_files() | overrides
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings("\n".join(_sentence(fault) for fault in error.errors())) from None


def _sentence(fault: ErrorDetails) -> str:
    """What is wrong with one variable. Never the value: it may be a secret."""
    said = fault.get("ctx", {})
    if fault["type"] == "value_error":
        return str(said["error"])
    match fault["type"]:
        case "greater_than_equal":
            must = f"must be at least {said['ge']}"
        case "less_than_equal":
            must = f"must be at most {said['le']}"
        case "enum" | "literal_error":
            must = f"must be {said['expected']}"
        case "bool_parsing":
            must = "must be 1 or 0"
        case kind if kind.startswith("int"):
            must = "must be a whole number"
        case _:
            must = "cannot be read"
    return f"{PREFIX}{str(fault['loc'][0]).upper()} {must}"


def _from_files() -> dict[str, str]:
    values = {}
    for name, path in os.environ.items():
        if name.startswith(PREFIX) and name.endswith("_FILE") and path:
            try:
                content = Path(path).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                why = (isinstance(error, OSError) and error.strerror) or "it is no text"
                raise BadSettings(f"{name} names a file that cannot be read: {path} ({why})") from None
            values[name.removeprefix(PREFIX).removesuffix("_FILE").lower()] = content.strip()
    return values


def shown(settings: Settings) -> dict[str, Any]:
    """Return the settings to print: of addresses everything but names and passwords, of other secrets only that they are set."""
    printed: dict[str, Any] = settings.model_dump(mode="json")
    for name in ("database_url", "redis_url", "mail_url"):
        printed[name] = _without_secrets(getattr(settings, name).get_secret_value())
    return printed


def _without_secrets(address: str) -> str:
    url = _split(address)
    if not url.scheme:
        return address if address in {"", "outbox"} else "***"
    host = url.netloc.rpartition("@")[2]
    user = "***@" if "@" in url.netloc else ""
    query = "&".join(
        f"{name}={value if name in _OPEN_PARTS else '***'}" for name, value in parse_qsl(url.query)
    )
    return urlunsplit((url.scheme, user + host, url.path, query, ""))
