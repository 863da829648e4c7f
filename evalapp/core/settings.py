"""The settings: read once from the environment, checked, frozen. `.env.example` explains each."""

import enum
import os
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "EVALAPP_"


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
    database_url: str = ""
    redis_url: str = ""
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
    clock_offset: int = 0
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    outbox_in_production: bool = False
    media_sandbox: str = "auto"

    # Limits of sign-in codes (reliability.md D4), counted in the database so that they hold across processes.
    code_seconds_between: int = 60
    codes_per_number_day: int = 5
    codes_per_device_hour: int = 10
    codes_per_network_hour: int = 30
    codes_per_carrier_network_hour: int = 300
    codes_in_all_hour: int = 2_500
    code_question_from_percent: int = Field(default=50, ge=0, le=100)
    carrier_networks: str = ""

    upload_limit_bytes: int = 20 * 1024**3
    upload_piece_bytes: int = 8 * 1024**2
    comment_moderation: Literal["before", "after"] = "before"
    comments_per_resident_hour: int = Field(default=10, ge=1)
    two_person_wait_hours: int = 24

    quiet_hours: str = "21:00-08:00"
    digest_hour: int = Field(default=9, ge=0, le=23)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("quiet_hours")
    @classmethod
    def _two_times(cls, value: str) -> str:
        _quiet(value)
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        url = urlsplit(value.get_secret_value())
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
        if self.env is not Environment.PRODUCTION:
            return self
        if self.clock_offset:
            raise ValueError("EVALAPP_CLOCK_OFFSET is refused in production")
        if "outbox" in {self.sms_gateway, self.mail_url.get_secret_value()} and not self.outbox_in_production:
            raise ValueError(
                "the outbox is for development: set EVALAPP_SMS_GATEWAY and EVALAPP_MAIL_URL, or accept it with "
                "EVALAPP_OUTBOX_IN_PRODUCTION=1"
            )
        if not self.public_url.startswith("https://"):
            raise ValueError("EVALAPP_PUBLIC_URL must be an https address in production")
        return self

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
        return self.database_url or f"sqlite:///{self.data_dir / 'evalapp.sqlite3'}"

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


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; `overrides` win over the environment (commands and tests)."""
    return Settings(**(_from_files() | overrides))


def _from_files() -> dict[str, str]:
    values = {}
    for name, path in os.environ.items():
        if name.startswith(PREFIX) and name.endswith("_FILE") and path:
            values[name.removeprefix(PREFIX).removesuffix("_FILE").lower()] = Path(path).read_text().strip()
    return values
