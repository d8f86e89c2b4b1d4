"""Files that hang on a referral: taking one in, and giving one out, always as an attachment."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, send_file
from flask.typing import ResponseReturnValue

from matchmaking.foundation.files import EvidenceLink, Kept, keep, open_file
from matchmaking.foundation.storage import session
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import record_of_decline, turned_of

PAPERS = ("pdf", "png", "jpg", "ofd", "docx", "xlsx", "zip")


def taken_in(sent: Any) -> Kept | None:
    """The file of a form's field, on disk; None where none was chosen. Raises what ``keep`` raises."""
    if not getattr(sent, "filename", ""):
        return None
    return keep(sent.stream, name=sent.filename, media=PAPERS, limit=current_app.config["MAX_CONTENT_LENGTH"])


def given_out(referral: Referral, link_id: int, *, all_open: bool) -> ResponseReturnValue:
    """One file of the referral's clock or of its decline that this reader may open; else 404."""
    steps = turned_of(session(), referral, all_open=all_open)
    links: list[EvidenceLink] = [link for step in steps for link in step.files]
    links += record_of_decline(session(), referral)
    link = next((one for one in links if one.id == link_id), None) or abort(404)
    answer: Response = send_file(
        open_file(link.sha256), mimetype="application/octet-stream", as_attachment=True, download_name=link.name,
        etag=False,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
