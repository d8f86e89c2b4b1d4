"""A sealed sheet as it came: always an attachment; reading it is logged."""

from __future__ import annotations

import structlog
from flask import Response, abort, send_file

from matchmaking.delivery.slips.models import MonthlySlip
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.files import open_file


def scan_of(slip: MonthlySlip) -> Response:
    """404 where it is not back yet."""
    if slip.scan_sha256 is None:
        abort(404)
    structlog.get_logger("access").info("evidence_read", viewer=current_viewer().login, sha256=slip.scan_sha256)
    answer: Response = send_file(
        open_file(slip.scan_sha256), mimetype="application/octet-stream", as_attachment=True,
        download_name=f"{slip.public_key}.bin", etag=False,
    )  # fmt: skip
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
