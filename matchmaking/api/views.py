"""``/api/v1``: measures with their passports, and dividing; whoever may read the audit's pages may ask."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from matchmaking.api.document import document
from matchmaking.delivery.audits.queries import OpenedAudit, latest_snapshot
from matchmaking.domain.conversion.cohorts import Rate, rate
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.locale import in_words
from matchmaking.foundation.web.today import business_today
from matchmaking.oversight.passports.told import Figure, cohort_json, figures_of, measure_json
from matchmaking.oversight.samples.queries import closed_samples

api = Blueprint("api", __name__, url_prefix="/api/v1")
NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,59})/([a-z_]{1,40}(?:\.[a-z_]{1,60}){3})(?:@([0-9]{4}-[0-9]{2}-[0-9]{2}))?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@api.get("/openapi.json")
@requires(Permission.READ_AUDIT)
def openapi() -> ResponseReturnValue:
    """What may be asked here and what is answered."""
    return jsonify(document())


@api.get("/measures")
@requires(Permission.READ_AUDIT)
def measures() -> ResponseReturnValue:
    """Every measure of one audit."""
    try:
        as_of, known_at = _day(request.args.get("as_of", "")), _day(request.args.get("known_at", ""))
        opened = _opened(request.args.get("portfolio", ""), as_of, known_at)
    except Refusal as refusal:
        return _refused(refusal, 404)
    closed = closed_samples(session(), opened.portfolio.id, opened.as_of)
    told = [measure_json(opened.payload, one, closed.get(one["code"])) for one in opened.payload["measures"]]
    return jsonify({"portfolio": opened.portfolio.code, "stale": opened.stale, "measures": told})


@api.get("/divide")
@requires(Permission.READ_AUDIT)
def divide() -> ResponseReturnValue:
    """The rate of two figures of one cohort; 422 with the reason and both cohorts otherwise."""
    try:
        over, under = (_figure(request.args.get(side, "")) for side in ("numerator", "denominator"))
    except Refusal as refusal:
        return _refused(refusal, 404)
    try:
        return jsonify(_rate(rate(over.quantity, under.quantity)))
    except Refusal as refusal:
        return _refused(refusal, 422, numerator=cohort_json(over), denominator=cohort_json(under))


def _rate(found: Rate) -> dict[str, Any]:
    cohort = found.denominator.cohort
    return {
        "numerator": found.numerator.value,
        "denominator": found.denominator.value,
        "ppm": found.ppm,
        "not_applicable": None if found.reason is None else found.reason.code,
        "cohort": cohort.digest,
        "as_of": cohort.as_of.isoformat(),
        "known_at": found.denominator.known_at.isoformat(),
    }


def _refused(refusal: Refusal, status: int, **more: Any) -> ResponseReturnValue:
    reason = refusal.reason
    return jsonify({"reason": reason.code, "words": in_words(reason), **more}), status


def _figure(text: str) -> Figure:
    """``portfolio/figure[@day]``. Raises :class:`Refusal` ``api_figure_unknown`` or what :func:`_opened` does."""
    named = NAME.fullmatch(text)
    if named is None:
        raise Refusal(Reason("api_figure_unknown"))
    opened = _opened(named[1], _day(named[3] or ""), None)
    found = figures_of(opened.payload).get(named[2])
    if found is None:
        raise Refusal(Reason("api_figure_unknown"))
    return found


def _opened(code: str, as_of: date | None, known_at: date | None) -> OpenedAudit:
    """Raises :class:`Refusal` ``api_not_reckoned``: no such portfolio for this reader, or no audit of these days."""
    opened = latest_snapshot(session(), current_viewer(), code[:60], as_of, known_at, today=business_today())
    if opened is None or opened.snapshot is None:
        raise Refusal(Reason("api_not_reckoned"))
    return opened


def _day(text: str) -> date | None:
    """Empty is no day. Raises :class:`Refusal` ``day_unreadable``."""
    try:
        if not text or DAY.fullmatch(text):
            return date.fromisoformat(text) if text else None
    except ValueError:
        pass
    raise Refusal(Reason("day_unreadable", {"text": "".join(filter(str.isprintable, text[:40]))}))
