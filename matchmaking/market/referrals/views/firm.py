"""The firm chooses banks, consents and sends; then sees who has its need, since when and until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import FIRM, NEED, REFERRAL, TURN
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.today import business_today
from matchmaking.market.matches.queries import Fit, recommend, wants_ranking
from matchmaking.market.matches.wording import said
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.products.queries import Offer, offer_on
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.clock import clock_of, next_of, turn_of
from matchmaking.market.referrals.forms import LONGEST_KEY, AnswerForm, SendForm, StepForm
from matchmaking.market.referrals.models import LIVE
from matchmaking.market.referrals.queries import (
    NEED_OPEN,
    ReferralRow,
    consent_for,
    events_of,
    record_of_decline,
    referrals_of,
    turned_of,
)
from matchmaking.market.referrals.turns import TURNABLE, standing_of
from matchmaking.registry.consents.commands import last_day
from matchmaking.registry.consents.queries import open_consent
from matchmaking.registry.enterprises.queries import enterprise_of_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number
from matchmaking.rulebook.consent_texts import consent_text

referrals = Blueprint("referrals", __name__)
WAY = ("sent", "accepted", "diligence", "deciding", "approved", "signed")
MOVED = ("need_moved_on", "referral_moved_on", "consent_text_changed", "move_final", "move_not_now")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A product to send to; ``shown`` are the words of the consent still to be given, or empty."""

    offer: Offer
    institution: Organisation
    shown: str


@referrals.get("/needs/<key:key>/send")
@requires(Permission.POST_NEEDS)
def choose(key: str) -> ResponseReturnValue:
    """The banks chosen, and the words of the consents they need."""
    return _send_page(_need(key), SendForm(formdata=None), _asked(request.args.getlist("product")))


@referrals.post("/needs/<key:key>/send")
@requires(Permission.POST_NEEDS)
def send(key: str) -> ResponseReturnValue:
    """Send it; consents are given in the same step."""
    need, form, viewer, on, at = _need(key), SendForm(), current_viewer(), business_today(), clock.now()
    products, version, spoken = _asked(request.form.getlist("product")), form.version.data, language()
    if not form.validate_on_submit():
        return _send_page(need, form, products), 422
    consenting = commands.Consenting(consent_text("share_dossier", on).version, spoken) if form.agreed.data else None
    read = form.digest.data
    try:

        def hand(work: Session) -> dict[str, Any]:
            held = visible_need(work, viewer, key) or abort(404)
            # in here, so that a page sent twice gets its first answer and not a complaint about words agreed to since
            if consenting is not None and read != _digest(_chosen(held, products)):
                raise Refusal(Reason("consent_text_changed"))
            made = commands.refer(
                work, actor=viewer.actor, role=viewer.role.value, actor_organisation_id=viewer.organisation_id,
                need=held, version=version, products=products, consenting=consenting, on=on, at=at,
            )  # fmt: skip
            return {"referrals": [one.public_key for one in made]}

        body = {"need": key, "version": version, "products": products, "agreed": consenting is not None}
        keyed("referrals.send", form.key.data, body, hand)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _send_page(_need(key), form, products), 409 if refusal.reason.code in MOVED else 422
    return redirect(url_for("referrals.progress", key=key), code=303)


@referrals.get("/needs/<key:key>/progress")
@requires(Permission.READ_OWN_NEEDS)
def progress(key: str) -> ResponseReturnValue:
    """Where the need stands at every bank."""
    return progress_page(key)


@referrals.post("/needs/<key:key>/withdraw")
@requires(Permission.POST_NEEDS)
def withdraw(key: str) -> ResponseReturnValue:
    """Nothing more is wanted: need and referrals end together."""
    _need(key)
    form, viewer, at = StepForm(), current_viewer(), clock.now()
    version = form.version.data

    def end(work: Session) -> dict[str, Any]:
        held = visible_need(work, viewer, key) or abort(404)
        commands.withdraw_need(work, actor=viewer.actor, role=viewer.role.value, need=held, version=version, at=at)
        return {"need": key}

    try:
        keyed("referrals.withdraw", form.key.data, {"need": key, "version": version}, end)
    except Refusal as refusal:
        return progress_page(key, refusal), 409
    return redirect(url_for("referrals.progress", key=key), code=303)


def _send_page(need: Need, form: SendForm, products: list[str]) -> str:
    chosen = _chosen(need, products)
    form.version.data, form.digest.data = need.version, _digest(chosen)
    return render_template(
        "referrals/send.html", need=need, form=form, chosen=chosen, may=NEED.may(need.state, "refer", FIRM),
        most=number("referral_most_banks", business_today()),
    )  # fmt: skip


