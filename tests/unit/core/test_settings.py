"""Settings are checked when they are read; a refusal names the variable, says what to do and shows no secret."""

from pathlib import Path

import pytest

from evalapp.core.gateways import open_gateway
from evalapp.core.settings import PREFIX, BadSettings, Settings, read_settings, shown
from evalapp.programme import media

PRODUCTION = {
    "EVALAPP_ENV": "production",
    "EVALAPP_PUBLIC_URL": "https://pingyi.example",
    "EVALAPP_OUTBOX_IN_PRODUCTION": "1",
}
WRONG = {
    "EVALAPP_CARRIER_NETWORKS": ("100.64.0.0/10, 10.0.0.300", "10.0.0.0/33", "carrier"),
    "EVALAPP_CODES_PER_NUMBER_DAY": ("-1", "0", "many", "1.5"),
    "EVALAPP_CODES_PER_DEVICE_HOUR": ("-1",),
    "EVALAPP_CODES_PER_KIOSK_HOUR": ("-1",),
    "EVALAPP_CODES_PER_NETWORK_HOUR": ("-1",),
    "EVALAPP_CODES_PER_CARRIER_NETWORK_HOUR": ("-1",),
    "EVALAPP_CODES_IN_ALL_HOUR": ("-1",),
    "EVALAPP_CODE_SECONDS_BETWEEN": ("-1",),
    "EVALAPP_UPLOAD_LIMIT_BYTES": ("-1", "1000"),
    "EVALAPP_UPLOAD_PIECE_BYTES": ("-1", "0"),
    "EVALAPP_TWO_PERSON_WAIT_HOURS": ("-1",),
    "EVALAPP_TRUSTED_PROXIES": ("-1", "6"),
    "EVALAPP_CLOCK_OFFSET": ("-1", "9" * 12, "tomorrow"),
    "EVALAPP_TIMEZONE": ("Mars/Olympus", "Asia", "../etc/passwd", "/etc/passwd"),
    "EVALAPP_MEDIA_SANDBOX": ("required", "docker"),
    "EVALAPP_DATABASE_URL": (
        "mysql://h/x",
        "nonsense",
        "postgresql://h:port/x",
        "sqlite://",
        "postgresql+asyncpg://h/x",
    ),
    "EVALAPP_REDIS_URL": ("localhost:6379", "http://h", "redis://h:port/0"),
    "EVALAPP_PUBLIC_URL": ("pingyi.example", "ftp://h", "https://", "https://h/path", "https://h:port"),
    "EVALAPP_ENV": ("staging",),
    "EVALAPP_OUTBOX_IN_PRODUCTION": ("perhaps",),
    "EVALAPP_COMMENT_MODERATION": ("never",),
    "EVALAPP_MAIL_FROM": ("noreply", "a@b@c", "a b@c", "a@b\r\nBcc: x@y"),
    "EVALAPP_S3_URL": ("s3://bucket",),
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.fixture(autouse=True)
def _an_environment_without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_value_is_refused_in_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    said = str(refused.value)
    assert said.startswith(name)
    assert len(said) > len(name) + 10, "what to do"
    assert "\n" not in said
    assert not any(word in said for word in ("pydantic", "validation", "Value error", "type="))


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALAPP_CODES_PER_NUMBER_DAY", "-1")
    monkeypatch.setenv("EVALAPP_TIMEZONE", "Mars")
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert [line.split()[0] for line in str(refused.value).splitlines()] == [
        "EVALAPP_TIMEZONE",
        "EVALAPP_CODES_PER_NUMBER_DAY",
    ]


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:hunter2@host:port/x", "mysql://u:hunter2@h/x", "hunter2"],
)
def test_a_refusal_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in ("EVALAPP_DATABASE_URL", "EVALAPP_REDIS_URL", "EVALAPP_MAIL_URL"):
        monkeypatch.setenv(name, address)
    with pytest.raises(BadSettings) as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "changed",
    [
        {"EVALAPP_SECRET_KEY": "short"},
        {"EVALAPP_CLOCK_OFFSET": "60"},
        {"EVALAPP_PUBLIC_URL": "http://pingyi.example"},
        {"EVALAPP_MEDIA_SANDBOX": "none"},
        {"EVALAPP_OUTBOX_IN_PRODUCTION": ""},
    ],
    ids=str,
)
def test_production_is_stricter(monkeypatch: pytest.MonkeyPatch, changed: dict[str, str]) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    assert read_settings().is_production
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=next(iter(changed))):
        read_settings()


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere", tmp_path, binary):
        monkeypatch.setenv("EVALAPP_SECRET_KEY_FILE", str(path))
        with pytest.raises(BadSettings, match="EVALAPP_SECRET_KEY_FILE") as refused:
            read_settings()
        assert str(path) in str(refused.value)


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:hunter2@h/x\n")
    monkeypatch.setenv("EVALAPP_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert read_settings().database == "postgresql://u:hunter2@h/x"


def test_an_unknown_gateway_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="EVALAPP_SMS_GATEWAY=pigeon"):
        open_gateway(Settings(data_dir=tmp_path, sms_gateway="pigeon"))


def test_what_is_printed_shows_where_and_never_who_or_with_what(tmp_path: Path) -> None:
    secrets = ("hunter2", "hunter3", "hunter4", "hunter5", "hunter6", "admin")
    settings = Settings(
        data_dir=tmp_path,
        database_url="postgresql://admin:hunter2@db.example:5432/district?host=/run/pg&password=hunter3",
        redis_url="redis://:hunter4@cache.example/0",
        mail_url="smtps://admin:hunter5@mail.example:465",
        secret_key="hunter6",
    )
    printed = shown(settings)
    assert printed["database_url"] == "postgresql://***@db.example:5432/district?host=/run/pg&password=***"
    assert printed["redis_url"] == "redis://***@cache.example/0"
    assert printed["mail_url"] == "smtps://***@mail.example:465"
    for text in (str(printed), repr(settings), str(settings), settings.model_dump_json()):
        assert not [secret for secret in secrets if secret in text]


def test_without_addresses_nothing_is_hidden(tmp_path: Path) -> None:
    printed = shown(Settings(data_dir=tmp_path))
    assert (printed["database_url"], printed["redis_url"], printed["mail_url"]) == ("", "", "outbox")


def test_the_example_explains_every_setting_with_a_value_that_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (Path(__file__).parents[3] / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert {PREFIX + name.upper() for name in Settings.model_fields} == set(example)
    for name, value in example.items():
        monkeypatch.setenv(name, value)
    assert read_settings().env == "development"


def test_every_sandbox_of_the_library_can_be_asked_for(tmp_path: Path) -> None:
    for kind in media.SANDBOXES:
        found = media.library_settings(Settings(data_dir=tmp_path, media_sandbox=kind))
        assert (found.sandbox or "auto") == kind
