"""When letters go, what they say, and how they are stopped."""

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalapp.core import clock
from evalapp.core.settings import QuietHours, Settings
from evalapp.notifications.rules import stopping, timing, wording
from evalapp.notifications.rules.sealing import Follower, FollowingKey

NIGHT = QuietHours(start=time(21), end=time(8))
NOON = QuietHours(start=time(12), end=time(14, 30))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=clock.zone())


@pytest.mark.parametrize(
    ("now", "quiet", "until"),
    [
        (local(5, 20, 59), NIGHT, None),
        (local(5, 21), NIGHT, local(6, 8)),
        (local(6, 3), NIGHT, local(6, 8)),
        (local(6, 7, 59), NIGHT, local(6, 8)),
        (local(6, 8), NIGHT, None),
        (local(6, 12), NOON, local(6, 14, 30)),
        (local(6, 14, 30), NOON, None),
        (local(6, 3), None, None),
    ],
)
def test_nothing_goes_in_the_quiet_hours(
    now: datetime, quiet: QuietHours | None, until: datetime | None
) -> None:
    assert timing.quiet_until(now.astimezone(UTC), quiet) == until


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001  the zone is put on below
    st.times(),
    st.times(),
)
def test_the_end_of_the_quiet_hours_is_never_quiet_and_never_a_day_off(
    moment: datetime, start: time, end: time
) -> None:
    quiet = QuietHours(start=start.replace(second=0, microsecond=0), end=end.replace(second=0, microsecond=0))
    if quiet.start == quiet.end:
        return
    now = moment.replace(tzinfo=UTC)
    until = timing.quiet_until(now, quiet)
    if until is not None:
        assert now < until <= now + timedelta(days=1)
        assert timing.quiet_until(until, quiet) is None


def test_a_digest_is_the_newest_moment_of_its_hour() -> None:
    assert timing.last_digest(local(6, 8, 59), 9) == local(5, 9)
    assert timing.last_digest(local(6, 9), 9) == local(6, 9)
    assert timing.last_digest(local(6, 23), 9) == local(6, 9)


def test_settings_say_when_it_is_quiet() -> None:
    assert Settings(quiet_hours="21:00-08:00").quiet == NIGHT
    assert Settings(quiet_hours="off").quiet is None
    assert Settings(quiet_hours="08:00-08:00").quiet is None
    for wrong in ("night", "21:00", "25:00-08:00", "21:00-"):
        with pytest.raises(ValueError, match="EVALAPP_QUIET_HOURS"):
            Settings(quiet_hours=wrong)


def words(lang: str, *, by_word: bool = False) -> wording.Words:
    return wording.to_resident(
        lang=lang,
        site_name="大家看 大家评",
        address="https://example.org",
        count=3,
        stop="https://example.org/stop/letters/a.b",
        by_word=by_word,
    )


@pytest.mark.parametrize("lang", ["zh", "en", "fr"])
def test_a_letter_tells_a_stranger_nothing_and_its_reader_how_to_stop(lang: str) -> None:
    said = words(lang, by_word=True)
    text = said.text.replace("大家看 大家评", "")
    for secret in (
        "评",
        "分",
        "留言",
        "回复",
        "投票",
        "部门",
        "单位",
        "grade",
        "ballot",
        "comment",
        "unit",
        "episode",
    ):
        assert secret not in text
    assert "3" in said.subject
    assert "https://example.org/me" in said.text
    assert "https://example.org/stop/letters/a.b" in said.text
    assert wording.STOP_WORD in said.text
    assert stopping.is_stop_word(wording.STOP_WORD)
    assert wording.STOP_WORD not in words(lang).text


def test_letters_speak_their_readers_language() -> None:
    assert words("zh").text.startswith("【大家看 大家评】您有 3 条新消息。")
    assert words("en").text.startswith("[大家看 大家评] You have new messages: 3. ")
    assert words("fr") == words("zh")


@pytest.mark.parametrize("typed", ["TD", "td", " ＴＤ ", "Stop", "stop.", "退订", "退订。", "N"])
def test_the_word_stops_however_it_is_typed(typed: str) -> None:
    assert stopping.is_stop_word(typed)


@pytest.mark.parametrize("typed", ["", "TDX", "please stop", "不退订", "stop stop", "好"])
def test_other_words_stop_nothing(typed: str) -> None:
    assert not stopping.is_stop_word(typed)


def test_only_our_signature_opens_an_address() -> None:
    token = stopping.signed(b"k" * 32, "ABCDEFGHJKMN")
    assert stopping.opened(b"k" * 32, token) == "ABCDEFGHJKMN"
    changed = token.replace("A", "B", 1)
    for wrong in (changed, token[:-1], f"{token}0", "", ".", "x.é", "ABCDEFGHJKMN"):
        assert stopping.opened(b"k" * 32, wrong) is None
    assert stopping.opened(b"j" * 32, token) is None


def test_no_two_topics_share_a_followers_mark_and_the_seal_opens_for_its_own_row_alone() -> None:
    key, resident_id = FollowingKey(key=b"k" * 32), uuid.uuid4()
    first, second, row = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    assert key.mark(first, resident_id) != key.mark(second, resident_id)
    follower = Follower(resident_id=resident_id, since=local(1, 1).astimezone(UTC))
    sealed = key.seal(follower, bound_to=row)
    assert key.open(sealed, bound_to=row) == follower
    with pytest.raises(ValueError, match="could not be opened"):
        key.open(sealed, bound_to=uuid.uuid4())
    followed = {first: follower.since}
    assert (
        key.open_list(key.seal_list(followed, resident_id=resident_id), resident_id=resident_id) == followed
    )
    assert key.open_list(None, resident_id=resident_id) == {}
