"""Every component in every state, read as strictly as our pages are."""

import re

import pytest
from flask.testing import FlaskClient
from jinja2 import UndefinedError

from tests.support.sheet import sheet_app
from tests.support.strict_client import check_page


@pytest.fixture(scope="module")
def sheets() -> FlaskClient:
    return sheet_app().test_client()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("name", ["public", "desk"])
def test_a_sheet_of_every_component_is_well_formed(sheets: FlaskClient, name: str, lang: str) -> None:
    page = sheets.get(f"/{name}", headers={"Accept-Language": lang}).get_data(as_text=True)
    check_page(page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(set(ids)) == sorted(ids), "an id stands twice"


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 415, 422, 429, 500, 503])
def test_an_error_page_says_what_to_do_next(sheets: FlaskClient, status: int) -> None:
    answer = sheets.get(f"/errors/{status}")
    page = answer.get_data(as_text=True)
    check_page(page)
    assert answer.status_code == status
    assert "这一步没有办成。" in page
    assert 'href="/"' in page


def test_the_english_pages_hold_no_chinese_interface_words(sheets: FlaskClient) -> None:
    """The words of the sheet itself are Chinese; the frame around it and the error page are not."""
    page = sheets.get("/errors/404", headers={"Accept-Language": "en"}).get_data(as_text=True)
    left = re.sub(r'这一步没有办成。|>中文<|lang="zh-Hans"', "", page)
    assert re.findall(r"[\u4e00-\u9fff]+", left) == []


def test_care_mode_is_said_by_the_server(sheets: FlaskClient) -> None:
    sheets.set_cookie("care", "1")
    page = sheets.get("/public").get_data(as_text=True)
    sheets.delete_cookie("care")
    assert '<html lang="zh-Hans" data-mode="care">' in page
    assert "标准版" in page


def test_a_sheet_with_a_missing_value_fails() -> None:
    """The planted defect: a page that is handed less than it shows."""
    app = sheet_app()
    with app.test_request_context("/public"), pytest.raises(UndefinedError):
        app.jinja_env.get_template("public.html").render()


def test_an_unsure_answer_and_reasons_stand_under_each_dimension(sheets: FlaskClient) -> None:
    page = sheets.get("/public").get_data(as_text=True)
    assert page.count('value="unsure"') == 3
    assert 'name="highlights-reasons" value="slow" checked' in page
    assert 'name="highlights" value="2" checked data-low' in page


def test_what_was_typed_stays_in_a_refused_form_and_the_summary_names_each_field(sheets: FlaskClient) -> None:
    page = sheets.get("/public").get_data(as_text=True)
    assert '<a href="#phone">手机号：请填 11 位手机号。</a>' in page
    assert 'aria-describedby="phone-error phone-hint"' in page
    assert "这一期已经截止。" in page
