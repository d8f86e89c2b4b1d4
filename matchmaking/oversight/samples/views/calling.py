"""The call sheet: whom to call, what to ask and in which order, what was said."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, abort, current_app, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import Kept, attach, evidence_of, keep, open_file
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.oversight.samples import commands
from matchmaking.oversight.samples.forms import CallForm
from matchmaking.oversight.samples.queries import ItemRow, SampleRow, item_of
from matchmaking.oversight.samples.views.keeping import found_sample, samples

PROOFS = ("pdf", "png", "jpg", "ofd")


@samples.get("/samples/<key:key>/items/<id:position>")
@requires(Permission.READ_SAMPLES)
def item(key: str, position: int) -> ResponseReturnValue:
    """The call sheet of one item: whom to call, what to ask, every call so far."""
    return _item(key, position, CallForm(formdata=None))


@samples.post("/samples/<key:key>/items/<id:position>")
@requires(Permission.KEEP_SAMPLES)
def call(key: str, position: int) -> ResponseReturnValue:
    """Write one call down."""
    form, (found, _row) = CallForm(), _found_item(session(), key, position)
    form.amount.currency = found.sample.currency
    if not form.validate_on_submit():
        return _item(key, position, form), 422
    try:
        kept = _kept(form)
    except Refusal as refusal:
        form.add_refusal(refusal, "evidence")
        return _item(key, position, form), 422
    told = _told(form)

    def do(work: Session) -> dict[str, Any]:
        common: dict[str, Any] = {"actor": current_viewer().actor, "at": clock.now()}
        made = commands.record_call(work, key=key, position=position, told=told, on=business_today(), **common)
        if kept is not None:
            attach(work, kept, subject=_subject(key, position), words=kept.name, **common)
        return {"call": made.number}

    body = {"of": key, "item": position, "told": repr(told), "file": kept.sha256 if kept else ""}
    try:
        keyed("samples.call", form.key.data, body, do)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _item(key, position, form), 422
    return redirect(url_for("samples.item", key=key, position=position), code=303)


@samples.get("/samples/<key:key>/items/<id:position>/evidence/<id:link_id>")
@requires(Permission.READ_SAMPLES)
def evidence(key: str, position: int, link_id: int) -> Response:
    """What was sent with a call, byte for byte."""
    _found_item(session(), key, position)
    links = evidence_of(session(), _subject(key, position))
    link = next((one for one in links if one.id == link_id), None) or abort(404)
    structlog.get_logger("access").info("evidence_read", viewer=current_viewer().login, sha256=link.sha256)
    answer: Response = send_file(
        open_file(link.sha256), mimetype="application/octet-stream", as_attachment=True, download_name=link.name,
        etag=False,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _told(form: CallForm) -> commands.Told:
    if form.outcome.data == "unreached":
        return commands.Told(None, words=str(form.words.data or ""))
    texts = {name: str(form[name].data or "") for name in ("payee", "spoke_to", "words")}
    return commands.Told(form.amount.data, form.paid_on.data, **texts)


def _kept(form: CallForm) -> Kept | None:
    sent = form.evidence.data
    if not getattr(sent, "filename", ""):
        return None
    return keep(sent.stream, name=sent.filename, media=PROOFS, limit=current_app.config["MAX_CONTENT_LENGTH"])


def _subject(key: str, position: int) -> str:
    return f"sample:{key}:{position}"


def _found_item(work: Session, key: str, position: int) -> tuple[SampleRow, ItemRow]:
    found = found_sample(work, key)
    return found, item_of(work, found.sample, position) or abort(404)


def _item(key: str, position: int, form: CallForm) -> str:
    found, row = _found_item(session(), key, position)
    sample = found.sample
    may = sample.state == "drawn" and current_viewer().may(Permission.KEEP_SAMPLES)
    return render_template(
        "samples/item.html", sample=sample, portfolio=found.portfolio, one=row, form=form, may=may,
        links=evidence_of(session(), _subject(key, position)),
    )  # fmt: skip
