"""The blueprint, and what its pages share: uploads, downloads, one click one effect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

import structlog
from flask import Blueprint, Response, abort, current_app, send_file
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.files import EvidenceLink, Kept, keep, open_file
from matchmaking.foundation.storage import once, run_in_unit_of_work
from matchmaking.foundation.web.forms import BaseForm

enterprises = Blueprint("enterprises", __name__)
PAPERS = ("pdf", "png", "jpg", "ofd")


def kept_file(form: BaseForm, field: str) -> Kept | None:
    """The file sent with ``field``, on disk; None where none was sent or its error now stands at the field."""
    sent: FileStorage | None = form[field].data
    if not isinstance(sent, FileStorage) or not sent.filename:
        return None
    try:
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        return keep(cast(BinaryIO, sent.stream), name=sent.filename, media=PAPERS, limit=limit)
    except Refusal as refusal:
        form.add_refusal(refusal, field)
        return None


def do_once(form: BaseForm, route: str, body: Mapping[str, Any], do: Callable[[Session], Any]) -> None:
    """Run ``do`` in a unit of work; the same page sent twice has one effect. ``body`` tells two submissions apart."""
    actor, at = current_viewer().actor, clock.now()

    def work(session: Session) -> None:
        def effect() -> dict[str, Any]:
            do(session)
            return {}

        once(session, actor=actor, route=route, key=form.key.data or "", body=dict(body), at=at, do=effect)

    run_in_unit_of_work(work)


def typed(form: BaseForm) -> dict[str, str]:
    """What was typed, as text, for telling two submissions apart."""
    skipped = ("csrf_token", "key")
    return {field.name: str(field.data)[:2000] for field in form if field.name not in skipped}


def hand_over(link: EvidenceLink | None) -> Response:
    """An evidence file, always as an attachment; the reading is logged. 404 for None."""
    if link is None:
        abort(404)
    structlog.get_logger("access").info("evidence_read", viewer=current_viewer().login, sha256=link.sha256)
    answer = send_file(
        open_file(link.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=link.name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
