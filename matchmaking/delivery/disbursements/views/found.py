"""What the bank's pages about one agreement share: finding it, doing one thing to it once, keeping a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.signings.queries import PaperRow, signed_agreement
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.files import Kept, keep
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed

VOUCHERS = ("pdf", "png", "jpg", "ofd")
Again = Callable[[Refusal | None, BaseForm | None], str]
"""The page once more, with what was refused and the form as it was typed."""


def found(work: Session, key: str, *, own: bool = False) -> PaperRow:
    """The agreement ``key``, or 404. ``own``: the signing branch's alone, not one that only pays."""
    row = signed_agreement(work, current_viewer(), key) or abort(404)
    return row if row.own or not own else abort(404)


def agreement_of(work: Session, key: str, *, own: bool = False) -> Agreement:
    """Its agreement."""
    return found(work, key, own=own).agreement or abort(404)


def done(
    route: str, form: BaseForm, to: tuple[str, str], body: dict[str, Any], do: Callable[[Session], None], again: Again
) -> ResponseReturnValue:
    """One act: the form checked, the command run once for its key, then the page ``to`` (endpoint, key) anew."""
    if not form.validate_on_submit():
        return again(None, form), 422

    def act(work: Session) -> dict[str, Any]:
        do(work)
        return {}

    try:
        keyed(route, form.key.data, {"about": to[1], **body}, act)
    except Refusal as refusal:
        return again(refusal, form), 409
    return redirect(url_for(to[0], key=to[1]), code=303)


def kept_file(sent: Any) -> Kept | None:
    """The file of an upload field, on disk; None where none was chosen. Refuses what is no voucher."""
    if not getattr(sent, "filename", ""):
        return None
    return keep(sent.stream, name=sent.filename, media=VOUCHERS, limit=current_app.config["MAX_CONTENT_LENGTH"])
