"""Static files: packed for browsers that ask, kept for a year under their hash, and nothing outside the folder."""

import gzip

import pytest
from flask.testing import FlaskClient

from evalapp.web.assets import FOLDER
from tests.support.sheet import sheet_app


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return sheet_app().test_client()


def test_a_style_sheet_is_packed_for_who_can_read_it(client: FlaskClient) -> None:
    packed = client.get("/static/css/site.css", headers={"Accept-Encoding": "gzip"})
    with client.get("/static/css/site.css") as plain:
        assert gzip.decompress(packed.data) == plain.data == (FOLDER / "css/site.css").read_bytes()
        assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_a_browser_that_has_it_gets_304(client: FlaskClient) -> None:
    first = client.get("/static/css/site.css", headers={"Accept-Encoding": "gzip"})
    again = client.get(
        "/static/css/site.css",
        headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


def test_a_hashed_address_is_kept_for_a_year(client: FlaskClient) -> None:
    kept = client.get("/static/css/site.css?v=1", headers={"Accept-Encoding": "gzip"}).headers[
        "Cache-Control"
    ]
    assert "immutable" in kept
    assert "max-age=31536000" in kept


@pytest.mark.parametrize(
    "path", ["../factory.py", "css/../../factory.py", "css", "none.css", "%2e%2e/factory.py", "css/\x00"]
)
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_nothing_outside_the_folder_is_sent(client: FlaskClient, path: str, encoding: str) -> None:
    assert client.get(f"/static/{path}", headers={"Accept-Encoding": encoding}).status_code == 404