def progress_page(
    key: str, refusal: Refusal | None = None, *, answering: AnswerForm | None = None, of: str = ""
) -> str:  # fmt: skip
    """The page of every bank that has or had the need; ``answering`` is the form last sent, for the referral ``of``."""
    need, viewer, on = _need(key), current_viewer(), business_today()
    rows = referrals_of(session(), viewer, need)
    events: dict[int, list[Any]] = {}
    for event in events_of(session(), [row.referral.id for row in rows]):
        events.setdefault(event.referral_id, []).append(event)
    cards = [_card(row, need, on, events.get(row.referral.id, []), answering if row.referral.public_key == of else None)
             for row in rows]  # fmt: skip
    taken = {row.referral.legal_person_id for row in rows}
    return render_template(
        "referrals/progress.html", need=need, cards=cards, onward=_onward(need, taken), form=StepForm(formdata=None),
        may_withdraw=NEED.may(need.state, "withdraw", viewer.role.value), refusal=refusal,
        say=lambda reason: said(reason, language()),
    )  # fmt: skip


def _card(row: ReferralRow, need: Need, on: date, events: list[Any], answering: AnswerForm | None) -> dict[str, Any]:
    """One bank: who has it, since when and until when, what it wants, what the firm can do."""
    referral = row.referral
    steps = turned_of(session(), referral, all_open=True)
    asked = TURN.may(referral.turn, "answer", FIRM) and referral.state in TURNABLE and need.state in NEED_OPEN
    form = (answering or AnswerForm(formdata=None)) if asked else None
    if form is not None:
        form.version.data = referral.version
    return {
        "row": row, "clock": clock_of(referral, on), "next": next_of(referral), "turn": turn_of(referral),
        "events": events, "standing": standing_of(referral, steps, on), "answering": form,
        "way": _way(referral.state), "records": record_of_decline(session(), referral),
        "consented": referral.state not in LIVE or bool(consent_for(session(), referral, need, on=on)),
        "may_withdraw": REFERRAL.may(referral.state, "withdraw", FIRM),
        "may_leave": REFERRAL.may(referral.state, "take_elsewhere", FIRM) and need.state in NEED_OPEN,
    }  # fmt: skip


def _way(state: str) -> list[tuple[str, str]]:
    """The steps of a referral, as (state, done, now or todo); none for one that has ended."""
    if state not in WAY:
        return []
    at = WAY.index(state)
    return [(one, "done" if place < at else "now" if place == at else "todo") for place, one in enumerate(WAY)]


def _onward(need: Need, taken: set[int]) -> list[Fit]:
    """After an end: the next eligible products of other banks (E12)."""
    if not taken or not NEED.may(need.state, "refer", FIRM):
        return []
    try:
        found = recommend(session(), need, business_today())
    except Refusal:
        return []
    fits = found.fits if found else []
    left = [fit for fit in fits if int(fit.offer.bank_path.strip("/").split("/")[0]) not in taken]
    if not wants_ranking(session(), need.organisation_id):
        left.sort(key=lambda fit: (fit.offer.bank, fit.offer.product.name))
    return left[:3]


def _chosen(need: Need, products: list[str]) -> list[Chosen]:
    on, found = business_today(), []
    firm = enterprise_of_organisation(session(), need.organisation_id) or abort(404)
    for key in products:
        offer = offer_on(session(), key, on)
        if offer is None:
            continue
        head = session().get_one(Organisation, int(offer.bank_path.strip("/").split("/")[0]))
        held = open_consent(
            session(), enterprise_id=firm.id, organisation_id=head.id, purpose="share_dossier", on=on,
            need_key=need.public_key,
        )  # fmt: skip
        text = consent_text("share_dossier", on)
        words = "" if held else text.filled(language(), institution=head.name, first=on, last=last_day(on))
        found.append(Chosen(offer, head, words))
    return found


def _digest(chosen: list[Chosen]) -> str:
    return hashlib.sha256("\n".join(one.shown for one in chosen).encode()).hexdigest()


def _asked(keys: list[str]) -> list[str]:
    """At most ten keys, each once, each of a length that can be one."""
    return list(dict.fromkeys(key for key in keys[:10] if 0 < len(key) <= LONGEST_KEY and "\x00" not in key))


def _need(key: str) -> Need:
    return visible_need(session(), current_viewer(), key) or abort(404)
