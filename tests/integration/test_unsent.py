"""Words are not lost with a stale token or an ended session: they come back, ready to be handed in once more."""

from collections.abc import Iterator
from datetime import timedelta
from html import escape
from urllib.parse import unquote

import pytest
import time_machine
from sqlalchemy import select

from evalapp.accounts.services import sessions
from evalapp.comments.models import Comment
from evalapp.core import clock
from evalapp.core.platform import Platform
from evalapp.core.settings import Settings
from evalapp.web import unsent
from tests.support.accounts import Outbox, People, SignedInResident
from tests.support.ballots import Polling
from tests.support.shown_forms import Shown, forms_of, forms_on
from tests.support.small_district import SAFE, Small, made_small
from tests.support.strict_client import StrictClient, check_page
from tests.support.watchable import make_watchable

WORDS = "办证大厅 <b>排队</b> 两小时，\n还要再跑一趟。"
STALE = "stale-token"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with made_small(Settings(data_dir=tmp_path_factory.mktemp("unsent") / "var")) as made:
        yield made


def with_words(form: Shown) -> dict[str, str]:
    """What the form holds, and words in the fields that hold words."""
    return {name: WORDS if value.startswith("写一句话") else value for name, value in form.values.items()}


def lost(small: Small, form: Shown) -> Iterator[str]:
    """What is lost of `form` when its token is stale, and when nobody is signed in any more."""
    sent = {name: value for name, value in with_words(form).items() if value}
    for column, status in ((form.column, 400), ("anonymous", 401)):
        if form.method in SAFE or (status == 401 and not form.action.startswith(("/me", "/desk/"))):
            continue
        values, token = (sent | {"csrf_token": STALE}, False) if status == 400 else (sent, True)
        answer = small.answer("POST", form.action, column, token=token, headers={}, data=values)
        if answer.status_code != status:
            yield f"{form.action} {status}: {answer.status_code}"
            continue
        check_page(answer.text)
        again = next(
            (shown for shown in forms_on(answer.text, column, "") if shown.action == unquote(form.action)),
            None,
        )
        if again is None or again.values != {name: value.strip() for name, value in sent.items()}:
            yield f"{form.action} {status}: {again.values if again else None} of {sent}"


@pytest.mark.slow
def test_every_form_with_words_comes_back_whole(small: Small) -> None:
    forms = [form for form in forms_of(small) if WORDS in with_words(form).values() and not is_secret(form)]
    assert {form.action.split("/")[1] for form in forms} >= {"desk", "episodes"}
    assert [fault for form in forms for fault in lost(small, form)] == []
    assert not small.put_back(), "nothing was changed"


def is_secret(form: Shown) -> bool:
    return bool({"password", "new_password", "code"} & set(form.values))


def test_a_page_that_drops_what_was_typed_is_noticed(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: refusals without the words, as they were."""
    monkeypatch.setattr(unsent, "typed", list)
    form = next(
        form for form in forms_of(small) if form.action.endswith("/comments") and form.method == "POST"
    )
    assert list(lost(small, form))


@pytest.fixture
def resident(people: People) -> SignedInResident:
    return people.resident()


@pytest.fixture
def path(polling: Polling, platform: Platform) -> str:
    episode = polling.announce()
    make_watchable(platform, episode)
    return f"/episodes/{episode.number}"


def handed_in(browser: StrictClient, path: str, token: str | None, text: str = WORDS, **headers: str):
    fields = {"text": text, "at": ""} | ({"csrf_token": token} if token else {})
    return browser.post(f"{path}/comments", fields, page="/privacy", headers=headers)


def written(platform: Platform) -> list[str]:
    with platform.session() as session:
        return list(session.scalars(select(Comment.text)))


def token_on(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].partition('"')[0]


def test_a_stale_page_is_handed_in_by_one_more_press(
    resident: SignedInResident, path: str, platform: Platform
) -> None:
    refused = handed_in(resident.browser, path, STALE)
    assert refused.status_code == 400
    assert escape(WORDS, quote=False) in refused.text
    assert written(platform) == []
    answer = handed_in(resident.browser, path, token_on(refused.text))
    assert answer.status_code == 303
    assert written(platform) == [WORDS]


def test_whose_session_has_ended_signs_in_and_hands_in_what_they_wrote(
    resident: SignedInResident, people: People, path: str, platform: Platform, outbox: Outbox
) -> None:
    token = token_on(resident.browser.get(path).text)
    with platform.transaction() as session:
        sessions.end_all_of_resident(session, resident.resident.id)
    refused = handed_in(resident.browser, path, token)
    assert refused.status_code == 401
    assert escape(WORDS, quote=False) in refused.text
    assert f'href="/sign-in?next={path}"' in refused.text
    with time_machine.travel(clock.now() + timedelta(minutes=2), tick=True):  # one code a minute
        people.resident(number=int(resident.phone[-9:]), browser=resident.browser)
        stale = handed_in(resident.browser, path, token_on(refused.text))
        assert stale.status_code == 400, "signing in gave the forms another token"
        assert handed_in(resident.browser, path, token_on(stale.text)).status_code == 303
    assert written(platform) == [WORDS]


def test_another_sites_words_are_never_offered_to_be_handed_in(resident: SignedInResident, path: str) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Origin": "https://elsewhere.invalid"},
    ):
        refused = handed_in(resident.browser, path, STALE, **headers)
        assert refused.status_code == 400
        assert f'action="{path}/comments"' not in refused.text


def test_no_password_comes_back(people: People) -> None:
    browser = people.client()
    refused = browser.post(
        "/desk/sign-in", {"login": "办公室 主任", "password": "一句 秘密", "csrf_token": STALE}
    )
    assert refused.status_code == 400
    assert "秘密" not in refused.text
