"""What a bank says of an agreement's terms: conditions, what may be drawn, who pays, a cut, the end of the rest."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements import commands as agreements
from matchmaking.delivery.agreements import cutting
from matchmaking.delivery.disbursements import asking
from matchmaking.delivery.disbursements.ending import end_rest
from matchmaking.delivery.disbursements.forms import (
    ConditionForm,
    CutAnswerForm,
    CutForm,
    DrawableForm,
    EndForm,
    MetForm,
    PayingBranchForm,
)
from matchmaking.delivery.disbursements.terms import condition_rows, terms_of
from matchmaking.delivery.disbursements.views.bank import bank_agreements
from matchmaking.delivery.disbursements.views.found import agreement_of, done, found, kept_file
from matchmaking.delivery.signings.paying import name_paying_branch, other_branches, paying_branches
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import attach
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.today import business_today
from matchmaking.rulebook import number, say
from matchmaking.rulebook.reference import declines

TERMS = "bank_agreements.terms"


@bank_agreements.get("/bank/agreements/<key:key>/terms")
@requires(Permission.REPORT_DISBURSEMENTS)
def terms(key: str) -> ResponseReturnValue:
    """Conditions, marks, cuts and ends of one agreement, and the forms for more of them."""
    found(session(), key, own=True)
    return _page(key)


@bank_agreements.post("/bank/agreements/<key:key>/conditions")
@requires(Permission.REPORT_DISBURSEMENTS)
def open_condition(key: str) -> ResponseReturnValue:
    """A condition that came up after signing, and who holds it (W1–W4)."""
    form = ConditionForm()
    told = {"holder": form.holder.data or "", "words": form.what.data or ""}
    days = {"set_on": form.set_on.data, "due_on": form.due_on.data}
    return _act("conditions.open", form, key, {**told, **_days(days)}, agreements.open_condition, {**told, **days})


@bank_agreements.post("/bank/agreements/<key:key>/conditions/met")
@requires(Permission.REPORT_DISBURSEMENTS)
def meet_condition(key: str) -> ResponseReturnValue:
    """A condition is met on a day; its proof may come with it."""
    form, viewer, at = MetForm(), current_viewer(), clock.now()
    agreement_of(session(), key, own=True)
    named, met_on = form.condition.data or "", form.met_on.data
    try:
        kept = kept_file(form.evidence.data)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _page(key, refused=form), 422

    def meet(work: Session) -> None:
        agreement = agreement_of(work, key, own=True)
        rows = condition_rows(work, agreement.id)
        condition = next((one.condition for one in rows if one.condition.public_key == named), None) or abort(404)
        made = agreements.meet_condition(
            work, actor=viewer.actor, agreement=agreement, condition=condition, met_on=met_on or business_today(), at=at
        )
        if kept is not None:
            subject = f"condition_met:{made.public_key}"
            attach(work, kept, subject=subject, words=_("条件落实证明"), actor=viewer.actor, at=at)

    body = {"condition": named, "met_on": str(met_on), "file": kept.sha256 if kept else None}
    return done("conditions.meet", form, (TERMS, key), body, meet, _again(key))


@bank_agreements.post("/bank/agreements/<key:key>/drawable")
@requires(Permission.REPORT_DISBURSEMENTS)
def mark_drawable(key: str) -> ResponseReturnValue:
    """The firm may draw from a day (W5); an amount of zero takes an earlier mark down."""
    form = DrawableForm()
    told = {"marked_on": form.marked_on.data, "amount_minor": _minor(form.drawable.data)}
    return _act("agreements.drawable", form, key, {**told, **_days(told)}, agreements.mark_drawable, told)


@bank_agreements.post("/bank/agreements/<key:key>/paying-branches")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def name_branch(key: str) -> ResponseReturnValue:
    """Another branch of the bank pays: it sees the agreement and reports in its own name."""
    form, viewer, on, at = PayingBranchForm(), current_viewer(), business_today(), clock.now()
    agreement_of(session(), key, own=True)
    chosen = form.branch.data or ""

    def name(work: Session) -> None:
        row = found(work, key, own=True)
        name_paying_branch(
            work, actor=viewer.actor, agreement=agreement_of(work, key, own=True), paper=row.paper, branch_key=chosen,
            named_on=on, at=at,
        )  # fmt: skip

    return done("agreements.paying", form, (TERMS, key), {"branch": chosen}, name, _again(key))


@bank_agreements.post("/bank/agreements/<key:key>/cut")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def propose_cut(key: str) -> ResponseReturnValue:
    """Propose to cut a part of what is not paid; it counts (C3) once the firm agrees."""
    form, viewer, on, at = CutForm(), current_viewer(), business_today(), clock.now()
    agreement_of(session(), key, own=True)
    amount, why = _minor(form.amount.data) or 0, form.why.data or ""

    def propose(work: Session) -> None:
        agreement = agreement_of(work, key, own=True)
        cutting.propose_cut(
            work, actor=viewer.actor, agreement=agreement, amount_minor=amount, reason=why, proposed_on=on, at=at,
            left_minor=asking.left_of(work, agreement),
        )  # fmt: skip

    return done("cuts.propose", form, (TERMS, key), {"amount_minor": amount, "why": why}, propose, _again(key))


@bank_agreements.post("/bank/agreements/<key:key>/cut/take-back")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def take_cut_back(key: str) -> ResponseReturnValue:
    """Take the proposal back before the firm has answered."""
    form, viewer, on, at = CutAnswerForm(), current_viewer(), business_today(), clock.now()
    agreement_of(session(), key, own=True)

    def take_back(work: Session) -> None:
        agreement = agreement_of(work, key, own=True)
        waits = cutting.open_proposal(work, agreement.id)
        if waits is None or waits.public_key != form.proposal.data:
            raise Refusal(Reason("cut_answered"))
        cutting.answer_cut(
            work, actor=viewer.actor, agreement=agreement, proposal=waits, answer="taken_back", left_minor=0,
            answered_on=on, at=at,
        )  # fmt: skip

    return done("cuts.take_back", form, (TERMS, key), {"proposal": form.proposal.data}, take_back, _again(key))


@bank_agreements.post("/bank/agreements/<key:key>/end")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def end(key: str) -> ResponseReturnValue:
    """The bank ends what is not paid yet, with its coded reason (C2); what was signed stays what it was."""
    form, viewer, on, at = EndForm(), current_viewer(), business_today(), clock.now()
    agreement_of(session(), key, own=True)
    code, words = form.code.data or "", form.words.data or ""

    def stop(work: Session) -> None:
        told = declines().given(code, "bank", words, fewest=number("decline_other_fewest_characters", on))
        reason = "：".join(part for part in (say(f"decline_{code}"), told.words) if part)
        agreement = agreement_of(work, key, own=True)
        end_rest(
            work, actor=viewer.actor, agreement=agreement, kind="bank_ends", by_party="bank", exited_on=on, at=at,
            reason=reason[:300], reason_code=code,
        )  # fmt: skip

    return done("agreements.end", form, (TERMS, key), {"code": code, "words": words}, stop, _again(key))


def _act(
    route: str, form: BaseForm, key: str, body: dict[str, Any], command: Any, told: dict[str, Any]
) -> ResponseReturnValue:
    viewer, at = current_viewer(), clock.now()
    agreement_of(session(), key, own=True)

    def act(work: Session) -> None:
        command(work, actor=viewer.actor, agreement=agreement_of(work, key, own=True), at=at, **told)

    return done(route, form, (TERMS, key), body, act, _again(key))


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _days(told: dict[str, Any]) -> dict[str, str]:
    return {name: str(day) for name, day in told.items() if name.endswith("_on")}


def _again(key: str) -> Any:
    def again(refusal: Refusal | None, refused: BaseForm | None) -> str:
        return _page(key, refusal=refusal, refused=refused)

    return again


def _page(key: str, *, refusal: Refusal | None = None, refused: BaseForm | None = None) -> str:
    viewer = current_viewer()
    row = found(session(), key, own=True)
    agreement = row.agreement or abort(404)

    def shown(kind: type[BaseForm], **filled: Any) -> BaseForm:
        return refused if isinstance(refused, kind) else kind(formdata=None, **filled)

    return render_template(
        "disbursements/terms.html", row=row, agreement=agreement, refusal=refusal, told=terms_of(session(), agreement),
        left=asking.left_of(session(), agreement), may_bind=viewer.may(Permission.COUNTERSIGN_AGREEMENTS),
        condition=shown(ConditionForm, set_on=business_today()), met=shown(MetForm, met_on=business_today()),
        drawable=shown(DrawableForm, marked_on=business_today()), cut=shown(CutForm), end=shown(EndForm),
        cut_answer=shown(CutAnswerForm), branch=shown(PayingBranchForm), refused=refused,
        branches=other_branches(session(), row.paper), payers=paying_branches(session(), agreement.id),
    )  # fmt: skip
