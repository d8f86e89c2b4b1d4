"""Several referrals at once: ticked in the list, each accepted or declined on its own; what fails says why."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import LARGEST_VERSION, keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.today import business_today
from matchmaking.market.matches.wording import industry_name
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.forms import LONGEST_KEY, BatchForm
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import referral_by_key
from matchmaking.market.referrals.views.desk import PER_PAGE, bank_referrals, groups


@dataclass(frozen=True, slots=True)
class Picked:
    """One ticked referral, the version it was ticked at, and why it could not be done (None: it was, or is to be)."""

    referral: Referral
    version: int
    refusal: Refusal | None = None


@bank_referrals.post("/inbox/batch")
@requires(Permission.DECIDE_REFERRALS)
def batch() -> ResponseReturnValue:
    """受理 or 不予受理 for every one that was ticked; declining asks for its reason on a page in between."""
    form = BatchForm()
    picked = _picked(request.form.getlist("pick"))
    if not form.validate_on_submit():
        return _page(form, picked), 422
    act, reason = str(form.act.data), str(form.reason.data or "")[:60]
    if not picked or act not in ("accept", "decline"):
        return _page(form, picked, Refusal(Reason("referral_batch_none"))), 422
    if act == "decline" and not reason:
        return _page(form, picked)
    done = [_one(form, one, act, reason) for one in picked]
    failed = [one for one in done if one.refusal is not None]
    if failed:
        return render_template(
            "referrals/batch_done.html",
            done=done,
            failed=failed,
            act=act,
            industry=partial(industry_name, language=language()),
        )
    said = _("已受理 %(n)s 件", n=len(done)) if act == "accept" else _("已不予受理 %(n)s 件", n=len(done))
    flash(said, "ok")
    return redirect(url_for("bank_referrals.index"), code=303)


def _one(form: BatchForm, one: Picked, act: str, reason: str) -> Picked:
    """One referral in a unit of work of its own, under a key of its own."""
    viewer, on, at, words = current_viewer(), business_today(), clock.now(), form.words.data or ""
    name = one.referral.public_key
    told: dict[str, Any] = {
        "actor": viewer.actor,
        "role": viewer.role.value,
        "version": one.version,
        "on": on,
        "at": at,
    }

    def work(inside: Session) -> dict[str, Any]:
        found = referral_by_key(inside, viewer, name)
        if found is None:  # given to another unit meanwhile
            raise Refusal(Reason("referral_unit"))
        if act == "accept":
            commands.accept(inside, referral=found, **told)
        else:
            commands.decline(inside, referral=found, reason=reason, words=words, **told)
        return {"referral": name}

    key = hashlib.sha256(f"{form.key.data}|{name}".encode()).hexdigest()[:32]
    body = {"referral": name, "version": one.version, "reason": reason, "words": words}
    try:
        keyed(f"referrals.{act}", key, body, work)
    except Refusal as refusal:
        return Picked(one.referral, one.version, refusal)
    return one


def _picked(ticked: list[str]) -> list[Picked]:
    """Referrals that were ticked, as ``key:version``, and are this viewer's to see; at most a page of them."""
    found = []
    for one in dict.fromkeys(ticked[:PER_PAGE]):
        key, _colon, version = one.rpartition(":")
        plain = 0 < len(key) <= LONGEST_KEY and "\x00" not in key and version.isascii() and version.isdigit()
        referral = referral_by_key(session(), current_viewer(), key) if plain and len(version) <= 10 else None
        if referral is not None:
            found.append(Picked(referral, min(int(version), LARGEST_VERSION)))
    return found


def _page(form: BatchForm, picked: list[Picked], refusal: Refusal | None = None) -> str:
    return render_template(
        "referrals/batch.html", form=form, picked=picked, refusal=refusal, groups=groups(recorded=False),
        industry=partial(industry_name, language=language()),
    )  # fmt: skip
