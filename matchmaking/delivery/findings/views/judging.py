"""裁定: what the office decides about a signing after reply: it repeats another (K0), or stands.

That a flag on it holds is decided on the flag itself, after the bank's reply.
"""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import visible_agreement
from matchmaking.delivery.findings.commands import judge_signing
from matchmaking.delivery.findings.forms import SigningVerdictForm
from matchmaking.delivery.findings.queries import twins_of, verdicts_on
from matchmaking.delivery.findings.views.answering import findings
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today

REPEATS = ("duplicate_signing", "signing_stands")


@findings.get("/verdicts/<key:key>")
@requires(Permission.HANDLE_FINDINGS)
def signing(key: str) -> ResponseReturnValue:
    """Verdicts on one signing so far, and the form for another."""
    return _page(key, SigningVerdictForm(formdata=None, decided_on=business_today()))


@findings.post("/verdicts/<key:key>")
@requires(Permission.HANDLE_FINDINGS)
def judge(key: str) -> ResponseReturnValue:
    """Give a verdict on a signing; the last one given holds."""
    viewer, form, at = current_viewer(), SigningVerdictForm(), clock.now()
    _found(session(), key)
    if not form.validate_on_submit() or form.kind.data not in REPEATS:
        return _page(key, form), 422
    told: dict[str, Any] = {
        "kind": form.kind.data, "other_key": form.other.data or "", "document": form.document.data or "",
        "decided_on": form.decided_on.data,
    }  # fmt: skip

    def decide(work: Session) -> dict[str, Any]:
        made = judge_signing(work, actor=viewer.actor, agreement=_found(work, key), at=at, **told)
        return {"verdict": made.public_key}

    try:
        keyed("verdicts.give", form.key.data, {**told, "decided_on": str(told["decided_on"]), "about": key}, decide)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(key, form), 409
    return redirect(url_for("findings.signing", key=key), code=303)


def _found(work: Session, key: str) -> Agreement:
    found = visible_agreement(work, current_viewer(), key) or abort(404)
    return found if found.origin == "case" else abort(404)


def _page(key: str, form: SigningVerdictForm) -> str:
    agreement = _found(session(), key)
    return render_template(
        "findings/signing.html", agreement=agreement, form=form, kinds=REPEATS,
        twins=twins_of(session(), agreement), verdicts=verdicts_on(session(), agreement),
    )  # fmt: skip
