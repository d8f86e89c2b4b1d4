"""Pages for what went wrong: what happened, in words, and what to do next. A forbidden page is an absent one."""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, ServiceUnavailable

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.access.login import give_up_on_viewer
from matchmaking.foundation.storage import remove_session
from matchmaking.foundation.web.locale import in_words

SHOWN = {400, 404, 405, 409, 413, 415, 422, 429, 500, 503}
AWAY = {"57P01", "57P02", "57P03", "53300", "57014", "55P03"}
"""PostgreSQL: shut down, crashed, starting, too many connections, statement cancelled, lock not granted."""


def setup_errors(app: Flask) -> None:
    """Attach the error pages."""
    app.register_error_handler(HTTPException, show_http_error)
    app.register_error_handler(Refusal, show_refusal)
    app.register_error_handler(DBAPIError, show_database_error)
    app.register_error_handler(PoolExhausted, show_database_error)
    app.register_error_handler(Exception, show_unforeseen)


def show_http_error(error: HTTPException) -> ResponseReturnValue:
    """The page of an HTTP error; redirects pass through, 401 and 403 become the 404 of an absent page."""
    code = error.code or 500
    if error.response is not None or code < 400:
        return error  # itself a WSGI answer: a redirect to the canonical address
    if code in (401, 403):
        error, code = NotFound(), 404
    answer = _page(code if code in SHOWN else (400 if code < 500 else 500), *_words(code, error))
    if code == 405 and getattr(error, "valid_methods", None):
        return *answer, {"Allow": ", ".join(sorted(error.valid_methods))}  # type: ignore[attr-defined]
    return answer


def show_refusal(refusal: Refusal) -> ResponseReturnValue:
    """A rule said no and the view had no place of its own to say it."""
    return _page(422, _("这一步没有办成"), " ".join(in_words(reason) for reason in refusal.reasons))


def show_database_error(error: Exception) -> ResponseReturnValue:
    """503 when the database is away or too busy, 500 for a mistake of ours. Either way nothing was written."""
    give_up_on_viewer()
    remove_session()
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    away = isinstance(error, OperationalError | InterfaceError | PoolExhausted) or state in AWAY
    structlog.get_logger("errors").error("database_error", exc_info=error, request_id=g.get("request_id"))
    return show_http_error(ServiceUnavailable() if away else InternalServerError())


def show_unforeseen(error: Exception) -> ResponseReturnValue:
    """A mistake of ours: logged with its number, shown without its inside."""
    give_up_on_viewer()
    remove_session()
    structlog.get_logger("errors").error("unforeseen", exc_info=error, request_id=g.get("request_id"))
    return show_http_error(InternalServerError())


def _words(code: int, error: HTTPException) -> tuple[str, str]:
    if isinstance(error, CSRFError):
        return _("这张表单已失效"), _("可能在别的窗口登录或退出过。请返回上一页，刷新后重新提交；内容没有保存。")
    if error.description == "unfit_characters":
        return _("内容里有无法保存的字符"), _(
            "提交的文字含有空字符或残缺的字符，通常来自复制粘贴。请返回删去后再提交。"
        )
    if error.description == "host_unknown":
        return _("网址不对"), _("本系统不以这个域名提供服务。请核对网址，或向平台运维索取正确的网址。")
    return {
        400: lambda: (_("请求无法识别"), _("浏览器发来的内容不完整。请返回上一页，刷新后再试。")),
        404: lambda: (_("没有这个页面"), _("它可能不存在，也可能不在您的查看范围内。请核对网址，或从首页重新进入。")),
        405: lambda: (_("不能这样打开"), _("这个网址只接受表单提交。请从首页进入相应页面操作。")),
        409: lambda: (_("内容已被更新"), _("在您操作时别人先改了。请返回刷新，看过最新内容后再决定。")),
        413: lambda: (_("内容太大"), _("文件或文字超过了允许的大小。请拆分或压缩后再提交。")),
        415: lambda: (_("格式不对"), _("这里不接受这种格式。请按页面说明准备文件。")),
        422: lambda: (_("这一步没有办成"), _("填写的内容不合规则。请返回核对。")),
        429: lambda: (_("操作太频繁"), _("请等一分钟再试。如果多人共用一个网络，请稍后错开。")),
        503: lambda: (
            _("系统暂时不可用"),
            _("数据库暂时连不上，您刚才的操作没有保存。请过一分钟再试；仍不行请联系平台运维。"),
        ),
    }.get(code, lambda: _broken(code))()


def _broken(code: int) -> tuple[str, str]:
    if code < 500:
        return _("请求无法识别"), _("浏览器发来的内容不完整。请返回上一页，刷新后再试。")
    return _("系统出了差错"), _("差错已记录，您刚才的操作没有保存。请稍后再试；仍不行请把下面的编号告诉平台运维。")


def _page(code: int, title: str, advice: str) -> tuple[str, int]:
    number = g.get("request_id", "") if code >= 500 else ""
    if not g.get("bare"):
        try:
            return render_template("errors/error.html", code=code, heading=title, advice=advice, number=number), code
        except Exception:  # the layout itself may be what broke; the visitor still gets words
            structlog.get_logger("errors").exception("error_page_broke", path=str(request.url_rule))
    return _bare_page(title, advice, number), code


def _bare_page(title: str, advice: str, number: str) -> str:
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return (
        f"{head}<body><main><h1>{escape(title)}</h1><p>{escape(advice)}</p><p>{escape(number)}</p></main></body></html>"
    )
