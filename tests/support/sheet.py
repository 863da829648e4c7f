"""Every component in every state on two pages, for the component tests and for looking at:

python -m tests.support.sheet 8123      then      python scripts/look http://127.0.0.1:8123/public http://127.0.0.1:8123/desk
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from evalapp.core.permissions import ANONYMOUS
from evalapp.web import access, assets, charts, filters, headers, i18n, icons, templating
from evalapp.web.page import Site


class SheetForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    phone = StringField(
        "手机号", validators=[InputRequired("请填 11 位手机号。")], description="只用来保证一人一票"
    )
    text = TextAreaField("想说的话")
    kind = SelectField("类别", choices=[SelectChoice("a", "甲"), SelectChoice("b", "乙")])
    way = RadioField("怎么办", choices=[SelectChoice("a", "已办好"), SelectChoice("b", "需要整改")])
    agree = BooleanField("我同意", validators=[InputRequired("请先同意。")])


def values() -> dict[str, Any]:
    """What the sheets show."""
    form = SheetForm()
    form.validate()
    form.form_errors.append("这一期已经截止。")
    now = datetime.now(UTC)
    return {
        "form": form,
        "until": now + timedelta(hours=3, minutes=42),
        "media": {
            "progressive": "/static/none.mp4", "hls": "/static/none.m3u8", "poster": "/static/img/still-housing.svg",
            "tracks": [], "chapters": "", "thumbnails": "",
        },
        "marks": [{"place": 25.0, "comments": 1, "at_seconds": 0}, {"place": 800.0, "comments": 2, "at_seconds": 16}],
        "chapter_list": [
            {"at": 0, "clock": "00:00", "title": "开场", "kind": ""},
            {"at": 180.5, "clock": "03:00", "title": "本局职能", "kind": "职能"},
        ],
        "reasons": [{"code": "slow", "text": "办得慢"}, {"code": "rude", "text": "态度不好"}],
        "page_href": lambda page: f"?page={page}",
        "cues": [
            {"at": 864.0, "clock": "14:24", "text": "加装电梯，群众说慢。", "speaker": "局长"},
            {"at": 868.2, "clock": "14:28", "text": "今年计划改造 46 个小区。", "speaker": ""},
        ],
    }  # fmt: skip


def sheet_app() -> Flask:
    """An application that has nothing but templates: no database, no domain."""
    app = Flask("sheet", static_folder=None)
    app.config.update(SECRET_KEY="sheet", WTF_CSRF_TIME_LIMIT=None)
    app.jinja_loader = ChoiceLoader(  # type: ignore[assignment]  # Flask names the narrower type
        [FileSystemLoader(templating.folder()), FileSystemLoader(Path(__file__).parent / "sheets")]
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    CSRFProtect(app)
    for part in (assets, charts, filters, i18n, icons):
        part.init_app(app)

    @app.context_processor
    def _page() -> dict[str, object]:
        site = Site(name="大家看 大家评", district="晴川区", hotline="12345", url="http://127.0.0.1")
        care = request.cookies.get("care") == "1"
        return {
            "site": site,
            "lang": i18n.language(),
            "care": care,
            "kiosk": None,
            "current_actor": ANONYMOUS,
            "rail": [],
        }

    @app.get("/<name>")
    @access.public
    def show(name: str) -> str:
        return render_template(f"{name}.html", **values())

    @app.get("/errors/<int:status>")
    @access.public
    def error(status: int) -> tuple[str, int]:
        return render_template("errors/error.html", status=status, detail="这一步没有办成。"), status

    @app.after_request
    def _policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = headers.policy(with_player=True)
        return response

    return app


if __name__ == "__main__":
    sheet_app().run(port=int(sys.argv[1]), threaded=True)
