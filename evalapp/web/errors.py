"""Turns refusals into pages and into problem+json, in one place; nobody ever sees a stack trace."""

import json
from typing import Any

from flask import Flask, Response, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from evalapp.core import logs
from evalapp.core.errors import DomainError, NotSignedIn, TooMany, Unavailable
from evalapp.core.i18n import N_
from evalapp.core.permissions import ANONYMOUS
from evalapp.web import access, i18n, unsent

log = logs.get_logger("web")

SENTENCES = {
    400: N_("这次请求不完整，请返回上一页再试。"),
    401: N_("请先登录。"),
    403: N_("你不能打开这一页。"),
    404: N_("没有找到这一页。"),
    405: N_("这个地址不接受这样的请求。"),
    406: N_("没有你要的格式。"),
    408: N_("等得太久了，请再试一次。"),
    409: N_("现在的情况不允许这样做。"),
    411: N_("请求缺少长度。"),
    413: N_("内容太大了。"),
    414: N_("地址太长了。"),
    415: N_("这里不接受这种格式的内容。"),
    416: N_("没有你要的那一段。"),
    422: N_("填写的内容有误，请改正后再提交。"),
    429: N_("操作太频繁，请稍后再试。"),
    431: N_("请求头太长了。"),
    500: N_("系统出了差错，我们已经记录下来。请稍后再试。"),
    503: N_("系统暂时忙，请稍后再试。"),
    507: N_("服务器磁盘空间不足，暂时不能接收文件。请联系管理员。"),
}


def problem(status: int, detail: str, *, code: str = "about:blank", title: str = "", **more: Any) -> Response:
    """Return an `application/problem+json` answer (RFC 9457); its title is the status's unless the code has its own."""
    body = {
        "type": code,
        "title": i18n.gettext(title or SENTENCES.get(status, SENTENCES[400])),
        "status": status,
        "detail": detail,
    }
    return Response(
        json.dumps(body | more, ensure_ascii=False), status=status, content_type="application/problem+json"
    )


def answer(
    status: int, detail: str, *, code: str = "about:blank", title: str = "", field: str | None = None
) -> Response:
    """Return a refusal as a page or as problem+json, as the address asks."""
    if access.is_api():
        return problem(status, detail, code=code, title=title, **({"field": field} if field else {}))
    page = render_template("errors/error.html", status=status, detail=detail)
    return Response(page, status=status, content_type="text/html; charset=utf-8")


def init_app(app: Flask) -> None:
    """Answer every refusal and every accident of `app`."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_gone)
    app.register_error_handler(PoolTimeout, _database_gone)
    app.register_error_handler(DBAPIError, _unfit_data)
    app.register_error_handler(UnicodeError, _bad_text)
    app.register_error_handler(Exception, _accident)


def _refused(error: DomainError) -> AnyResponse:
    if isinstance(error, NotSignedIn) and not access.is_api():
        return unsent.page(error.status, i18n.sentence(error)) or access.to_sign_in()
    response = answer(
        error.status, i18n.sentence(error), code=error.code, title=error.title, field=error.field
    )
    if isinstance(error, TooMany | Unavailable):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _csrf(_error: CSRFError) -> Response:
    detail = i18n.gettext(N_("页面放得太久了，请刷新后再提交一次。"))
    again = (
        None
        if access.is_api()
        else unsent.page(400, i18n.gettext(N_("页面放得太久了，刚才填写的内容没有交上去。")))
    )
    return again or answer(400, detail, code="csrf")


def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error
    response = answer(status, i18n.gettext(SENTENCES.get(status, SENTENCES[400])))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "content-range"}:
            response.headers[name] = value
    return response


def _database_gone(error: Exception) -> Response:
    log.error("the database did not answer", error=type(error).__name__, path=request.path)
    g.actor = ANONYMOUS  # who is signed in cannot be asked now
    response = answer(503, i18n.gettext(SENTENCES[503]), code="unavailable")
    response.headers["Retry-After"] = "5"
    return response


def _unfit_data(error: DBAPIError) -> Response:
    """Text that the database cannot hold (NUL, lone surrogates, numbers beyond its range) is a bad request."""
    return answer(400, i18n.gettext(SENTENCES[400])) if _is_bad_data(error) else _accident(error)


def _bad_text(_error: UnicodeError) -> Response:
    return answer(400, i18n.gettext(SENTENCES[400]))


def _accident(error: Exception) -> Response:
    log.error("a request failed", exc_info=error, endpoint=request.endpoint)
    return answer(500, i18n.gettext(SENTENCES[500]))


def _is_bad_data(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in {
        "DataError",
        "UntranslatableCharacter",
        "CharacterNotInRepertoire",
        "NumericValueOutOfRange",
    } or isinstance(error.orig, UnicodeError | OverflowError)
